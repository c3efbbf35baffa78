// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ILossTranche} from "../../../contracts/interfaces/ILossTranche.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";

/// @notice A tranche that behaves as a campaign tells it: well, badly, or against everybody. Its money is its own; who
/// put it there does not matter here.
contract UnreliableTranche is ILossTranche {
    /// @notice What it does when it is called.
    enum Mood {
        PaysHalf,
        PaysAll,
        PaysNothing,
        PaysTooMuch,
        Reverts,
        PaysAndReverts,
        BurnsGas,
        ReturnsBomb,
        Reenters
    }

    IERC20 private immutable _asset;
    IWriteOffEngine private immutable _engine;

    Mood public mood;

    error InABadMood();

    constructor(IERC20 asset_, IWriteOffEngine engine_) {
        _asset = asset_;
        _engine = engine_;
    }

    /// @notice Lets `spender` take whatever it can get it to ask for.
    function trust(address spender) external {
        _asset.approve(spender, type(uint256).max);
    }

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    /// @inheritdoc ILossTranche
    function cover(address vault, uint256 id, uint256 shortfallAssets, uint256) external {
        if (mood == Mood.PaysHalf) _pay(vault, shortfallAssets / 2);
        else if (mood == Mood.PaysAll) _pay(vault, shortfallAssets);
        else if (mood == Mood.PaysTooMuch) _pay(vault, shortfallAssets * 2);
        else if (mood == Mood.PaysAndReverts)
            _pay(vault, shortfallAssets);
            // The vault is locked meanwhile, so this is refused like the rest.
        else if (mood == Mood.Reenters) _call(vault, abi.encodeCall(IERC4626.deposit, (1, address(this))));
        _misbehave(vault, id);
    }

    /// @inheritdoc ILossTranche
    function recover(address vault, uint256 id, uint256 assets) external {
        if (mood == Mood.PaysHalf) _take(assets / 2);
        else if (mood != Mood.PaysNothing) _take(assets);
        _misbehave(vault, id);
    }

    /// @inheritdoc ILossTranche
    function previewCover(address, uint256, uint256 shortfallAssets, uint256) external view returns (uint256) {
        uint256 held = _asset.balanceOf(address(this));
        uint256 promised =
            mood == Mood.PaysHalf
                ? shortfallAssets / 2
                : mood == Mood.PaysAll
                    ? shortfallAssets
                    : 0;
        return promised < held ? promised : held;
    }

    /// @notice Whether `previewCover` says what `cover` does.
    function quotesHonestly() external view returns (bool) {
        return mood != Mood.PaysTooMuch;
    }

    function _pay(address vault, uint256 assets) private {
        uint256 held = _asset.balanceOf(address(this));
        _asset.transfer(vault, assets < held ? assets : held);
    }

    function _take(uint256 assets) private {
        _asset.transferFrom(address(_engine), address(this), assets);
    }

    function _misbehave(address vault, uint256 id) private {
        if (mood == Mood.Reverts || mood == Mood.PaysAndReverts) revert InABadMood();
        if (mood == Mood.Reenters) _reenter(vault, id);
        if (mood == Mood.ReturnsBomb) {
            assembly ("memory-safe") {
                return(0, 50000)
            }
        }
        if (mood == Mood.BurnsGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
    }

    /// @dev All of this must be refused.
    function _reenter(address vault, uint256 id) private {
        _call(address(_engine), abi.encodeCall(IWriteOffEngine.recover, (vault, id, 1)));
        _call(address(_engine), abi.encodeCall(IWriteOffEngine.retryRecovery, (vault, id, address(this))));
        _call(address(_engine), abi.encodeCall(IWriteOffEngine.creditProceeds, (vault, id, 1)));
    }

    function _call(address target, bytes memory data) private {
        (bool ignored, ) = target.call(data);
        ignored;
    }
}
