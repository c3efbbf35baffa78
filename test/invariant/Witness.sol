// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {StdUtils} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/StdUtils.sol";

/// @notice What every campaign has in common: its clock, its dice, how often each thing has happened, and what happened
/// that must never happen.
abstract contract Witness is CommonBase, StdUtils {
    /// @notice Something that must never happen and did.
    struct Violation {
        string what;
        string left;
        string right;
    }

    uint256 internal _now;

    /// @notice How often each thing has happened.
    mapping(bytes32 event_ => uint256) public count;
    mapping(bytes32 property => Violation) private _violations;

    constructor() {
        _now = vm.getBlockTimestamp();
    }

    function time() external view returns (uint256) {
        return _now;
    }

    /// @notice What happened against `property`, with the figures; empty if nothing did.
    function violation(bytes32 property) external view returns (string memory) {
        Violation memory found = _violations[property];
        if (bytes(found.what).length == 0) return "";
        return string.concat(found.what, ": ", found.left, " and ", found.right);
    }

    // ---------------------------------------------------------------- Saying what must be

    function _mustBe(bool condition, bytes32 property, string memory what) internal {
        if (!condition) _violated(property, what, 0, 0);
    }

    function _mustEqual(uint256 left, uint256 right, bytes32 property, string memory what) internal {
        if (left != right) _violated(property, what, left, right);
    }

    function _mustEqual(int256 left, int256 right, bytes32 property, string memory what) internal {
        if (left != right) _violated(property, what, vm.toString(left), vm.toString(right));
    }

    /// @dev left <= right
    function _mustNotExceed(uint256 left, uint256 right, bytes32 property, string memory what) internal {
        if (left > right) _violated(property, what, left, right);
    }

    /// @dev left <= right
    function _mustNotExceed(int256 left, int256 right, bytes32 property, string memory what) internal {
        if (left > right) _violated(property, what, vm.toString(left), vm.toString(right));
    }

    /// @dev Notes the first violation of a property.
    function _violated(bytes32 property, string memory what, uint256 left, uint256 right) internal {
        _violated(property, what, vm.toString(left), vm.toString(right));
    }

    function _violated(bytes32 property, string memory what, string memory left, string memory right) private {
        if (bytes(_violations[property].what).length != 0) return;
        _violations[property] = Violation(what, left, right);
    }

    // ---------------------------------------------------------------- Chance

    /// @dev A number below `choices`, out of the whole of `seed`: fuzzers like small seeds.
    function _pick(uint256 seed, bytes32 what, uint256 choices) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % choices;
    }

    /// @dev A number from `min` to `max`.
    function _size(uint256 size, uint256 min, uint256 max) internal pure returns (uint256) {
        return max <= min ? min : _bound(size, min, max);
    }

    function _named(string memory name) internal pure returns (address) {
        return address(uint160(uint256(keccak256(bytes(name)))));
    }
}
