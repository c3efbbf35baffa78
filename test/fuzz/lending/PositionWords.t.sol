// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {DebtAge} from "../../../contracts/lending/DebtAge.sol";
import {DebtWord, PositionWords, RestWord} from "../../../contracts/lending/PositionWords.sol";

/// @notice The two slots of a position: every part where the comments say that it is, and none in another's way.
contract PositionWordsTest is Test {
    function testFuzzDebtIsWhereItIsSaid(
        uint256 scaledDebt,
        uint256 principal,
        uint256 ageBits,
        bool record
    ) public pure {
        (scaledDebt, principal, ageBits) = (scaledDebt >> 142, principal >> 162, ageBits >> 209);
        DebtAge.Age age = DebtAge.Age.wrap(ageBits);
        DebtWord word = PositionWords.packDebt(scaledDebt, principal, age);
        assertFalse(word.hasRecord());
        word = word.recording(record);
        // Where nothing is owed there is nothing to say.
        record = record && scaledDebt + principal + ageBits != 0;
        _assertDebt(word, scaledDebt, principal, ageBits, record);
        uint256 expected = scaledDebt + principal * 2 ** 114 + ageBits * 2 ** 208;
        assertEq(DebtWord.unwrap(word), expected + (record ? 2 ** 255 : 0));
    }

    function testFuzzAnotherDebtKeepsTheRecord(uint256 anyWord, uint256 scaledDebt, uint256 principal) public pure {
        (scaledDebt, principal) = (scaledDebt >> 142, principal >> 162);
        DebtWord word = DebtWord.wrap(anyWord);
        uint256 ageBits = DebtAge.Age.unwrap(word.age());
        DebtWord after_ = word.with(scaledDebt, principal, word.age());
        _assertDebt(after_, scaledDebt, principal, ageBits, anyWord >= 2 ** 255);
        _assertDebt(after_.recording(true), scaledDebt, principal, ageBits, scaledDebt + principal + ageBits != 0);
        _assertDebt(after_.recording(false), scaledDebt, principal, ageBits, false);
    }

    function testFuzzRestIsWhereItIsSaid(
        uint128 held,
        uint32 impairmentId,
        uint32 writeOffId,
        uint128 later
    ) public pure {
        RestWord word = PositionWords.packRest(held, impairmentId, writeOffId);
        uint256 expected = uint256(held) + uint256(impairmentId) * 2 ** 128 + uint256(writeOffId) * 2 ** 160;
        assertEq(RestWord.unwrap(word), expected);
        assertEq(word.collateral(), held);
        word = word.with(later);
        assertEq(word.collateral(), later);
        assertEq(word.impairmentId(), impairmentId);
        assertEq(word.writeOffId(), writeOffId);
        assertEq(word.hasRecord(), impairmentId != 0 || writeOffId != 0);
    }

    function testFuzzWhatHasNoRoomIsRefused(uint256 value, uint8 shift) public {
        value = value >> shift;
        if (value < 2 ** 114) {
            assertEq(this.scaledDebtOf(value), value);
        } else {
            vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 114, value));
            this.scaledDebtOf(value);
        }
        if (value < 2 ** 94) {
            assertEq(this.principalOf(value), value);
        } else {
            vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 94, value));
            this.principalOf(value);
        }
    }

    function scaledDebtOf(uint256 value) external pure returns (uint256) {
        return PositionWords.fitting(value, PositionWords.SCALED_DEBT_BITS);
    }

    function principalOf(uint256 value) external pure returns (uint256) {
        return PositionWords.fitting(value, PositionWords.PRINCIPAL_BITS);
    }

    function _assertDebt(
        DebtWord word,
        uint256 scaledDebt,
        uint256 principal,
        uint256 ageBits,
        bool record
    ) private pure {
        assertEq(word.scaledDebt(), scaledDebt);
        assertEq(word.principal(), principal);
        assertEq(DebtAge.Age.unwrap(word.age()), ageBits);
        assertEq(word.hasRecord(), record);
    }
}
