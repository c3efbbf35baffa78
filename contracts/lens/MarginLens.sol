// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MarginPages} from "./MarginPages.sol";
import {OrderPages} from "./OrderPages.sol";

/// @title What a bot needs to know of margin vaults, in pages
/// @notice Stateless: anybody may deploy another. Accounts and markets are in `MarginPages`, orders in `OrderPages`.
/// Never: a state changed. Upholds WO3, MA6.
// solhint-disable-next-line no-empty-blocks
contract MarginLens is MarginPages, OrderPages {}
