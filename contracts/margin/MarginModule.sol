// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {ModuleCode} from "../writeoff/ModuleCode.sol";
import {MarginBook} from "./MarginBook.sol";

/// @title Code of the margin vault that does not fit under the size limit of one contract
/// @notice A module runs by delegatecall of the one vault that was deployed with it, for ever: there is no way to
/// exchange it. It inherits MarginBook and nothing else with storage, so it sees the vault's slots.
abstract contract MarginModule is MarginBook, ModuleCode {
    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginBook(asset_, engine_, oracle_) {}

    /// @notice What the module was built for; the vault's constructor compares it with its own.
    function builtFor() external view returns (IERC20 asset_, IWriteOffEngine engine_, IChainlinkOracle oracle_) {
        return (_asset, _engine, _oracle);
    }
}
