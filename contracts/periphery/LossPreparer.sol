// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBackstopMinter} from "../interfaces/IBackstopMinter.sol";
import {IBackstopToken} from "../interfaces/IBackstopToken.sol";
import {IDebtAuction} from "../interfaces/IDebtAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {ILossPreparer} from "../interfaces/ILossPreparer.sol";
import {ILossShares} from "../interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {TrancheCall} from "../writeoff/TrancheCall.sol";

/// @title Prepares all slots of coming losses at once
/// @notice Keepers call it in quiet times. It calls what anybody may call: engine, vault, and what the stack consists of.
/// No rights, no money, no storage; outside the core, which does not know it.
/// Never: a part passed over because the gas was short.
contract LossPreparer is ILossPreparer {
    /// @dev Gas in which a tranche must say what it is.
    uint256 private constant PROBE_GAS = 50_000;
    /// @dev Gas for the question itself.
    uint256 private constant CALL_OVERHEAD = 20_000;

    /// @inheritdoc ILossPreparer
    IWriteOffEngine public immutable engine;

    /// @dev What losses of one vault write, besides the entry and the vault's epoch.
    struct Parts {
        ILossShares[] funds;
        IDebtAuction auction; // zero: no sales
        IBackstopToken token; // what it sells
    }

    constructor(IWriteOffEngine engine_) {
        engine = engine_;
    }

    /// @inheritdoc ILossPreparer
    function prepare(address vault, uint256 count) external returns (uint256 slots) {
        Parts memory parts = _partsOf(vault);
        bool hasSales = address(parts.auction) != address(0);
        // First, because it refuses whoever is no vault.
        slots = engine.prepareEntries(vault, count, hasSales);
        slots += ILossShares(vault).prepareEpochs(count, hasSales);
        for (uint256 i; i < parts.funds.length; ++i) {
            // What is recovered for a fund comes later and is nobody's haste.
            if (address(parts.funds[i]) != address(0)) slots += parts.funds[i].prepareEpochs(count, false);
        }
        if (!hasSales) return slots;
        slots += parts.auction.prepareLots(vault, count);
        if (address(parts.token) != address(0)) slots += parts.token.prepareSupplyHistory(count);
    }

    /// @inheritdoc ILossPreparer
    function prepared(address vault) external view returns (uint256 count) {
        Parts memory parts = _partsOf(vault);
        (uint256 entries, uint256 proceeds) = engine.preparedEntries(vault);
        (uint256 epochs, uint256 recoveries) = ILossShares(vault).preparedEpochs();
        count = Math.min(entries, epochs);
        for (uint256 i; i < parts.funds.length; ++i) {
            if (address(parts.funds[i]) == address(0)) continue;
            (epochs, ) = parts.funds[i].preparedEpochs();
            count = Math.min(count, epochs);
        }
        if (address(parts.auction) == address(0)) return count;
        if (address(parts.token) != address(0)) count = Math.min(count, parts.token.preparedSupplyHistory());
        return Math.min(Math.min(count, parts.auction.preparedLots(vault)), Math.min(proceeds, recoveries));
    }

    /// @dev The stack was chosen by governance; still, a tranche need be nothing that is known here.
    function _partsOf(address vault) private view returns (Parts memory parts) {
        IWriteOffEngine.Tranche[] memory stack = engine.stackOf(vault);
        parts.funds = new ILossShares[](stack.length);
        for (uint256 i; i < stack.length; ++i) {
            address tranche = stack[i].tranche;
            if (stack[i].kind == IWriteOffEngine.Kind.Dilution) {
                uint256 answer = _ask(tranche, abi.encodeCall(IDilution.debtAuction, ()));
                parts.auction = IDebtAuction(address(uint160(answer)));
                answer = _ask(tranche, abi.encodeCall(IBackstopMinter.token, ()));
                parts.token = IBackstopToken(address(uint160(answer)));
            } else if (_ask(tranche, abi.encodeCall(ILossShares.openEpoch, ())) != 0) {
                parts.funds[i] = ILossShares(tranche);
            }
        }
    }

    /// @dev What a tranche answers; zero if it does not know the question. Reverts where gas is too short to tell the two
    /// apart.
    function _ask(address tranche, bytes memory data) private view returns (uint256) {
        uint256 needed = (PROBE_GAS * 64) / 63 + CALL_OVERHEAD;
        if (gasleft() < needed) revert IWriteOffEngine.InsufficientGas(gasleft(), needed);
        return TrancheCall.read(tranche, PROBE_GAS, data);
    }
}
