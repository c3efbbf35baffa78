// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginLens} from "../interfaces/IMarginLens.sol";

/// @title How long a page may be
abstract contract LensPage {
    /// @dev A page must fit what nodes allow for one call.
    uint256 internal constant MAX_ROWS = 1_000;

    modifier onlyPage(uint256 rows) {
        _checkRows(rows, MAX_ROWS);
        _;
    }

    function _checkRows(uint256 rows, uint256 most) internal pure {
        if (rows > most) revert IMarginLens.TooManyRows(rows, most);
    }

    /// @dev First four bytes of what a call reverted with; ones if it gave no reason.
    function _kindOf(bytes memory reason) internal pure returns (bytes4) {
        return reason.length < 4 ? bytes4(0xffffffff) : bytes4(reason);
    }
}
