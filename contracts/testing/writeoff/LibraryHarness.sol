// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Cooldown} from "../../libraries/Cooldown.sol";
import {ExactTransfer} from "../../libraries/ExactTransfer.sol";
import {LeakyBucket} from "../../libraries/LeakyBucket.sol";
import {ShareMath} from "../../libraries/ShareMath.sol";
import {Waterfall} from "../../libraries/Waterfall.sol";

/// @title The libraries, one call each
/// @notice For tests of arithmetic. It keeps one pair of buckets and one notice.
contract LibraryHarness {
    using LeakyBucket for LeakyBucket.Levels;
    using Cooldown for Cooldown.Notice;
    using ExactTransfer for IERC20;

    LeakyBucket.Levels public levels;
    LeakyBucket.Caps public caps;
    Cooldown.Notice public notice;

    // ---------------------------------------------------------------- LeakyBucket

    function setCaps(uint128 hourCap, uint128 monthCap) external {
        caps = LeakyBucket.Caps(hourCap, monthCap);
    }

    function draw(uint256 quantity) external {
        levels = levels.drawn(caps, quantity);
    }

    function release(uint256 quantity, uint256 drawnAt) external {
        levels = levels.released(caps, quantity, drawnAt);
    }

    function available() external view returns (uint256) {
        return levels.available(caps);
    }

    function current() external view returns (uint256 hourLevel, uint256 monthLevel) {
        return levels.current(caps);
    }

    // ---------------------------------------------------------------- Cooldown

    function giveNotice(uint256 quantity, uint256 delay, uint256 window) external {
        notice = Cooldown.given(quantity, delay, window);
    }

    function capNotice(uint256 quantity) external {
        notice = notice.cappedAt(quantity);
    }

    function matured() external view returns (uint256) {
        return notice.matured();
    }

    // ---------------------------------------------------------------- ExactTransfer

    function pull(IERC20 token, address from, uint256 assets) external {
        token.pull(from, assets);
    }

    function pullTo(IERC20 token, address from, address to, uint256 assets) external {
        token.pullTo(from, to, assets);
    }

    // ---------------------------------------------------------------- ShareMath

    function toSharesDown(uint256 assets, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return ShareMath.toSharesDown(assets, totalAssets, totalShares);
    }

    function toSharesUp(uint256 assets, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return ShareMath.toSharesUp(assets, totalAssets, totalShares);
    }

    function toAssetsDown(uint256 shares, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return ShareMath.toAssetsDown(shares, totalAssets, totalShares);
    }

    function toAssetsUp(uint256 shares, uint256 totalAssets, uint256 totalShares) external pure returns (uint256) {
        return ShareMath.toAssetsUp(shares, totalAssets, totalShares);
    }

    function isWipedOut(uint256 totalAssets, uint256 totalShares) external pure returns (bool) {
        return ShareMath.isWipedOut(totalAssets, totalShares);
    }

    // ---------------------------------------------------------------- Waterfall

    function layer(uint256 loss, uint256 attachmentPoint, uint256 capacity) external pure returns (uint256) {
        return Waterfall.layer(loss, attachmentPoint, capacity);
    }

    function split(
        uint256 loss,
        uint256[] calldata capacities
    ) external pure returns (uint256[] memory taken, uint256 remainder) {
        return Waterfall.split(loss, capacities);
    }
}
