// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ISolventVault} from "./ISolventVault.sol";

/// @title Who would pay, and how much, if a loan were lost now
/// @notice Read-only. What it quotes is what execution in the same state does, to the unit, as far as the tranches quote
/// honestly. All figures in asset units unless said.
interface ISolvencyLens {
    /// @notice Which layer this is, from the first that pays to the last.
    enum LayerKind {
        Reserves,
        Insurance,
        Dilution,
        Lenders
    }

    /// @notice One layer of a vault's waterfall, for a loss that is insured as a whole.
    /// @param kind Which layer.
    /// @param payer Contract that pays: the vault for reserves and lenders, else the tranche.
    /// @param attachmentPoint Cumulative loss at which the layer begins to pay.
    /// @param detachmentPoint Cumulative loss at which it is used up.
    /// @param capacity What it could pay at this moment: the difference of the two.
    struct Layer {
        LayerKind kind;
        address payer;
        uint256 attachmentPoint;
        uint256 detachmentPoint;
        uint256 capacity;
    }

    /// @notice What losing one position, or several, would cost whom.
    /// @param badDebtAssets Debt that would be written off: the sum of the four layers.
    /// @param reserveAssets Paid by the vault's reserves, with what is already set apart of them.
    /// @param insuranceAssets Paid by insurance, with what is already earmarked.
    /// @param dilutionAssets Paid at once by standing bids.
    /// @param socializedAssets Borne by the lenders, with what has already been charged as a provision.
    /// @param newlyChargedAssets Part of it that would be charged now.
    /// @param rewardAssets Paid out of reserves to the caller of write-offs without collateral.
    /// @param mintedTokens Tokens minted to underwriters at once, token units.
    /// @param offeredTokens Tokens put up for sale; minted as far as they are sold, token units.
    /// @param repaidAssets Paid by liquidators for debt and defaulted debt.
    /// @param roundingAssets Lenders' gain by rounding of what is repaid, a unit or so.
    /// @param sharePriceBefore Assets of one whole share now, rounded down.
    /// @param sharePriceAfter The same after the losses, rounded down.
    struct LossQuote {
        uint256 badDebtAssets;
        uint256 reserveAssets;
        uint256 insuranceAssets;
        uint256 dilutionAssets;
        uint256 socializedAssets;
        uint256 newlyChargedAssets;
        uint256 rewardAssets;
        uint256 mintedTokens;
        uint256 offeredTokens;
        uint256 repaidAssets;
        uint256 roundingAssets;
        uint256 sharePriceBefore;
        uint256 sharePriceAfter;
    }

    /// @notice One position or account as a keeper needs it.
    /// @param equityAssets What is left once its debts are paid; zero if no price can be read.
    /// @param healthWad Health factor, WAD; zero if no price can be read.
    /// @param shortfallAssets What would be lost, by the write-off price rule.
    /// @param impairmentId Ledger entry under which its loss is provisioned; zero if it is not.
    /// @param impairedAt When its insolvency was first recorded, seconds; zero if it is not impaired.
    /// @param writeOffId Latest unpaid write-off; zero if none.
    /// @param failure Encoded error of the price source; empty if it answers.
    struct PositionStatus {
        int256 equityAssets;
        uint256 healthWad;
        uint256 shortfallAssets;
        uint32 impairmentId;
        uint64 impairedAt;
        uint32 writeOffId;
        bytes failure;
    }

    /// @notice The vault's layers in the order in which they pay, each with where it attaches and detaches.
    function coverage(ISolventVault vault) external view returns (Layer[] memory layers);

    /// @notice Cost of losing one position now.
    /// @param byLiquidator Closed whole by a liquidator; else written off without one, whether or not that is confirmed.
    /// @return quote Zeros but for the share prices if the position can not be closed at a loss.
    /// @return plan Figures of the position itself, with the error that would be met, if any.
    function quoteWriteOff(
        ISolventVault vault,
        address borrower,
        address collateral,
        bool byLiquidator
    ) external view returns (LossQuote memory quote, ISolventVault.LossPlan memory plan);

    /// @notice Cost of all losses among `borrowers` if `collateral` were worth `dropBps` less than now (negative: more) and
    /// liquidators closed each whole, in this order. Positions that would still be sound cost nothing. Of a margin vault
    /// `collateral` names the market that moves, by its underlying; the share prices are both at present prices: what the
    /// move itself does to the pool is not a loss.
    function quotePriceDrop(
        ISolventVault vault,
        address collateral,
        int256 dropBps,
        address[] calldata borrowers
    ) external view returns (LossQuote memory quote);

    /// @notice What `lender` would lose in that case, at the shares it holds now, rounded down at both ends.
    /// @return heldAssets Worth of its shares now.
    /// @return lostAssets By how much that would fall.
    function quoteLoss(
        ISolventVault vault,
        address lender,
        address collateral,
        int256 dropBps,
        address[] calldata borrowers
    ) external view returns (uint256 heldAssets, uint256 lostAssets);

    /// @notice Positions as a keeper needs them; ask for as many at once as fit a call.
    function positions(
        ISolventVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view returns (PositionStatus[] memory);

    /// @notice Debts of a position that were written off, newest first, as far as its debtor still owes them: what to
    /// `recover` to be clean again.
    function defaultsOf(
        ISolventVault vault,
        address borrower,
        address collateral
    ) external view returns (uint256[] memory ids, uint256[] memory owedAssets);
}
