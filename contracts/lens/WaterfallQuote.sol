// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IEarmarkTranche} from "../interfaces/IEarmarkTranche.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {ISolvencyLens} from "../interfaces/ISolvencyLens.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {TrancheCall} from "../writeoff/TrancheCall.sol";
import {BidBook} from "./BidBook.sol";

/// @title A waterfall in memory, that losses are poured into one after the other
/// @notice Starts with what every layer holds now and pays each loss as `WriteOffBook` and `WriteOffEngine` would, so that
/// the second of several losses finds what the first has left. Tranches are asked what they would pay; what an earlier
/// loss took of them is deducted. Two things are taken as they are now: the stack, also where an impaired debt
/// still has an older one, and draw limits, although an earmark that is released may free some.
library WaterfallQuote {
    using BidBook for BidBook.Book;

    /// @dev More than any tranche holds, and small enough to be added up.
    uint256 internal constant EVERYTHING = type(uint128).max;

    /// @notice The layers as they stand between two losses. Asset units.
    struct State {
        ISolventVault vault;
        IWriteOffEngine engine;
        uint256 reserves;
        uint256 cash;
        IWriteOffEngine.Tranche[] stack;
        uint256[] drawn; // taken of each insurance tranche by earlier losses, without earmarks
        uint256[] capacity; // what each could pay at the start for a loss without earmark
        BidBook.Book bids;
    }

    /// @notice The waterfall of `vault` as it stands.
    function load(ISolventVault vault) internal view returns (State memory state) {
        state.vault = vault;
        state.engine = vault.engine();
        state.reserves = vault.reserves();
        state.cash = vault.cash();
        state.stack = state.engine.stackOf(address(vault));
        state.drawn = new uint256[](state.stack.length);
        state.capacity = new uint256[](state.stack.length);
        for (uint256 i; i < state.stack.length; ++i) {
            if (state.stack[i].kind == IWriteOffEngine.Kind.Dilution) {
                state.bids = BidBook.load(IDilution(state.stack[i].tranche), address(vault));
            } else {
                state.capacity[i] = _ask(state, i, 0, EVERYTHING, EVERYTHING);
            }
        }
    }

    /// @notice Pours what closing a position does into the layers and adds who pays to `quote`. What a liquidator pays for
    /// earlier write-offs goes past them.
    function pour(
        State memory state,
        ISolventVault.LossPlan memory plan,
        ISolvencyLens.LossQuote memory quote
    ) internal view {
        uint256 reward = Math.min(plan.rewardAssets, Math.min(state.reserves, state.cash));
        state.reserves -= reward;
        state.cash = state.cash - reward + plan.repaidAssets + plan.feeAssets - plan.defaultAssets;
        (uint256 heldReserves, , uint256 heldCharge) = state.vault.provisionOf(plan.provisionId);
        uint256 fromHeld = Math.min(heldReserves, plan.badDebtAssets);
        uint256 fromReserves = Math.min(state.reserves, plan.badDebtAssets - fromHeld);
        // What was set apart and is not needed goes back, and so does a liquidator's fee.
        state.reserves = state.reserves - fromReserves + (heldReserves - fromHeld) + plan.feeAssets;
        uint256 shortfall = plan.badDebtAssets - fromHeld - fromReserves;
        quote.badDebtAssets += plan.badDebtAssets;
        quote.repaidAssets += plan.repaidAssets;
        quote.rewardAssets += reward;
        quote.roundingAssets += plan.roundingAssets;
        quote.reserveAssets += fromHeld + fromReserves;
        shortfall -= _pourIntoStack(state, plan, shortfall, quote);
        quote.socializedAssets += shortfall;
        quote.newlyChargedAssets += Math.saturatingSub(shortfall, heldCharge);
    }

    function _pourIntoStack(
        State memory state,
        ISolventVault.LossPlan memory plan,
        uint256 shortfall,
        ISolvencyLens.LossQuote memory quote
    ) private view returns (uint256 covered) {
        uint256 insurable = plan.insurableAssets;
        for (uint256 i; i < state.stack.length && covered < shortfall; ++i) {
            uint256 paid;
            if (state.stack[i].kind == IWriteOffEngine.Kind.Dilution) {
                uint256 minted;
                uint256 offered;
                (paid, minted, offered) = state.bids.cover(shortfall - covered);
                quote.mintedTokens += minted;
                quote.offeredTokens += offered;
                quote.dilutionAssets += paid;
            } else {
                paid = _insured(state, i, plan.provisionId, shortfall - covered, insurable);
                insurable -= Math.min(insurable, paid);
                quote.insuranceAssets += paid;
            }
            covered += paid;
            state.cash += paid;
        }
    }

    /// @dev What insurance tranche `i` pays: its own answer, but no more than earlier losses have left of it.
    function _insured(
        State memory state,
        uint256 i,
        uint256 id,
        uint256 shortfall,
        uint256 insurable
    ) private view returns (uint256 paid) {
        uint256 earmarked;
        if (id != 0) {
            bytes memory data = abi.encodeCall(IEarmarkTranche.earmarkOf, (address(state.vault), id));
            earmarked = Math.min(
                TrancheCall.read(state.stack[i].tranche, state.stack[i].gasStipend, data),
                Math.min(shortfall, insurable)
            );
        }
        uint256 left = earmarked + Math.saturatingSub(state.capacity[i], state.drawn[i]);
        paid = Math.min(_ask(state, i, id, shortfall, insurable), left);
        state.drawn[i] += Math.saturatingSub(paid, earmarked);
    }

    function _ask(
        State memory state,
        uint256 i,
        uint256 id,
        uint256 shortfall,
        uint256 insurable
    ) private view returns (uint256) {
        IWriteOffEngine.Tranche memory layer = state.stack[i];
        return
            TrancheCall.previewCover(layer.tranche, layer.gasStipend, address(state.vault), id, shortfall, insurable);
    }
}
