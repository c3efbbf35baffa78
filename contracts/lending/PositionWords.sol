// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DebtAge} from "./DebtAge.sol";

/// @dev First slot of a position: what it owes. The only one that a partial repayment of old debt changes.
type DebtWord is uint256;

/// @dev Second slot of a position: its collateral, the age of its principal, and what is on record of it.
type RestWord is uint256;

using PositionWords for DebtWord global;
using PositionWords for RestWord global;

/// @title The two slots of a position, a whole word each
/// @notice Who changes a position reads and writes each slot once: member by member it would be seven writes, for 1,200 gas
/// more, and packed members would be masked anew at each use, for 1,000. `LendingBook.Position` is the same as a struct.
library PositionWords {
    /// @notice Each fits 128 bits.
    function packDebt(uint256 scaledDebt_, uint256 principal_) internal pure returns (DebtWord) {
        return DebtWord.wrap(scaledDebt_ | (principal_ << 128));
    }

    /// @notice Collateral fits 128 bits, the numbers 32.
    function packRest(
        uint256 collateral_,
        DebtAge.Age age_,
        uint256 impairmentId_,
        uint256 writeOffId_
    ) internal pure returns (RestWord) {
        return
            RestWord.wrap(
                collateral_ | (DebtAge.Age.unwrap(age_) << 128) | (impairmentId_ << 192) | (writeOffId_ << 224)
            );
    }

    function scaledDebt(DebtWord word) internal pure returns (uint256) {
        return uint128(DebtWord.unwrap(word));
    }

    function principal(DebtWord word) internal pure returns (uint256) {
        return DebtWord.unwrap(word) >> 128;
    }

    function collateral(RestWord word) internal pure returns (uint256) {
        return uint128(RestWord.unwrap(word));
    }

    function age(RestWord word) internal pure returns (DebtAge.Age) {
        return DebtAge.Age.wrap(uint64(RestWord.unwrap(word) >> 128));
    }

    function impairmentId(RestWord word) internal pure returns (uint256) {
        return uint32(RestWord.unwrap(word) >> 192);
    }

    function writeOffId(RestWord word) internal pure returns (uint256) {
        return RestWord.unwrap(word) >> 224;
    }

    /// @notice Whether there is an impairment or a write-off on record: few positions have one.
    function hasRecord(RestWord word) internal pure returns (bool) {
        return RestWord.unwrap(word) >> 192 != 0;
    }

    /// @notice The same with another collateral and age; collateral fits 128 bits.
    function with(RestWord word, uint256 collateral_, DebtAge.Age age_) internal pure returns (RestWord) {
        uint256 onRecord = (RestWord.unwrap(word) >> 192) << 192;
        return RestWord.wrap(collateral_ | (DebtAge.Age.unwrap(age_) << 128) | onRecord);
    }
}
