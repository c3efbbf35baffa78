// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILossShares} from "../../../contracts/interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../../../contracts/interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../../../contracts/libraries/ExactTransfer.sol";
import {Market} from "./Market.sol";

/// @notice What must hold around every single step, whoever takes it: share prices fall only by a loss (WO5), stake
/// does not leave by other doors (IN1), and no call ends in an error that nobody named.
abstract contract Watch is Market {
    /// @notice What kind of step is taken.
    enum Step {
        Lend,
        Borrow,
        Loss,
        Recover,
        Claim,
        Stake,
        Unstake,
        Auction,
        World
    }

    /// @notice The books of vault and fund at one moment.
    struct Books {
        uint256 vaultAssets;
        uint256 vaultShares;
        uint256 vaultEpoch;
        uint256 fundAssets;
        uint256 fundShares;
        uint256 fundEpoch;
        uint256 fundBalance;
    }

    /// @notice What an account holds of the asset and of another token.
    struct Holdings {
        uint256 assets;
        uint256 tokens;
    }

    uint256 private constant VIRTUAL_SHARES = 1e6;

    /// @dev Of every call: time passes and the world moves before anybody acts.
    modifier turn(uint256 seed, uint256 size) {
        _worldTurns(seed, size);
        _;
    }

    modifier watched(Step step) {
        Books memory before = _books();
        _;
        _checkStep(step, before, _books());
    }

    function _wait(uint256 secondsPassed) internal watched(Step.World) {
        _pass(secondsPassed);
    }

    function _worldTurns(uint256 seed, uint256 size) internal virtual;

    function _holdings(address account, address token) internal view returns (Holdings memory) {
        return Holdings(_system.asset.balanceOf(account), IERC20(token).balanceOf(account));
    }

    function _books() internal view returns (Books memory books) {
        books.vaultAssets = _system.vault.totalAssets();
        books.vaultShares = _system.vault.totalSupply();
        books.vaultEpoch = _system.vault.openEpoch();
        books.fundAssets = _system.fund.totalAssets();
        books.fundShares = _system.fund.totalSupply();
        books.fundEpoch = _system.fund.openEpoch();
        books.fundBalance = _system.asset.balanceOf(address(_system.fund));
    }

    function _checkStep(Step step, Books memory before, Books memory afterwards) private {
        bool vaultCharged = before.vaultEpoch != afterwards.vaultEpoch;
        bool fundCharged = before.fundEpoch != afterwards.fundEpoch;
        _mustBe(step == Step.Loss || !(vaultCharged || fundCharged), "WO5", "an epoch closed without a loss");
        if (!vaultCharged) {
            _mustNotFall(
                [before.vaultAssets, before.vaultShares, afterwards.vaultAssets, afterwards.vaultShares],
                string.concat(
                    "the vault's share price fell without an epoch in a step of kind ",
                    vm.toString(uint256(step))
                )
            );
        }
        if (!fundCharged) {
            _mustNotFall(
                [before.fundAssets, before.fundShares, afterwards.fundAssets, afterwards.fundShares],
                "the fund's share price fell without an epoch"
            );
        }
        if (step == Step.World) {
            _mustEqual(before.vaultShares, afterwards.vaultShares, "WO5", "shares appeared");
            _mustEqual(before.fundAssets, afterwards.fundAssets, "IN1", "the fund moved by itself");
        }
        if (afterwards.fundBalance < before.fundBalance) {
            bool mayLeave = step == Step.Unstake || step == Step.Claim || step == Step.Loss;
            _mustBe(mayLeave, "IN1", "money left the fund by another door");
        }
        if (afterwards.fundShares < before.fundShares) {
            _mustBe(step == Step.Unstake, "IN1", "stake vanished");
        }
    }

    /// @dev Share price before <= share price after, virtual liquidity included, without rounding.
    function _mustNotFall(uint256[4] memory figures, string memory what) private {
        uint256 priceBefore = (figures[0] + 1) * (figures[3] + VIRTUAL_SHARES);
        uint256 priceAfter = (figures[2] + 1) * (figures[1] + VIRTUAL_SHARES);
        _mustNotExceed(priceBefore, priceAfter, "WO5", what);
    }

    // ---------------------------------------------------------------- Calls

    /// @dev Makes `actor` call. A refusal must have a name, and one that a caller can understand.
    function _try(address actor, address target, bytes memory data) internal returns (bool done, bytes memory result) {
        vm.prank(actor);
        (done, result) = target.call(data);
        if (done) return (done, result);
        ++count["refused"];
        if (_isNamed(result)) return (done, result);
        string memory what = string.concat("unnamed error ", vm.toString(result), " of ", vm.toString(bytes4(data)));
        _violated("NAMED", what, 0, 0);
    }

    /// @dev The same where nothing may stand in the way.
    function _must(
        address actor,
        address target,
        bytes memory data,
        bytes32 property,
        string memory what
    ) internal returns (bool done, bytes memory result) {
        (done, result) = _try(actor, target, data);
        if (!done) _violated(property, string.concat(what, ", refused with ", vm.toString(result)), 0, 0);
    }

    /// @dev Panics, empty and text errors, and those that only broken books can cause.
    function _isNamed(bytes memory result) private pure returns (bool) {
        if (result.length < 4) return false;
        bytes4 name = bytes4(result);
        return
            name != bytes4(0x4e487b71) &&
            name != bytes4(0x08c379a0) &&
            name != SafeCast.SafeCastOverflowedUintDowncast.selector &&
            name != IERC20Errors.ERC20InsufficientBalance.selector &&
            name != IERC20Errors.ERC20InsufficientAllowance.selector &&
            name != ExactTransfer.InexactTransfer.selector &&
            _isNotOfBrokenBooks(name);
    }

    function _isNotOfBrokenBooks(bytes4 name) private pure returns (bool) {
        return
            name != IWriteOffVault.PaymentMissing.selector &&
            name != IWriteOffVault.BooksOpen.selector &&
            name != ILossShares.RecoveryExceedsCharge.selector &&
            name != IWriteOffEngine.ProceedsExceedCharge.selector &&
            name != IWriteOffEngine.ReturnExceedsReceived.selector &&
            name != IWriteOffEngine.InsufficientGas.selector;
    }
}
