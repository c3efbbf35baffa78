// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IKeeperAutomation} from "../interfaces/IKeeperAutomation.sol";
import {IKeeperLens} from "../interfaces/IKeeperLens.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS} from "../libraries/Units.sol";

/// @title Impairs and writes off on behalf of Chainlink Automation
/// @notice For those who do not run a bot. It has no capital and so does not liquidate; it holds nothing but rewards.
/// Called by the Automation registry, or by anybody. Never: a batch longer than `MAX_ITEMS`, an item that stops another.
contract KeeperAutomation is IKeeperAutomation {
    using SafeERC20 for IERC20;

    /// @dev A full waterfall costs up to half a million gas beside what its tranches may use.
    uint256 private constant MAX_ITEMS = 10;
    /// @dev Less than this is not enough for an item: the stipends of its vault's tranches come first.
    uint256 private constant MIN_GAS = 500_000;
    uint256 private constant MAX_PAGE = 500;
    /// @dev A provision is brought up to date when its loss has moved by this part of it, bps.
    uint256 private constant REFRESH_BPS = 2_500;

    IWriteOffEngine public immutable engine;
    IKeeperLens public immutable lens;
    /// @inheritdoc IKeeperAutomation
    address public immutable beneficiary;

    mapping(address vault => ISolventVault.PositionKey[]) private _keys;
    /// @dev Number in the list, counted from 1; zero if it is not listed.
    mapping(address vault => mapping(address borrower => mapping(address collateral => uint256))) private _numberOf;

    constructor(IWriteOffEngine engine_, IKeeperLens lens_, address beneficiary_) {
        (engine, lens, beneficiary) = (engine_, lens_, beneficiary_);
    }

    // ---------------------------------------------------------------- The list

    /// @inheritdoc IKeeperAutomation
    function list(address vault, ISolventVault.PositionKey[] calldata keys) external {
        _checkVault(vault);
        for (uint256 i; i < keys.length; ++i) {
            (address borrower, address collateral) = (keys[i].borrower, keys[i].collateral);
            if (_numberOf[vault][borrower][collateral] != 0) continue;
            if (ILendingVault(vault).positionOf(borrower, collateral).debtAssets == 0) continue;
            _keys[vault].push(keys[i]);
            _numberOf[vault][borrower][collateral] = _keys[vault].length;
            emit Listed(vault, borrower, collateral);
        }
    }

    /// @inheritdoc IKeeperAutomation
    function delist(address vault, ISolventVault.PositionKey[] calldata keys) external {
        _checkVault(vault);
        for (uint256 i; i < keys.length; ++i) {
            (address borrower, address collateral) = (keys[i].borrower, keys[i].collateral);
            uint256 number = _numberOf[vault][borrower][collateral];
            if (number == 0) continue;
            ILendingVault.PositionView memory position = ILendingVault(vault).positionOf(borrower, collateral);
            if (position.debtAssets != 0 || position.impairedAt != 0) continue;
            _remove(vault, number);
            delete _numberOf[vault][borrower][collateral];
            emit Delisted(vault, borrower, collateral);
        }
    }

    /// @dev The last takes the place of the one that goes.
    function _remove(address vault, uint256 number) private {
        ISolventVault.PositionKey[] storage keys = _keys[vault];
        if (number != keys.length) {
            ISolventVault.PositionKey memory last = keys[keys.length - 1];
            keys[number - 1] = last;
            _numberOf[vault][last.borrower][last.collateral] = number;
        }
        keys.pop();
    }

    /// @inheritdoc IKeeperAutomation
    function listed(address vault) external view returns (uint256 count) {
        return _keys[vault].length;
    }

    /// @inheritdoc IKeeperAutomation
    function page(
        address vault,
        uint256 from,
        uint256 count
    ) public view returns (ISolventVault.PositionKey[] memory keys) {
        uint256 length = _keys[vault].length;
        if (from >= length) return keys;
        if (count > length - from) count = length - from;
        keys = new ISolventVault.PositionKey[](count);
        for (uint256 i; i < count; ++i) keys[i] = _keys[vault][from + i];
    }

    // ---------------------------------------------------------------- Check

    /// @notice Finds what needs an act in a page of the list; see the interface for `checkData`.
    function checkUpkeep(bytes calldata checkData) external view returns (bool upkeepNeeded, bytes memory performData) {
        (address vault, uint256 from, uint256 count) = abi.decode(checkData, (address, uint256, uint256));
        _checkVault(vault);
        if (count > MAX_PAGE) revert PageTooLong(count, MAX_PAGE);
        ISolventVault.PositionKey[] memory keys = page(vault, from, count);
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
        _checkVault(vault);
        if (items.length > MAX_ITEMS) revert TooManyItems(items.length, MAX_ITEMS);
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

    /// @inheritdoc IKeeperAutomation
    function collect(address token) external {
        uint256 units = IERC20(token).balanceOf(address(this));
        if (units != 0) IERC20(token).safeTransfer(beneficiary, units);
    }

    function _checkVault(address vault) private view {
        if (!engine.isVault(vault)) revert UnknownVault(vault);
    }
}
