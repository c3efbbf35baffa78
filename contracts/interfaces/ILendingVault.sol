// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingRestructuring} from "./ILendingRestructuring.sol";
import {ILendingRules} from "./ILendingRules.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title Lending vault: one borrowable asset, several collaterals, isolated positions
/// @notice A position is a pair (borrower, collateral). Debts are in asset units, rounded up; collateral in the
/// collateral token's smallest unit; ratios in bps; rates in WAD per second.
interface ILendingVault is ISolventVault, ILendingRules, ILendingRestructuring {
    /// @notice One position to the present second.
    /// @param collateralAssets Collateral supplied, collateral units.
    /// @param debtAssets Principal and interest owed, asset units, rounded up.
    /// @param principalAssets Part of it that was borrowed, asset units.
    /// @param agedPrincipalAssets Part of the principal old enough to be insured, asset units, rounded down.
    /// @param impairmentId Ledger entry under which its shortfall is provisioned; zero if it is not.
    /// @param impairedAt When its insolvency was first recorded, seconds; zero if it is not impaired.
    /// @param writeOffId Latest unpaid write-off of this position; zero if none.
    struct PositionView {
        uint256 collateralAssets;
        uint256 debtAssets;
        uint256 principalAssets;
        uint256 agedPrincipalAssets;
        uint32 impairmentId;
        uint64 impairedAt;
        uint32 writeOffId;
    }

    /// @notice Result of a liquidation.
    /// @param repaidAssets Paid by the liquidator for debt and defaulted debt, asset units, fee not included.
    /// @param feeAssets Paid by the liquidator to reserves, asset units.
    /// @param seizedAssets Collateral it received, collateral units.
    /// @param badDebtAssets Debt written off, asset units.
    /// @param socializedAssets Part of it charged to the lenders, asset units.
    struct Liquidation {
        uint256 repaidAssets;
        uint256 feeAssets;
        uint256 seizedAssets;
        uint256 badDebtAssets;
        uint256 socializedAssets;
    }

    /// @notice One position of a batch of liquidations.
    /// @param maxRepaidAssets Most to pay for it, asset units.
    /// @param minSeizedAssets Least collateral to accept, collateral units; the item is skipped otherwise.
    struct LiquidationItem {
        address borrower;
        address collateral;
        uint256 maxRepaidAssets;
        uint256 minSeizedAssets;
    }

    // Events that change a debt say the interest index of their second (RAY x 10^-6 at the start): every debt is its scaled
    // debt x index / RAY, so with it the scaled debt can be told. Interest itself has no event.

    /// @notice `payer` added `assets` of `collateral` to `borrower`'s position.
    event CollateralSupplied(address indexed borrower, address indexed collateral, address payer, uint256 assets);
    /// @notice `assets` of `collateral` left `borrower`'s position for `receiver`.
    event CollateralWithdrawn(address indexed borrower, address indexed collateral, address receiver, uint256 assets);
    /// @notice `assets` were borrowed against `collateral` and paid to `receiver`.
    event Borrowed(
        address indexed borrower,
        address indexed collateral,
        address receiver,
        uint256 assets,
        uint256 interestIndex
    );
    /// @notice `payer` repaid `assets` of a debt, `principalAssets` of them principal.
    event Repaid(
        address indexed borrower,
        address indexed collateral,
        address payer,
        uint256 assets,
        uint256 principalAssets,
        uint256 interestIndex
    );
    /// @notice `liquidator` closed all or part of a position. What it lost, if anything, is in the engine's `WrittenOff` of
    /// `borrower` in the same transaction: before this, but of a batch after it.
    event Liquidated(
        address indexed borrower,
        address indexed collateral,
        address indexed liquidator,
        uint256 repaidAssets,
        uint256 feeAssets,
        uint256 seizedAssets,
        uint256 interestIndex
    );
    /// @notice An uncovered debt was written off without a liquidator; `coveredAssets` of debt stay, backed by the
    /// collateral, and `rewardAssets` went to the caller.
    event UncoveredDebtWrittenOff(
        address indexed borrower,
        address indexed collateral,
        uint256 badDebtAssets,
        uint256 coveredAssets,
        uint256 rewardAssets,
        uint256 interestIndex
    );
    /// @notice A position was found insolvent, with this shortfall.
    event Impaired(address indexed borrower, address indexed collateral, uint256 shortfallAssets);
    /// @notice A position is no longer impaired; what was provisioned and not used has gone back.
    event ImpairmentCleared(address indexed borrower, address indexed collateral);
    /// @notice A position of a batch was left as it is, because of `failure`, an encoded error.
    event BatchItemSkipped(address indexed borrower, address indexed collateral, bytes failure);

    error ZeroAssets();
    error BorrowingPaused();
    error ExceedsPrincipalCap(address collateral, uint256 requested, uint256 cap);
    error ExceedsDebtCap(uint256 requested, uint256 cap);
    /// @notice A debt of `debtAssets` would be left, less than `minDebt`.
    error BelowMinDebt(uint256 debtAssets, uint256 minDebt);
    /// @notice The position would owe more than `maxDebtAssets`.
    error ExceedsLtv(address borrower, address collateral, uint256 debtAssets, uint256 maxDebtAssets);
    error InsufficientCollateral(uint256 requested, uint256 held);
    /// @notice The position still owes `outstandingAssets` of a debt that was written off.
    error PositionInDefault(address borrower, address collateral, uint256 id, uint256 outstandingAssets);
    error NothingToRepay(address borrower, address collateral);
    /// @notice The position's health factor is `healthWad` (WAD), 1e18 or more.
    error PositionHealthy(address borrower, address collateral, uint256 healthWad);
    /// @notice The position's debt is covered by its collateral at `coveredAssets`.
    error PositionSolvent(address borrower, address collateral, uint256 debtAssets, uint256 coveredAssets);
    /// @notice Closing `closedAssets` of an insolvent debt is less than `minimumAssets` and not all of it.
    error FractionTooSmall(uint256 closedAssets, uint256 minimumAssets);
    /// @notice Collateral is worth nothing, so nobody can pay for it: the way is `impair`, then `writeOff`.
    error WorthlessCollateral(address borrower, address collateral);
    error SeizesTooLittle(uint256 seizedAssets, uint256 minSeizedAssets);
    /// @notice A second source of `asset` has been silent for less than a day: no loss may be booked yet.
    error LossBlocked(address asset);
    /// @notice No usable record of the insolvency: it must be `impair`ed (again) and `confirmationDelay` must pass.
    error NotConfirmed(address borrower, address collateral, uint256 impairedAt, uint256 earliest, uint256 latest);
    /// @notice No feed round newer than the impairment confirms the insolvency yet.
    error NoNewerRound(uint256 oldestRoundAt, uint256 impairedAt);
    /// @notice An earlier item of the same batch has taken a loss from this position that is not booked yet; or it has closed
    /// a part of it, and the position is impaired, or this item would pay for earlier write-offs of it.
    error DuplicateItem(address borrower, address collateral);
    /// @notice `module` was built for another asset, engine or oracle than this vault.
    error WrongModule(address module);

    /// @notice Price source; immutable.
    function oracle() external view returns (IPriceOracle);

    /// @notice Principal that is lent against `collateral` in all positions, asset units, without interest.
    function totalPrincipalOf(address collateral) external view returns (uint256 assets);

    /// @notice All debt to the present second, asset units, rounded down.
    function totalDebt() external view returns (uint256 assets);

    /// @notice Interest rate that runs now, WAD per second.
    function borrowRate() external view returns (uint256 rateWad);

    /// @notice One position with interest to the present second.
    function positionOf(address borrower, address collateral) external view returns (PositionView memory);

    /// @notice Adds `assets` of `collateral` to `borrower`'s position; the caller pays. A position holds at most
    /// 2^128 - 1 of its units; more reverts with `SafeCastOverflowedUintDowncast`.
    function supplyCollateral(address collateral, uint256 assets, address borrower) external;

    /// @notice Takes collateral out. Caller: borrower or whom it authorized. Makes the same share of aged principal
    /// young again.
    function withdrawCollateral(address collateral, uint256 assets, address borrower, address receiver) external;

    /// @notice Borrows `assets` against `collateral`. Caller: borrower or whom it authorized. One position has room for a
    /// principal of 2^94 - 1 asset units and a scaled debt of 2^114 - 1; more reverts with `SafeCastOverflowedUintDowncast`.
    function borrow(address collateral, uint256 assets, address borrower, address receiver) external;

    /// @notice Repays up to `assets` of `borrower`'s debt, interest first; the caller pays.
    /// @param assets Most to repay, asset units; max uint256 for all.
    /// @return repaidAssets What was taken from the caller.
    function repay(address collateral, uint256 assets, address borrower) external returns (uint256 repaidAssets);

    /// @notice Liquidates a position whose health factor is below one. Solvent: up to what restores the target health,
    /// all where dust would be left. Insolvent: any fraction of at least max(minDebt, 10 %) or all; its bad debt goes
    /// down the waterfall in this call. With `data`, calls `onLiquidation` on the caller after the booking and after
    /// the collateral was sent, before the payment is pulled.
    /// @param maxRepaidAssets Most to pay, asset units (the fee to reserves comes on top); what is allowed may be less.
    /// @param minSeizedAssets Least collateral to accept, collateral units.
    /// @param maxSocializedAssets Most that may be charged to the lenders, asset units.
    function liquidate(
        address borrower,
        address collateral,
        uint256 maxRepaidAssets,
        uint256 minSeizedAssets,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external returns (Liquidation memory);

    /// @notice Records that a position is insolvent and, where the vault makes provisions, provisions its shortfall:
    /// reserves and the fund's expected part are set apart, the rest lowers the share price through a loss epoch.
    /// Called again it follows the shortfall up and down, in steps of at least `minProvision`; when the position is
    /// solvent it ends the impairment and gives back what was set apart. Open to all.
    /// @return shortfallAssets Shortfall found, asset units; zero when the impairment was ended.
    function impair(address borrower, address collateral) external returns (uint256 shortfallAssets);

    /// @notice Writes off the part of an insolvent debt that its collateral does not cover, without cash. Needs a
    /// record at least `confirmationDelay` old and feed rounds newer than it. The covered part stays as a debt that
    /// anyone can liquidate; less than `minDebt` is not left standing, and less than a tenth of the debt is not written off
    /// this way. The caller earns a bounded reward from reserves
    /// where the collateral is worth nothing.
    /// @param maxSocializedAssets Most that may be charged to the lenders, asset units.
    /// @return badDebtAssets Debt written off, asset units.
    function writeOff(
        address borrower,
        address collateral,
        uint256 maxSocializedAssets
    ) external returns (uint256 badDebtAssets);

    /// @notice Liquidates positions as `liquidate` does, each at the price read once for all positions in its collateral that
    /// follow each other, and charges the lenders through one loss epoch. An item that cannot be liquidated is reported (`BatchItemSkipped`), has an empty
    /// result, and changes nothing. With `data`, calls `onBatchLiquidation` on the caller before the payment is pulled.
    /// @param maxSocializedAssets Most that may be charged to the lenders by all items together, asset units.
    function liquidateBatch(
        LiquidationItem[] calldata items,
        uint256 maxSocializedAssets,
        bytes calldata data
    ) external returns (Liquidation[] memory results);

    /// @notice Impairs, or brings up to date, positions as `impair` does, with one price per collateral and one loss
    /// epoch. An item that cannot be impaired is reported (`BatchItemSkipped`).
    /// @return shortfalls Shortfall found for each, asset units; zero if it is solvent or was skipped.
    function impairBatch(PositionKey[] calldata positions) external returns (uint256[] memory shortfalls);

    /// @notice Writes off positions as `writeOff` does, with one price per collateral and one loss epoch. An item that
    /// cannot be written off is reported (`BatchItemSkipped`).
    /// @param maxSocializedAssets Most that may be charged to the lenders by all items together, asset units.
    /// @return badDebts Debt written off for each, asset units; zero if it was skipped.
    function writeOffBatch(
        PositionKey[] calldata positions,
        uint256 maxSocializedAssets
    ) external returns (uint256[] memory badDebts);
}

/// @title Callback of a flash liquidation
/// @notice Implemented by a liquidator that sells the collateral before it pays.
interface ILiquidationCallback {
    /// @notice Called after the booking and the transfer of the collateral; `owedAssets` are pulled from the caller of
    /// `liquidate` afterwards.
    /// @param owedAssets Repayment plus fee, asset units.
    /// @param seizedAssets Collateral received, collateral units.
    function onLiquidation(uint256 owedAssets, uint256 seizedAssets, bytes calldata data) external;
}

/// @title Callback of a flash liquidation of several positions
/// @notice Implemented by a liquidator that sells the collateral before it pays.
interface IBatchLiquidationCallback {
    /// @notice Called after the booking and the transfer of all collateral; `owedAssets` are pulled from the caller of
    /// `liquidateBatch` afterwards.
    /// @param owedAssets Repayments plus fees, asset units.
    /// @param results Result of each item, empty for those that were skipped.
    function onBatchLiquidation(
        uint256 owedAssets,
        ILendingVault.Liquidation[] calldata results,
        bytes calldata data
    ) external;
}
