// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPremiumTaker} from "../../../contracts/interfaces/IPremiumTaker.sol";
import {IUnderwriterBook} from "../../../contracts/interfaces/IUnderwriterBook.sol";
import {LadderBook} from "../setting/LadderBook.sol";
import {Terms} from "../setting/System.sol";

/// @notice Underwriters bid, give notice, leave and collect; somebody adds premium. They leave after their notice, by
/// what this campaign remembers of it, or from a level below the floor, or not; and what the book holds is always
/// enough for all of them (DI1, IN2, LI1).
abstract contract UnderwriterActions is LadderBook {
    /// @notice A bid's notice as the campaign saw it given.
    struct BidNotice {
        uint256 shares;
        uint256 readyAt;
        uint256 expiresAt;
    }

    mapping(address underwriter => mapping(uint256 level => BidNotice)) private _bidNotices;

    function commit(uint256 seed, uint256 size) external turn(seed, size) {
        _commit(_underwriters[_pick(seed, "underwriter", 3)], _levelOf(seed), _size(size, 1, 300 * _system.unit));
    }

    function giveBidNotice(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        (address underwriter, uint256 level, uint256 shares) = _ownBid(seed);
        shares = _size(size, 0, shares);
        bytes memory data = abi.encodeCall(IUnderwriterBook.giveNotice, (level, shares, underwriter));
        (bool done, ) = _must(underwriter, address(_system.book), data, "LI1", "a bid's notice was refused");
        if (!done) return;
        ++count["giveBidNotice"];
        uint256 readyAt = shares == 0 ? 0 : _now + Terms.BID_NOTICE;
        _bidNotices[underwriter][level] = BidNotice(shares, readyAt, readyAt + Terms.BID_WINDOW);
    }

    function withdrawBid(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        (address underwriter, uint256 level, uint256 held) = _ownBid(seed);
        BidNotice storage notice = _bidNotices[underwriter][level];
        uint256 matured = _now < notice.readyAt || _now >= notice.expiresAt ? 0 : notice.shares;
        if (Terms.BEST_LEVEL - level < _floor()) matured = held;
        bool greedy = matured == 0 || _pick(seed, "greedy", 4) == 0;
        uint256 shares = _size(size, 1, greedy ? held : Math.min(matured, held));
        uint256 purse = _system.asset.balanceOf(underwriter);
        IUnderwriterBook.LevelView memory before = _system.book.levelOf(level);
        bytes memory data = abi.encodeCall(IUnderwriterBook.withdraw, (level, shares, underwriter, underwriter));
        (bool done, ) = _try(underwriter, address(_system.book), data);
        _mustBe(done == (shares <= Math.min(matured, held)), "IN1", "a bid left without notice, or could not with it");
        if (!done) return;
        ++count["withdrawBid"];
        uint256 paid = _system.asset.balanceOf(underwriter) - purse;
        // Nobody takes more than its part of the level.
        _mustNotExceed(paid * before.shares, shares * before.assets, "LV3", "a bid was worth more than its part");
        notice.shares = Math.min(Math.saturatingSub(notice.shares, shares), held - shares);
    }

    function collect(uint256 seed, uint256 size) external turn(seed, size) {
        _collect(_underwriters[_pick(seed, "underwriter", 3)]);
    }

    function addPremium(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        uint256 assets = _size(size, 0, 100 * _system.unit);
        _system.asset.mint(_donor, assets);
        bytes memory data = abi.encodeCall(IPremiumTaker.addPremium, (assets));
        (bool done, ) = _must(_donor, address(_system.book), data, "LI1", "a premium was refused");
        if (done) ++count["addPremium"];
    }

    function refreshLevel(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        bytes memory data = abi.encodeCall(IUnderwriterBook.refresh, (_pick(seed, "level", Terms.LEVELS)));
        _must(_donor, address(_system.book), data, "LI1", "a level could not be refreshed");
    }

    // ---------------------------------------------------------------- Steps

    function _commit(address underwriter, uint256 level, uint256 assets) internal watched(Step.World) {
        _system.asset.mint(underwriter, assets);
        uint256 owned = _system.book.bidOf(underwriter, level).drained ? 0 : _bidAssets(underwriter, level);
        bytes memory data = abi.encodeCall(IUnderwriterBook.commit, (level, assets, underwriter));
        (bool done, ) = _try(underwriter, address(_system.book), data);
        bool inactive = Terms.BEST_LEVEL - level < _floor();
        // A bid that is too small for one share of a level is refused as well.
        _mustBe(!done || !inactive, "DI1", "a bid below the floor was taken");
        if (!done) return;
        ++count["commit"];
        if (owned == 0 && _system.book.bidOf(underwriter, level).notice.quantity == 0) {
            delete _bidNotices[underwriter][level];
        }
        uint256 worth = _bidAssets(underwriter, level);
        _mustNotExceed(worth, owned + assets + 1, "LV3", "a bid is worth more than was paid");
    }

    function _collect(address underwriter) internal watched(Step.World) {
        uint256[] memory levels = _allLevels();
        (uint256 tokens, uint256 assets) = _system.book.collectable(underwriter, levels);
        Holdings memory before = _holdings(underwriter, address(_system.token));
        bytes memory data = abi.encodeCall(IUnderwriterBook.collect, (levels, underwriter, underwriter));
        (bool done, ) = _must(underwriter, address(_system.book), data, "LI1", "collecting was refused");
        if (!done) return;
        Holdings memory afterwards = _holdings(underwriter, address(_system.token));
        _mustEqual(afterwards.tokens - before.tokens, tokens, "RE1", "other tokens than collectable");
        _mustEqual(afterwards.assets - before.assets, assets, "RE1", "other assets than collectable");
        if (tokens != 0) ++count["collectTokens"];
        if (assets != 0) ++count["collectAssets"];
    }

    // ---------------------------------------------------------------- Private

    function _allLevels() private pure returns (uint256[] memory levels) {
        levels = new uint256[](Terms.LEVELS);
        for (uint256 k; k < Terms.LEVELS; ++k) levels[k] = k;
    }

    /// @dev Half of the bids at the best levels, or the lower ones would hardly ever be reached.
    function _levelOf(uint256 seed) private pure returns (uint256) {
        return _pick(seed, "level", _pick(seed, "far", 2) == 0 ? 3 : Terms.LEVELS);
    }

    function _bidAssets(address underwriter, uint256 level) private view returns (uint256) {
        return _system.book.bidOf(underwriter, level).assets;
    }

    /// @dev A bid that is in the present generation of its level, searched from a random one on.
    function _ownBid(uint256 seed) private view returns (address underwriter, uint256 level, uint256 shares) {
        uint256 first = _pick(seed, "bid", 3 * Terms.LEVELS);
        for (uint256 i; i < 3 * Terms.LEVELS; ++i) {
            uint256 n = (first + i) % (3 * Terms.LEVELS);
            (underwriter, level) = (_underwriters[n % 3], n / 3);
            IUnderwriterBook.BidView memory bid = _system.book.bidOf(underwriter, level);
            if (bid.shares != 0 && !bid.drained) return (underwriter, level, bid.shares);
        }
    }
}
