// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffEngine} from "./IWriteOffEngine.sol";

/// @title Prepares all slots of coming losses at once
/// @notice A loss writes slots in the engine, the vault, the funds, the auction and the token of its stack. What was never used costs
/// 22,100 gas and what is prepared 5,000, so each slot saves a loss 17,100. One call prepares all of them.
interface ILossPreparer {
    /// @notice The engine whose vaults are prepared.
    function engine() external view returns (IWriteOffEngine);

    /// @notice Prepares the next `count` losses of `vault` wherever a loss would write: entries and epochs always, proceeds,
    /// recoveries, lots and the token's supply where the stack ends in a dilution layer with an auction, epochs of each fund. A tranche that
    /// has neither is passed over. What is prepared already is not written again. Open to all; whoever calls pays.
    /// Reverts for a vault that is not registered and unless `count` is 1 to 128.
    /// @return slots How many slots were written.
    function prepare(address vault, uint256 count) external returns (uint256 slots);

    /// @notice For how many of the next losses of `vault` all of these slots are prepared, at most 128.
    function prepared(address vault) external view returns (uint256 count);
}
