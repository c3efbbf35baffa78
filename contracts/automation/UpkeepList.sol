// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IUpkeepList} from "../interfaces/IUpkeepList.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";

/// @title The list of an automation adapter, and where its rewards go
/// @notice What both adapters share: who is looked at, how long a batch or a page may be, how little gas is too little.
/// Never: rewards that go anywhere but to the beneficiary.
abstract contract UpkeepList is IUpkeepList {
    using SafeERC20 for IERC20;

    /// @dev A full waterfall costs up to half a million gas beside what its tranches may use.
    uint256 internal constant MAX_ITEMS = 10;
    uint256 internal constant MAX_PAGE = 500;

    IWriteOffEngine public immutable engine;
    /// @inheritdoc IUpkeepList
    address public immutable beneficiary;

    mapping(address vault => ISolventVault.PositionKey[]) private _keys;
    /// @dev Number in the list, counted from 1; zero if it is not listed.
    mapping(address vault => mapping(address borrower => mapping(address collateral => uint256))) private _numberOf;

    constructor(IWriteOffEngine engine_, address beneficiary_) {
        (engine, beneficiary) = (engine_, beneficiary_);
    }

    // ---------------------------------------------------------------- The list

    /// @inheritdoc IUpkeepList
    function list(address vault, ISolventVault.PositionKey[] calldata keys) external {
        _checkVault(vault);
        for (uint256 i; i < keys.length; ++i) {
            (address borrower, address collateral) = (keys[i].borrower, keys[i].collateral);
            if (_numberOf[vault][borrower][collateral] != 0) continue;
            if (!_needsKeeper(vault, keys[i])) continue;
            _keys[vault].push(keys[i]);
            _numberOf[vault][borrower][collateral] = _keys[vault].length;
            emit Listed(vault, borrower, collateral);
        }
    }

    /// @inheritdoc IUpkeepList
    function delist(address vault, ISolventVault.PositionKey[] calldata keys) external {
        _checkVault(vault);
        for (uint256 i; i < keys.length; ++i) {
            (address borrower, address collateral) = (keys[i].borrower, keys[i].collateral);
            uint256 number = _numberOf[vault][borrower][collateral];
            if (number == 0) continue;
            if (_isWatched(vault, keys[i])) continue;
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

    /// @inheritdoc IUpkeepList
    function listed(address vault) external view returns (uint256 count) {
        return _keys[vault].length;
    }

    /// @inheritdoc IUpkeepList
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

    /// @dev Whether a position may be listed.
    function _needsKeeper(address vault, ISolventVault.PositionKey calldata key) internal view virtual returns (bool);

    /// @dev Whether a listed position must stay listed.
    function _isWatched(address vault, ISolventVault.PositionKey calldata key) internal view virtual returns (bool);

    // ---------------------------------------------------------------- What both do alike

    /// @dev The page that an upkeep's `checkData` names.
    function _pageOf(
        bytes calldata checkData
    ) internal view returns (address vault, ISolventVault.PositionKey[] memory keys) {
        uint256 from;
        uint256 count;
        (vault, from, count) = abi.decode(checkData, (address, uint256, uint256));
        _checkVault(vault);
        if (count > MAX_PAGE) revert PageTooLong(count, MAX_PAGE);
        keys = page(vault, from, count);
    }

    function _checkBatch(address vault, uint256 items) internal view {
        _checkVault(vault);
        if (items > MAX_ITEMS) revert TooManyItems(items, MAX_ITEMS);
    }

    /// @inheritdoc IUpkeepList
    function collect(address token) external {
        uint256 units = IERC20(token).balanceOf(address(this));
        if (units != 0) IERC20(token).safeTransfer(beneficiary, units);
    }

    function _checkVault(address vault) private view {
        if (!engine.isVault(vault)) revert UnknownVault(vault);
    }
}
