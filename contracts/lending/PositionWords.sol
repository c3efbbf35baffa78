// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DebtAge} from "./DebtAge.sol";

/// @dev First slot of a position: what it owes, how old that is, and whether there is anything on record. The only one that a
/// repayment reads, and the only one that loans change. Of a position that owes nothing it says nothing of the record.
/// | bits | |
/// | --- | --- |
/// | 0 to 113 | scaled debt, which has six digits more than the principal at the first index |
/// | 114 to 207 | principal, asset units |
/// | 208 to 254 | age of the principal: `DebtAge.Age` |
/// | 255 | whether the second slot has a record |
type DebtWord is uint256;

/// @dev Second slot of a position: its collateral, and what is on record of it.
/// | bits | |
/// | --- | --- |
/// | 0 to 127 | collateral, its own units |
/// | 128 to 159 | ledger entry of the impairment; zero: none |
/// | 160 to 191 | newest write-off that may still be owed; zero: none |
type RestWord is uint256;

using PositionWords for DebtWord global;
using PositionWords for RestWord global;

/// @title The two slots of a position, a whole word each
/// @notice Who changes a position reads and writes each slot once: member by member it would be seven writes, for 1,200 gas
/// more, and packed members would be masked anew at each use, for 1,000. `with` keeps what a word says of the record; who
/// changes a record stores both words (`LendingBook._setWords`), so the first always knows.
library PositionWords {
    uint256 internal constant SCALED_DEBT_BITS = 114;
    uint256 internal constant PRINCIPAL_BITS = 94;

    /// @notice `value`, for which there must be room in `bits`.
    function fitting(uint256 value, uint256 bits) internal pure returns (uint256) {
        if (value >> bits != 0) revert SafeCast.SafeCastOverflowedUintDowncast(uint8(bits), value);
        return value;
    }

    /// @notice Nothing on record. Scaled debt and principal fit their bits.
    function packDebt(uint256 scaledDebt_, uint256 principal_, DebtAge.Age age_) internal pure returns (DebtWord) {
        return DebtWord.wrap(scaledDebt_ | (principal_ << SCALED_DEBT_BITS) | (DebtAge.Age.unwrap(age_) << 208));
    }

    /// @notice Collateral fits 128 bits, the numbers 32.
    function packRest(
        uint256 collateral_,
        uint256 impairmentId_,
        uint256 writeOffId_
    ) internal pure returns (RestWord) {
        return RestWord.wrap(collateral_ | (impairmentId_ << 128) | (writeOffId_ << 160));
    }

    function scaledDebt(DebtWord word) internal pure returns (uint256) {
        return DebtWord.unwrap(word) & (2 ** SCALED_DEBT_BITS - 1);
    }

    function principal(DebtWord word) internal pure returns (uint256) {
        return (DebtWord.unwrap(word) >> SCALED_DEBT_BITS) & (2 ** PRINCIPAL_BITS - 1);
    }

    function age(DebtWord word) internal pure returns (DebtAge.Age) {
        return DebtAge.Age.wrap((DebtWord.unwrap(word) << 1) >> 209);
    }

    /// @notice Whether the second slot of a position that owes something has anything on record: few have.
    function hasRecord(DebtWord word) internal pure returns (bool) {
        return DebtWord.unwrap(word) >> 255 != 0;
    }

    /// @notice The same with another debt and age; scaled debt and principal fit their bits.
    function with(
        DebtWord word,
        uint256 scaledDebt_,
        uint256 principal_,
        DebtAge.Age age_
    ) internal pure returns (DebtWord) {
        uint256 record = (DebtWord.unwrap(word) >> 255) << 255;
        return DebtWord.wrap(DebtWord.unwrap(packDebt(scaledDebt_, principal_, age_)) | record);
    }

    /// @notice The same, saying whether there is anything on record. Where nothing is owed there is nothing to repay, and it
    /// stays empty: a slot that is emptied gives gas back (4,800).
    function recording(DebtWord word, bool record) internal pure returns (DebtWord) {
        uint256 owed = (DebtWord.unwrap(word) << 1) >> 1;
        return DebtWord.wrap(record && owed != 0 ? owed | (1 << 255) : owed);
    }

    function collateral(RestWord word) internal pure returns (uint256) {
        return uint128(RestWord.unwrap(word));
    }

    function impairmentId(RestWord word) internal pure returns (uint256) {
        return uint32(RestWord.unwrap(word) >> 128);
    }

    function writeOffId(RestWord word) internal pure returns (uint256) {
        return RestWord.unwrap(word) >> 160;
    }

    /// @notice Whether there is an impairment or a write-off on record: few positions have one.
    function hasRecord(RestWord word) internal pure returns (bool) {
        return RestWord.unwrap(word) >> 128 != 0;
    }

    /// @notice The same with another collateral, which fits 128 bits.
    function with(RestWord word, uint256 collateral_) internal pure returns (RestWord) {
        uint256 record = (RestWord.unwrap(word) >> 128) << 128;
        return RestWord.wrap(collateral_ | record);
    }
}
