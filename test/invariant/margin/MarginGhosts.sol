// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Witness} from "../Witness.sol";
import {MarginSystem} from "./MarginSystem.sol";

/// @notice What a campaign on the margin vault remembers by itself: who there is, every round of the feeds, and what
/// went wrong.
abstract contract MarginGhosts is Witness {
    /// @notice A round as it was published.
    struct Published {
        uint80 id;
        int256 answer;
        uint256 at;
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

    /// @notice Calls so far.
    uint256 public calls;

    constructor(MarginSystem memory deployed) {
        _system = deployed;
        for (uint256 i; i < TRADERS; ++i) _traders[i] = _named(string.concat("trader", vm.toString(i)));
        for (uint256 i; i < PROVIDERS; ++i) _providers[i] = _named(string.concat("provider", vm.toString(i)));
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
}
