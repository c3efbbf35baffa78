// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {WriteOffBook} from "./WriteOffBook.sol";

/// @title The books of a vault that lends
/// @notice Its debtors owe it and it owes them nothing, all its cash may leave, and a share is worth the same to who comes
/// and who goes. No storage of its own.
abstract contract CreditBook is WriteOffBook {
    function _grossAssets() internal view override returns (int256) {
        return int256(uint256(_cash) + _outstandingAssets());
    }

    function _presentTotalAssets() internal view override returns (uint256) {
        (uint256 outstandingAssets, uint256 accruedReserves) = _accruedView();
        return _netAssets(int256(uint256(_cash) + outstandingAssets), accruedReserves);
    }

    function _isRiskless() internal view override returns (bool) {
        return _outstandingAssets() == 0;
    }

    function _othersAssets() internal pure override returns (uint256) {
        return 0;
    }

    function _priceSpread() internal pure override returns (uint256) {
        return 0;
    }

    function _exitCash() internal view override returns (uint256) {
        return _cash;
    }
}
