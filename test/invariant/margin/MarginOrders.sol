// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {IWriteOffVault} from "../../../contracts/interfaces/IWriteOffVault.sol";
import {MarginVault} from "../../../contracts/margin/MarginVault.sol";
import {MarginGhosts} from "./MarginGhosts.sol";

/// @notice Orders: what is committed, and the one outcome that the published rounds allow (MA6), at no change of the
/// pool's value but the fee (MA3).
abstract contract MarginOrders is MarginGhosts {
    /// @dev What must become of an order, by the rounds this campaign has published itself.
    struct Fate {
        bool decided;
        IMarginVault.Outcome outcome;
        uint80 hint;
        int256 answer;
        bool isLatest;
    }

    /// @dev Everybody acts at the campaign's own time, on prices that are not stale.
    modifier turn() {
        vm.warp(_now);
        ++calls;
        for (uint256 m; m < 2; ++m) {
            if (_now - _rounds[m][_rounds[m].length - 1].at > 20 hours || _lastIsNegative(m)) _publish(m, _answers[m]);
        }
        _;
        ++_now;
    }

    function _lastIsNegative(uint256 m) private view returns (bool) {
        // One round of trouble is enough: everything but closing and orders waits for a price.
        Published memory last = _rounds[m][_rounds[m].length - 1];
        return last.answer <= 0 && _now > last.at + 2;
    }

    function _publish(uint256 m, int256 answer) internal {
        int256 bounded = SignedMath.max(-1e14, SignedMath.min(1e14, answer));
        if (bounded > 0) {
            bounded = SignedMath.max(1e5, bounded);
            _answers[m] = bounded;
        }
        uint80 id = _system.feeds[m].answer(bounded);
        _rounds[m].push(Published(id, bounded, _now));
    }

    /// @dev Calls as somebody; never reverts itself.
    function _do(address from, address to, bytes memory data) internal returns (bool done, bytes memory result) {
        vm.prank(from);
        // A refusal is as good an outcome as any.
        // solhint-disable-next-line avoid-low-level-calls
        return to.call(data);
    }

    function _commit(address trader, uint256 m, uint256 seed, uint256 size) internal returns (bool done) {
        IMarginVault.MarketConfig memory config = _system.vault.marketConfig(m);
        int256 held = _system.vault.positionOf(trader, m).sizeWad;
        IMarginVault.OrderRequest memory request;
        (request.trader, request.marketId) = (trader, m);
        uint256 price = uint256(_answers[m]) * 1e10 * _system.unit;
        bool reduce = held != 0 && _pick(seed, "reduce", 3) == 0;
        if (reduce) {
            uint256 part = _pick(seed, "all", 2) == 0 ? 10_000 : _size(size, 1, 9_999);
            request.sizeDeltaWad = -(held * int256(part)) / 10_000;
        } else {
            uint256 delta = _size(size, config.skewCapWad / 200, config.skewCapWad / 2);
            bool buy = held == 0 ? _pick(seed, "buy", 2) == 0 : held > 0;
            request.sizeDeltaWad = buy ? int256(delta) : -int256(delta);
        }
        bool buys = request.sizeDeltaWad > 0;
        uint256 room = _pick(seed, "room", 3) == 0 ? 10 : 3_000;
        request.acceptablePriceWad = (price * (buys ? 10_000 + room : 10_000 - room)) / 10_000;
        request.keeperFeeAssets = _system.unit;
        uint256 notional = (SignedMath.abs(request.sizeDeltaWad) * price) / 1e36;
        // From just enough at the dearest acceptable price, up to a third of the notional.
        uint256 shareBps = _pick(seed, "ample", 4) == 0 ? 3_500 : 1_100 + (buys ? room / 8 : 0);
        request.depositAssets = _system.unit + (notional * shareBps) / 10_000;
        (done, ) = _do(trader, address(_system.vault), abi.encodeCall(MarginVault.commitOrder, (request)));
        if (done) ++count[reduce ? bytes32("commitReduce") : bytes32("commit")];
        else ++count["commitRefused"];
    }

    /// @dev The fate of an order is known from the published rounds alone: no hint can bring about another.
    function _resolve(address trader, uint256 m, uint256 seed) internal {
        IMarginVault.OrderView memory order = _system.vault.orderOf(trader, m);
        Fate memory fate = _fateOf(order, m);
        int256 held = _system.vault.positionOf(trader, m).sizeWad;
        if (fate.outcome == IMarginVault.Outcome.Executed && order.reduces && !_opposes(held, order.sizeDeltaWad)) {
            fate.outcome = IMarginVault.Outcome.NothingToReduce;
        }
        if (fate.answer != 0) _tryWrongHints(trader, m, fate, seed);
        int256 before = _poolValue();
        uint256 feesBefore = _reserveShare();
        (bool done, bytes memory result) = _resolveWith(trader, m, fate.hint);
        if (!fate.decided) {
            _mustBe(!done, "MA6", "an undecided order was resolved");
            return;
        }
        if (!done && bytes4(result) == IWriteOffVault.InsufficientCash.selector) {
            ++count["waitsForCash"];
            return;
        }
        _mustBe(done, "MA6", "a decided order could not be resolved");
        if (!done) return;
        IMarginVault.Outcome outcome = abi.decode(result, (IMarginVault.Outcome));
        _mustEqual(int256(uint256(outcome)), int256(uint256(fate.outcome)), "MA6", "outcome");
        ++count[outcome == IMarginVault.Outcome.Executed ? bytes32("executed") : bytes32("refunded")];
        _checkValue(outcome, fate, before, feesBefore);
    }

    /// @dev MA3: at the price of the day a trade moves nothing between traders and pool but its fee, which is not negative.
    /// Without a trade nothing moves at all, but what pays a deficit.
    function _checkValue(IMarginVault.Outcome outcome, Fate memory fate, int256 before, uint256 feesBefore) private {
        int256 gained = _poolValue() - before;
        if (outcome != IMarginVault.Outcome.Executed) {
            _mustEqual(gained, 0, "MA3", "a refund moved value");
            _mustEqual(int256(_reserveShare()), int256(feesBefore), "MA3", "a refund paid a fee");
        } else if (fate.isLatest) {
            _mustNotExceed(-2, gained, "MA3", "the pool paid for a trade at the price of the day");
            ++count["executedAtLatest"];
        }
    }

    function _tryWrongHints(address trader, uint256 m, Fate memory fate, uint256 seed) private {
        uint80[3] memory hints = [fate.hint - 1, fate.hint + 1, uint80(_pick(seed, "hint", 1 << 80))];
        for (uint256 i; i < 3; ++i) {
            if (hints[i] == fate.hint) continue;
            (bool done, ) = _resolveWith(trader, m, hints[i]);
            _mustBe(!done, "MA6", "a wrong hint resolved an order");
        }
        ++count["wrongHints"];
    }

    function _resolveWith(address trader, uint256 m, uint80 hint) private returns (bool done, bytes memory result) {
        return _do(_keeper, address(_system.vault), abi.encodeCall(MarginVault.resolveOrder, (trader, m, hint)));
    }

    function _fateOf(IMarginVault.OrderView memory order, uint256 m) private view returns (Fate memory fate) {
        Published[] storage rounds = _rounds[m];
        uint80 last = order.knownRoundId;
        for (uint256 i; i < rounds.length; ++i) {
            Published memory round = rounds[i];
            if (round.id <= order.knownRoundId || round.id >> 64 != order.knownRoundId >> 64) continue;
            last = round.id;
            if (round.at < order.earliestRoundAt) continue;
            return _decidedBy(order, round, i + 1 == rounds.length);
        }
        fate.hint = _lastOf(last, m);
        bool changed = rounds[rounds.length - 1].id >> 64 != order.knownRoundId >> 64;
        if (changed) (fate.decided, fate.outcome) = (true, IMarginVault.Outcome.FeedChanged);
        else if (_now > order.latestRoundAt) (fate.decided, fate.outcome) = (true, IMarginVault.Outcome.Expired);
    }

    function _decidedBy(
        IMarginVault.OrderView memory order,
        Published memory round,
        bool isLatest
    ) private view returns (Fate memory fate) {
        fate = Fate(true, IMarginVault.Outcome.NotAcceptable, round.id, round.answer, isLatest);
        if (round.at > order.latestRoundAt) {
            fate.outcome = IMarginVault.Outcome.Expired;
            return fate;
        }
        // The oracle's band.
        if (round.answer < 1e4 || round.answer > 1e16) return fate;
        uint256 price = uint256(round.answer) * 1e10 * _system.unit;
        bool acceptable =
            order.sizeDeltaWad > 0 ? price <= order.acceptablePriceWad : price >= order.acceptablePriceWad;
        if (acceptable) fate.outcome = IMarginVault.Outcome.Executed;
    }

    /// @dev Rounds that timed out lie behind the last answered one.
    function _lastOf(uint80 last, uint256 m) private view returns (uint80) {
        while (true) {
            (, uint256 updatedAt, ) = _system.feeds[m].rounds(last + 1);
            if (updatedAt == 0) return last;
            ++last;
        }
        return last;
    }

    function _opposes(int256 held, int256 delta) private pure returns (bool) {
        return held != 0 && (held > 0) != (delta > 0);
    }

    /// @dev What the pool has: providers' assets, reserves, what is set apart, less nothing.
    function _poolValue() internal view returns (int256) {
        return int256(_system.vault.cash()) + int256(_system.vault.totalDeficit()) - _system.vault.tradersNet();
    }

    function _reserveShare() private view returns (uint256) {
        return _system.vault.reserves();
    }
}
