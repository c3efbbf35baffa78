// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ModuleCode} from "../writeoff/ModuleCode.sol";
import {LendingBook} from "./LendingBook.sol";

/// @title Code of the lending vault that does not fit under the size limit of one contract
/// @notice A module runs by delegatecall of the one vault that was deployed with it, for ever: there is no way to
/// exchange it. It inherits LendingBook and nothing else with storage, so it sees the vault's slots.
abstract contract LendingModule is LendingBook, ModuleCode {
    constructor(IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) LendingBook(asset_, engine_, oracle_) {}

    /// @notice What the module was built for; the vault's constructor compares it with its own.
    function builtFor() external view returns (IERC20 asset_, IWriteOffEngine engine_, IPriceOracle oracle_) {
        return (_asset, _engine, _oracle);
    }
}
