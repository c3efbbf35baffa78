// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {ISolvencyLens} from "../interfaces/ISolvencyLens.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {BidBook} from "./BidBook.sol";
import {WaterfallQuote} from "./WaterfallQuote.sol";

/// @title Questions to a vault of either kind and its waterfall
/// @notice Stateless: anybody may deploy another. The vault plans each loss with the code that would execute it
/// (`planLosses`); the layers are asked what they would pay. Never: a state changed. Upholds WO3.
contract SolvencyLens is ISolvencyLens {
    using WaterfallQuote for WaterfallQuote.State;
    using BidBook for BidBook.Book;

    // ---------------------------------------------------------------- Layers

    /// @inheritdoc ISolvencyLens
    function coverage(ISolventVault vault) external view returns (Layer[] memory layers) {
        WaterfallQuote.State memory state = WaterfallQuote.load(vault);
        uint256 count = state.stack.length;
        layers = new Layer[](count + 2);
        layers[0] = Layer(LayerKind.Reserves, address(vault), 0, 0, state.reserves);
        for (uint256 i; i < count; ++i) {
            bool insures = state.stack[i].kind == IWriteOffEngine.Kind.Insurance;
            uint256 capacity = state.capacity[i];
            if (!insures) (capacity, , ) = state.bids.cover(WaterfallQuote.EVERYTHING);
            LayerKind kind = insures ? LayerKind.Insurance : LayerKind.Dilution;
            layers[i + 1] = Layer(kind, state.stack[i].tranche, 0, 0, capacity);
        }
        layers[count + 1] = Layer(LayerKind.Lenders, address(vault), 0, 0, vault.totalAssets());
        uint256 attachment;
        for (uint256 i; i < layers.length; ++i) {
            layers[i].attachmentPoint = attachment;
            attachment += layers[i].capacity;
            layers[i].detachmentPoint = attachment;
        }
    }

    // ---------------------------------------------------------------- Losses

    /// @inheritdoc ISolvencyLens
    function quoteWriteOff(
        ISolventVault vault,
        address borrower,
        address collateral,
        bool byLiquidator
    ) external view returns (LossQuote memory quote, ISolventVault.LossPlan memory plan) {
        ISolventVault.PositionKey[] memory keys = new ISolventVault.PositionKey[](1);
        keys[0] = ISolventVault.PositionKey(borrower, collateral);
        ISolventVault.LossPlan[] memory plans = vault.planLosses(keys, 0, byLiquidator);
        plan = plans[0];
        quote = _quote(vault, plans);
    }

    /// @inheritdoc ISolvencyLens
    function quotePriceDrop(
        ISolventVault vault,
        address collateral,
        int256 dropBps,
        address[] calldata borrowers
    ) external view returns (LossQuote memory quote) {
        return _quote(vault, _plans(vault, collateral, dropBps, borrowers));
    }

    /// @inheritdoc ISolvencyLens
    function quoteLoss(
        ISolventVault vault,
        address lender,
        address collateral,
        int256 dropBps,
        address[] calldata borrowers
    ) external view returns (uint256 heldAssets, uint256 lostAssets) {
        LossQuote memory quote = _quote(vault, _plans(vault, collateral, dropBps, borrowers));
        uint256 shares = vault.balanceOf(lender);
        uint256 total = vault.totalAssets();
        uint256 supply = vault.totalSupply();
        heldAssets = ShareMath.toAssetsDown(shares, total, supply);
        lostAssets = Math.saturatingSub(heldAssets, ShareMath.toAssetsDown(shares, _totalAfter(quote, total), supply));
    }

    function _plans(
        ISolventVault vault,
        address collateral,
        int256 dropBps,
        address[] calldata borrowers
    ) private view returns (ISolventVault.LossPlan[] memory) {
        ISolventVault.PositionKey[] memory keys = new ISolventVault.PositionKey[](borrowers.length);
        for (uint256 i; i < borrowers.length; ++i) keys[i] = ISolventVault.PositionKey(borrowers[i], collateral);
        return vault.planLosses(keys, dropBps, true);
    }

    /// @dev Pours the planned losses into the waterfall, in order. A position that cannot be closed changes nothing.
    function _quote(
        ISolventVault vault,
        ISolventVault.LossPlan[] memory plans
    ) private view returns (LossQuote memory quote) {
        WaterfallQuote.State memory state = WaterfallQuote.load(vault);
        for (uint256 i; i < plans.length; ++i) {
            if (plans[i].failure.length == 0) state.pour(plans[i], quote);
        }
        uint256 total = vault.totalAssets();
        uint256 supply = vault.totalSupply();
        uint256 wholeShare = 10 ** vault.decimals();
        quote.sharePriceBefore = ShareMath.toAssetsDown(wholeShare, total, supply);
        quote.sharePriceAfter = ShareMath.toAssetsDown(wholeShare, _totalAfter(quote, total), supply);
    }

    /// @dev Lenders cannot lose more than they have.
    function _totalAfter(LossQuote memory quote, uint256 total) private pure returns (uint256) {
        return Math.saturatingSub(total + quote.roundingAssets, quote.newlyChargedAssets);
    }

    // ---------------------------------------------------------------- Positions

    /// @inheritdoc ISolvencyLens
    function positions(
        ISolventVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view returns (PositionStatus[] memory list) {
        list = new PositionStatus[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            (address borrower, address collateral) = (keys[i].borrower, keys[i].collateral);
            (list[i].impairmentId, list[i].impairedAt, list[i].writeOffId) = vault.recordOf(borrower, collateral);
            try vault.healthFactor(borrower, collateral) returns (uint256 healthWad) {
                list[i].healthWad = healthWad;
                list[i].equityAssets = vault.equityOf(borrower, collateral);
                (list[i].shortfallAssets, ) = vault.shortfallOf(borrower, collateral);
            } catch (bytes memory failure) {
                list[i].failure = failure;
            }
        }
    }

    /// @inheritdoc ISolvencyLens
    function defaultsOf(
        ISolventVault vault,
        address borrower,
        address collateral
    ) external view returns (uint256[] memory ids, uint256[] memory owedAssets) {
        IWriteOffEngine engine = vault.engine();
        (, , uint32 latest) = vault.recordOf(borrower, collateral);
        uint256 count;
        for (uint256 id = latest; id != 0; id = engine.ledger(address(vault), id).previousId) {
            if (engine.owedByDebtor(address(vault), id) != 0) ++count;
        }
        ids = new uint256[](count);
        owedAssets = new uint256[](count);
        count = 0;
        for (uint256 id = latest; id != 0; id = engine.ledger(address(vault), id).previousId) {
            uint256 owed = engine.owedByDebtor(address(vault), id);
            if (owed == 0) continue;
            (ids[count], owedAssets[count]) = (id, owed);
            ++count;
        }
    }
}
