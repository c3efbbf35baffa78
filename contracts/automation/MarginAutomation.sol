// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginAutomation} from "../interfaces/IMarginAutomation.sol";
import {IMarginLens} from "../interfaces/IMarginLens.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {UpkeepList} from "./UpkeepList.sol";

/// @title Resolves orders and closes accounts of margin vaults on behalf of Chainlink Automation
/// @notice For those who do not run a bot. Nothing of it needs capital: an account is closed against the pool. It holds nothing
/// but fees and rewards. Called by the Automation registry, or by anybody. Never: a batch longer than `MAX_ITEMS`, an
/// item that stops another.
contract MarginAutomation is IMarginAutomation, UpkeepList {
    /// @dev Less than this is not enough for an item: proving a round asks for that of a feed, the waterfall for its
    /// stipends.
    uint256 private constant MIN_GAS = 700_000;

    IMarginLens public immutable lens;

    constructor(IWriteOffEngine engine_, IMarginLens lens_, address beneficiary_) UpkeepList(engine_, beneficiary_) {
        lens = lens_;
    }

    // ---------------------------------------------------------------- The list

    /// @dev A trader with a position, an order, a deficit or an impairment. An account has no collateral.
    function _needsKeeper(address vault, ISolventVault.PositionKey calldata key) internal view override returns (bool) {
        return key.collateral == address(0) && _isWatched(vault, key);
    }

    function _isWatched(address vault, ISolventVault.PositionKey calldata key) internal view override returns (bool) {
        IMarginVault.AccountView memory account = IMarginVault(vault).accountOf(key.borrower);
        bool isOpen = account.openMarkets | account.pendingMarkets != 0;
        return isOpen || account.deficitAssets != 0 || account.impairedAt != 0;
    }

    // ---------------------------------------------------------------- Check

    /// @notice Finds what needs an act in a page of the list; see the interface for `checkData`. Accounts come before orders.
    function checkUpkeep(bytes calldata checkData) external view returns (bool upkeepNeeded, bytes memory performData) {
        (address vault, ISolventVault.PositionKey[] memory keys) = _pageOf(checkData);
        address[] memory traders = new address[](keys.length);
        for (uint256 i; i < keys.length; ++i) traders[i] = keys[i].borrower;
        IMarginLens.AccountRow[] memory rows = lens.accounts(IMarginVault(vault), traders);
        Item[] memory found = new Item[](MAX_ITEMS);
        uint256 items;
        for (uint256 i; i < rows.length && items < MAX_ITEMS; ++i) {
            (bool isNeeded, Act act) = _need(rows[i]);
            if (isNeeded) found[items++] = Item(act, traders[i], rows[i].largestMarket, 0);
        }
        if (items < MAX_ITEMS) items = _findOrders(IMarginVault(vault), traders, rows, found, items);
        if (items == 0) return (false, "");
        Item[] memory chosen = new Item[](items);
        for (uint256 i; i < items; ++i) chosen[i] = found[i];
        return (true, abi.encode(vault, chosen));
    }

    /// @dev What is due for an account: close what has sunk, unless its loss is blocked or disputed; end what has healed.
    function _need(IMarginLens.AccountRow memory row) private pure returns (bool isNeeded, Act act) {
        if (row.failure != 0) return (false, Act.Impair);
        if (row.liquidationFailure == 0) return (true, Act.Liquidate);
        return (row.impairedAt != 0 && row.lossFailure == IMarginVault.AccountSolvent.selector, Act.Impair);
    }

    /// @dev Orders of these traders that can be ended now, after `items` that were found before.
    function _findOrders(
        IMarginVault vault,
        address[] memory traders,
        IMarginLens.AccountRow[] memory rows,
        Item[] memory found,
        uint256 items
    ) private view returns (uint256) {
        IMarginLens.TraderMarket[] memory one = new IMarginLens.TraderMarket[](1);
        for (uint256 i; i < rows.length; ++i) {
            uint256 pending = rows[i].pendingMarkets;
            for (uint256 id; pending >> id != 0; ++id) {
                if ((pending >> id) & 1 == 0) continue;
                one[0] = IMarginLens.TraderMarket(traders[i], id);
                IMarginLens.OrderRow memory order = lens.orders(vault, one)[0];
                if (!order.isResolvable) continue;
                found[items++] = Item(Act.Resolve, traders[i], id, order.roundId);
                if (items == MAX_ITEMS) return items;
            }
        }
        return items;
    }

    // ---------------------------------------------------------------- Perform

    /// @notice Does what a check has found, item by item; see the interface for `performData`. Open to all.
    function performUpkeep(bytes calldata performData) external {
        (address vault, Item[] memory items) = abi.decode(performData, (address, Item[]));
        _checkBatch(vault, items.length);
        bool isAnyDone;
        for (uint256 i; i < items.length; ++i) {
            if (gasleft() < MIN_GAS) {
                emit LeftOver(vault, items.length - i);
                break;
            }
            (bool isDone, uint256 result, bytes memory failure) = _perform(IMarginVault(vault), items[i]);
            if (isDone) emit Performed(vault, items[i].act, items[i].trader, items[i].marketId, result);
            else emit Failed(vault, items[i].act, items[i].trader, items[i].marketId, failure);
            isAnyDone = isAnyDone || isDone;
        }
        if (!isAnyDone) revert NothingDone();
    }

    function _perform(IMarginVault vault, Item memory item) private returns (bool, uint256, bytes memory) {
        if (item.act == Act.Resolve) {
            try vault.resolveOrder(item.trader, item.marketId, item.roundId) returns (IMarginVault.Outcome outcome) {
                return (true, uint256(outcome), "");
            } catch (bytes memory failure) {
                return (false, 0, failure);
            }
        }
        if (item.act == Act.Impair) {
            try vault.impair(item.trader) returns (uint256 shortfallAssets) {
                return (true, shortfallAssets, "");
            } catch (bytes memory failure) {
                return (false, 0, failure);
            }
        }
        try vault.liquidate(item.trader, item.marketId, type(uint256).max) returns (
            IMarginVault.Liquidation memory closed
        ) {
            return (true, closed.badDebtAssets, "");
        } catch (bytes memory failure) {
            return (false, 0, failure);
        }
    }
}
