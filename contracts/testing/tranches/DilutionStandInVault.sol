// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IWriteOffEngine} from "../../interfaces/IWriteOffEngine.sol";

/// @title A vault reduced to what the dilution layer and the engine ask of one
/// @notice For tests. It suffers a loss of any size when told to, and believes a credit only when the money is there.
contract DilutionStandInVault {
    address public immutable asset;
    IWriteOffEngine public immutable engine;

    uint256 public reserves;
    /// @notice Money that tranches paid, and that was credited to lenders and to reserves, asset units.
    uint256 public creditedAssets;
    mapping(uint256 id => uint256 assets) public recoveredOf;
    uint32 private _epoch = 1;

    /// @notice The vault holds `balance`, but `creditedAssets` are said to have been paid to it.
    error PaymentMissing(uint256 creditedAssets, uint256 balance);

    constructor(address asset_, IWriteOffEngine engine_) {
        asset = asset_;
        engine = engine_;
    }

    /// @notice Loses `badDebtAssets`, of which it pays `reserveAssets` itself; the epoch number is the write-off's.
    function lose(uint256 badDebtAssets, uint256 reserveAssets) external returns (uint256 id, uint256 coveredAssets) {
        return _lose(0, badDebtAssets, reserveAssets, 0);
    }

    /// @notice Loses `badDebtAssets`, all of which insurance may pay for.
    function loseInsured(uint256 badDebtAssets) external returns (uint256 id, uint256 coveredAssets) {
        return _lose(0, badDebtAssets, 0, badDebtAssets);
    }

    /// @notice Loses `badDebtAssets` more on account of write-off `id`, as a debt does that was impaired and is closed
    /// in parts.
    function loseMore(uint32 id, uint256 badDebtAssets) external returns (uint256, uint256 coveredAssets) {
        return _lose(id, badDebtAssets, 0, 0);
    }

    function creditRecovery(uint256 id, uint256, uint256 assets) external {
        recoveredOf[id] += assets;
        _credit(assets);
    }

    /// @notice Nothing is ever impaired here.
    function provisionOf(uint256) external pure returns (uint256, uint256, uint256) {
        return (0, 0, 0);
    }

    function creditReserves(uint256 assets) external {
        reserves += assets;
        _credit(assets);
    }

    function _lose(
        uint32 known,
        uint256 badDebtAssets,
        uint256 reserveAssets,
        uint256 insurableAssets
    ) private returns (uint256 id, uint256 coveredAssets) {
        (id, coveredAssets) = engine.absorb(
            IWriteOffEngine.BadDebt({
                debtor: address(this),
                cause: IWriteOffEngine.Cause.WriteOff,
                previousId: 0,
                id: known,
                epoch: _epoch++,
                badDebtAssets: badDebtAssets,
                reserveAssets: reserveAssets,
                coverableAssets: badDebtAssets,
                insurableAssets: insurableAssets
            })
        );
        // What tranches paid is ordinary cash of the vault.
        creditedAssets += coveredAssets;
    }

    function _credit(uint256 assets) private {
        creditedAssets += assets;
        uint256 balance = IERC20(asset).balanceOf(address(this));
        if (balance < creditedAssets) revert PaymentMissing(creditedAssets, balance);
    }
}
