// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {PreparedSlots} from "../libraries/PreparedSlots.sol";
import {WriteOffRegistry} from "./WriteOffRegistry.sol";

/// @title Ledger entries whose slots are written before the loss
/// @notice See `PreparedSlots`. A mark in a header has no time, and an entry without a time is none; marks beside amounts
/// are bits of their own. Never: a mark in an entry that exists, a figure that a mark changes. Upholds WO1, RE1.
abstract contract PreparedEntries is WriteOffRegistry {
    /// @inheritdoc IWriteOffEngine
    function prepareEntries(address vault, uint256 count, bool withProceeds) external returns (uint256 slots) {
        if (_books[vault].asset == address(0)) revert UnknownVault(vault);
        PreparedSlots.check(count);
        uint256 latest = _books[vault].writeOffCount;
        // From the last one down to the first that is marked: marks have no gap.
        for (uint256 id = latest + count; id != latest && !_records[vault][id].header.byReserves; --id) {
            _records[vault][id].header.byReserves = true;
            _records[vault][id].paid[0].prepared = true;
            slots += 2;
        }
        if (!withProceeds) return slots;
        for (uint256 id = latest + count; id != latest && !_records[vault][id].proceedsPrepared; --id) {
            _records[vault][id].proceedsPrepared = true;
            ++slots;
        }
    }

    /// @inheritdoc IWriteOffEngine
    function preparedEntries(address vault) external view returns (uint256 entries, uint256 proceeds) {
        uint256 next = uint256(_books[vault].writeOffCount) + 1;
        while (entries < PreparedSlots.MAX_AHEAD && _records[vault][next + entries].header.byReserves) ++entries;
        while (proceeds < PreparedSlots.MAX_AHEAD && _records[vault][next + proceeds].proceedsPrepared) ++proceeds;
    }
}
