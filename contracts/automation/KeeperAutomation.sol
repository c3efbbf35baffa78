// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IKeeperAutomation} from "../interfaces/IKeeperAutomation.sol";
import {IKeeperLens} from "../interfaces/IKeeperLens.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS} from "../libraries/Units.sol";
import {UpkeepList} from "./UpkeepList.sol";

/// @title Impairs and writes off in lending vaults on behalf of Chainlink Automation
/// @notice For those who do not run a bot. It has no capital and so does not liquidate; it holds nothing but rewards.
/// Called by the Automation registry, or by anybody. Never: a batch longer than `MAX_ITEMS`, an item that stops another.
contract KeeperAutomation is IKeeperAutomation, UpkeepList {
    /// @dev Less than this is not enough for an item: the stipends of its vault's tranches come first.
    uint256 private constant MIN_GAS = 500_000;
    /// @dev A provision is brought up to date when its loss has moved by this part of it, bps.
    uint256 private constant REFRESH_BPS = 2_500;

    IKeeperLens public immutable lens;

    constructor(IWriteOffEngine engine_, IKeeperLens lens_, address beneficiary_) UpkeepList(engine_, beneficiary_) {
        lens = lens_;
    }

    // ---------------------------------------------------------------- The list

    /// @dev What owes something.
    function _needsKeeper(address vault, ISolventVault.PositionKey calldata key) internal view override returns (bool) {
        return ILendingVault(vault).positionOf(key.borrower, key.collateral).debtAssets != 0;
    }

    /// @dev What owes something, or is impaired.
    function _isWatched(address vault, ISolventVault.PositionKey calldata key) internal view override returns (bool) {
        ILendingVault.PositionView memory position = ILendingVault(vault).positionOf(key.borrower, key.collateral);
        return position.debtAssets != 0 || position.impairedAt != 0;
    }

    // ---------------------------------------------------------------- Check

    /// @notice Finds what needs an act in a page of the list; see the interface for `checkData`.
    function checkUpkeep(bytes calldata checkData) external view returns (bool upkeepNeeded, bytes memory performData) {
        (address vault, ISolventVault.PositionKey[] memory keys) = _pageOf(checkData);
        IKeeperLens.Row[] memory rows = lens.positions(ILendingVault(vault), keys);
        Item[] memory found = new Item[](MAX_ITEMS);
        uint256 items;
        for (uint256 i; i < rows.length && items < MAX_ITEMS; ++i) {
            (bool isNeeded, Act act) = _need(ILendingVault(vault), keys[i], rows[i]);
            if (isNeeded) found[items++] = Item(act, keys[i].borrower, keys[i].collateral);
        }
        if (items == 0) return (false, "");
        Item[] memory chosen = new Item[](items);
        for (uint256 i; i < items; ++i) chosen[i] = found[i];
        return (true, abi.encode(vault, chosen));
    }

    /// @dev What is due for a position: end or begin its impairment, write it off, or follow its shortfall.
    function _need(
        ILendingVault vault,
        ISolventVault.PositionKey memory key,
        IKeeperLens.Row memory row
    ) private view returns (bool isNeeded, Act act) {
        if (row.failure != 0 || row.lossBlockedBy != address(0)) return (false, Act.Impair);
        bool impaired = row.impairedAt != 0;
        if (row.shortfallAssets == 0) return (impaired && row.debtAssets != 0, Act.Impair);
        if (!impaired) return (true, Act.Impair);
        ISolventVault.PositionKey[] memory one = new ISolventVault.PositionKey[](1);
        one[0] = key;
        IKeeperLens.Outlook memory outlook = lens.explain(vault, one)[0];
        if (outlook.writeOffFailure.length == 0) return (true, Act.WriteOff);
        // The record has run out: it must be made again.
        if (block.timestamp > outlook.latestWriteOff) return (true, Act.Impair);
        return (_hasMoved(row, vault.minProvision()), Act.Impair);
    }

    function _hasMoved(IKeeperLens.Row memory row, uint256 minimum) private pure returns (bool) {
        if (minimum == 0) return false;
        uint256 distance =
            row.shortfallAssets > row.provisionedAssets
                ? row.shortfallAssets - row.provisionedAssets
                : row.provisionedAssets - row.shortfallAssets;
        return distance >= minimum && distance * BPS >= row.provisionedAssets * REFRESH_BPS;
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
            if (_perform(ILendingVault(vault), items[i])) isAnyDone = true;
        }
        if (!isAnyDone) revert NothingDone();
    }

    function _perform(ILendingVault vault, Item memory item) private returns (bool) {
        if (item.act == Act.Impair) {
            try vault.impair(item.borrower, item.collateral) returns (uint256 shortfallAssets) {
                emit Performed(address(vault), item.act, item.borrower, item.collateral, shortfallAssets);
                return true;
            } catch (bytes memory failure) {
                emit Failed(address(vault), item.act, item.borrower, item.collateral, failure);
                return false;
            }
        }
        try vault.writeOff(item.borrower, item.collateral, type(uint256).max) returns (uint256 badDebtAssets) {
            emit Performed(address(vault), item.act, item.borrower, item.collateral, badDebtAssets);
            return true;
        } catch (bytes memory failure) {
            emit Failed(address(vault), item.act, item.borrower, item.collateral, failure);
            return false;
        }
    }
}
