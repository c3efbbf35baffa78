// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffVault} from "./IWriteOffVault.sol";

/// @title What every kind of vault says about who may become insolvent in it
/// @notice One interface for keepers and for `SolvencyLens`, whatever the vault does. A lending vault's position is a pair
/// (borrower, collateral). A margin vault's account is a trader; the second address names no part of it, only, where a
/// price is supposed to move, the market by its underlying (zero: all of them).
interface ISolventVault is IWriteOffVault {
    /// @notice Names a position or an account.
    struct PositionKey {
        address borrower;
        address collateral;
    }

    /// @notice What closing a whole position or account would do to the vault, before anybody has paid for the loss. Asset
    /// units unless said. What one kind of vault does not have is zero there.
    /// @param debtAssets Debt now, rounded up; an account's negative equity.
    /// @param repaidAssets Paid by a liquidator for debt and defaulted debt.
    /// @param feeAssets Paid by a liquidator to reserves on top.
    /// @param defaultAssets Part of `repaidAssets` that goes to earlier write-offs of the position.
    /// @param seizedAssets Collateral that the liquidator would get, collateral units.
    /// @param coveredAssets Debt that a write-off without a liquidator leaves standing.
    /// @param badDebtAssets Debt that would be written off.
    /// @param insurableAssets Part of it that insurance may pay for.
    /// @param rewardAssets Most that the caller of a write-off gets out of reserves, before the loss does.
    /// @param roundingAssets By how much the payment for the debt is more than the vault's total debt falls, because debts
    /// are rounded up and their total down: the lenders' gain, a unit or so.
    /// @param provisionId Ledger entry under which the loss is provisioned; zero if it is not.
    /// @param failure Encoded error that the call would revert with; then all other figures but the debt are zero.
    struct LossPlan {
        uint256 debtAssets;
        uint256 repaidAssets;
        uint256 feeAssets;
        uint256 defaultAssets;
        uint256 seizedAssets;
        uint256 coveredAssets;
        uint256 badDebtAssets;
        uint256 insurableAssets;
        uint256 rewardAssets;
        uint256 roundingAssets;
        uint32 provisionId;
        bytes failure;
    }

    /// @notice What is left of a position once its debts are paid, by the primary sources, asset units, rounded down.
    function equityOf(address borrower, address collateral) external view returns (int256 equityAssets);

    /// @notice Liquidatable below 1e18, WAD: collateral value x lltv / debt, or equity / maintenance margin (zero where the
    /// equity is negative). Max uint256 without debt or position.
    function healthFactor(address borrower, address collateral) external view returns (uint256 healthWad);

    /// @notice What would be lost of a position now, by the write-off price rule, asset units; zero while it is solvent.
    /// Neither says whether a second source blocks or disputes it.
    function shortfallOf(
        address borrower,
        address collateral
    ) external view returns (uint256 shortfallAssets, bool insolvent);

    /// @notice What is on record of a position; needs no price.
    /// @return impairmentId Ledger entry under which its loss is provisioned; zero if it is not.
    /// @return impairedAt When its insolvency was first recorded, seconds; zero if it is not impaired.
    /// @return writeOffId Latest unpaid write-off; zero if none.
    function recordOf(
        address borrower,
        address collateral
    ) external view returns (uint32 impairmentId, uint64 impairedAt, uint32 writeOffId);

    /// @notice What closing these positions one after the other would do to the vault if prices were `dropBps` lower than
    /// now, bps; negative: higher, at most ten times. The figures are those that execution applies in the same state. A
    /// position that is named again is refused (`DuplicateItem`): once closed without limits, there is no more of it to close.
    /// @param byLiquidator As `liquidate` without limits would; else as `writeOff` without a liquidator, which is not asked
    /// whether it is confirmed already. A margin vault knows only the first.
    function planLosses(
        PositionKey[] calldata positions,
        int256 dropBps,
        bool byLiquidator
    ) external view returns (LossPlan[] memory plans);
}
