// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RAY} from "../libraries/Units.sol";

/// @title A premium paid out evenly over time per asset unit at work
/// @notice Whoever commits just before a premium earns for the seconds it stays, like everybody else. Time in which
/// nobody is at work does not count: the stream waits. Rounding is down; what is lost to it stays unpaid.
library PremiumStream {
    using SafeCast for uint256;

    /// @dev Seconds over which each premium is paid out together with what was left of the one before.
    uint256 internal constant PERIOD = 7 days;

    /// @notice A running stream. Rates in asset units per second, RAY; `perAssetRay` is the sum earned by one asset
    /// unit that has been at work from the start.
    struct Stream {
        uint256 perAssetRay;
        uint256 rateRay;
        uint64 endsAt;
        uint64 updatedAt;
        uint128 working;
    }

    /// @notice `perAssetRay` at this second.
    function current(Stream memory stream) internal view returns (uint256) {
        if (stream.working == 0) return stream.perAssetRay;
        uint256 until = Math.min(block.timestamp, stream.endsAt);
        if (until <= stream.updatedAt) return stream.perAssetRay;
        return stream.perAssetRay + (stream.rateRay * (until - stream.updatedAt)) / stream.working;
    }

    /// @notice Brings the stream to this second.
    function accrue(Stream storage stream) internal {
        Stream memory s = stream;
        uint256 elapsed = block.timestamp - s.updatedAt;
        if (elapsed == 0) return;
        stream.perAssetRay = current(s);
        // Time with nobody at work moves the end.
        if (s.working == 0 && s.endsAt > s.updatedAt) stream.endsAt = (s.endsAt + elapsed).toUint64();
        stream.updatedAt = uint64(block.timestamp);
    }

    /// @notice Adds `assets`: they and what is left are paid out over a full period from now. Call `accrue` before.
    function add(Stream storage stream, uint256 assets) internal {
        uint256 left = stream.rateRay * Math.saturatingSub(stream.endsAt, block.timestamp);
        stream.rateRay = (assets * RAY + left) / PERIOD;
        stream.endsAt = (block.timestamp + PERIOD).toUint64();
        stream.updatedAt = uint64(block.timestamp);
    }
}
