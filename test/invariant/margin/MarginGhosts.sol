// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {StdUtils} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/StdUtils.sol";
import {MarginSystem} from "./MarginSystem.sol";

/// @notice What a campaign on the margin vault remembers by itself: who there is, every round of the feeds, and what
/// went wrong.
abstract contract MarginGhosts is CommonBase, StdUtils {
    /// @notice A round as it was published.
    struct Published {
        uint80 id;
        int256 answer;
        uint256 at;
    }

    /// @notice Something that must never happen and did.
    struct Violation {
        string what;
        int256 left;
        int256 right;
    }

    uint256 internal constant TRADERS = 4;
    uint256 internal constant PROVIDERS = 3;

    MarginSystem internal _system;
    address[TRADERS] internal _traders;
    address[PROVIDERS] internal _providers;
    address internal _keeper = _named("margin keeper");
    address internal _staker = _named("margin staker");
    mapping(uint256 market => Published[]) internal _rounds;
    int256[2] internal _answers;
    /// @dev Tokens that reached the vault without a call.
    uint256 internal _donated;
    uint256 internal _now;

    /// @notice Calls so far.
    uint256 public calls;
    /// @notice How often each thing has happened.
    mapping(bytes32 event_ => uint256) public count;
    mapping(bytes32 property => Violation) private _violations;

    constructor(MarginSystem memory deployed) {
        _system = deployed;
        for (uint256 i; i < TRADERS; ++i) _traders[i] = _named(string.concat("trader", vm.toString(i)));
        for (uint256 i; i < PROVIDERS; ++i) _providers[i] = _named(string.concat("provider", vm.toString(i)));
        _now = vm.getBlockTimestamp();
        for (uint256 m; m < 2; ++m) {
            (uint80 id, int256 answer, , uint256 at, ) = deployed.feeds[m].latestRoundData();
            _rounds[m].push(Published(id, answer, at));
            _answers[m] = answer;
        }
    }

    function traders() external view returns (address[TRADERS] memory) {
        return _traders;
    }

    function donated() external view returns (uint256) {
        return _donated;
    }

    function time() external view returns (uint256) {
        return _now;
    }

    /// @notice What happened against `property`, with the figures; empty if nothing did.
    function violation(bytes32 property) external view returns (string memory) {
        Violation memory found = _violations[property];
        if (bytes(found.what).length == 0) return "";
        return string.concat(found.what, ": ", vm.toString(found.left), " and ", vm.toString(found.right));
    }

    function _mustBe(bool condition, bytes32 property, string memory what) internal {
        if (!condition) _violated(property, what, 0, 0);
    }

    function _mustEqual(int256 left, int256 right, bytes32 property, string memory what) internal {
        if (left != right) _violated(property, what, left, right);
    }

    /// @dev left <= right
    function _mustNotExceed(int256 left, int256 right, bytes32 property, string memory what) internal {
        if (left > right) _violated(property, what, left, right);
    }

    function _violated(bytes32 property, string memory what, int256 left, int256 right) internal {
        if (bytes(_violations[property].what).length != 0) return;
        _violations[property] = Violation(what, left, right);
    }

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
