// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBuybackAuction} from "../../../contracts/interfaces/IBuybackAuction.sol";
import {Terms} from "../setting/System.sol";
import {BorrowerActions} from "./BorrowerActions.sol";
import {DilutionActions} from "./DilutionActions.sol";
import {LenderActions} from "./LenderActions.sol";
import {RecoveryActions} from "./RecoveryActions.sol";
import {UnderwriterActions} from "./UnderwriterActions.sol";
import {WorldActions} from "./WorldActions.sol";

/// @notice Several steps in a row that chance alone would hardly ever take in this order: a loan sinks, a loss is paid
/// back, a collateral dies. They also happen by themselves every so many calls, so that no campaign stays in fair weather.
abstract contract StoryActions is
    LenderActions,
    BorrowerActions,
    RecoveryActions,
    DilutionActions,
    UnderwriterActions,
    WorldActions
{
    uint256 private constant CALLS_BETWEEN_STORIES = 6;

    /// @notice A loan that was sound this morning: its collateral falls by up to two thirds within a call, and somebody
    /// closes it, a part of it, or writes off what it does not cover.
    function crash(uint256 seed, uint256 size) external turn(seed, size) {
        _crash(seed, size);
    }

    /// @notice A write-off comes to its end: the lot sells, everything is paid back, tokens are bought back and burnt.
    function makeGood(uint256 seed, uint256 size) external turn(seed, size) {
        _makeGood(seed, size);
    }

    /// @notice The feed of the second collateral dies for good, and governance retires it after a month.
    function retire(uint256 seed, uint256 size) external turn(seed, size) {
        if (_pick(seed, "retire", 3) == 0) _retire(seed, size);
    }

    // ---------------------------------------------------------------- Steps

    /// @dev Every other story is a crash.
    function _worldTurns(uint256 seed, uint256 size) internal override {
        vm.warp(_now);
        _tick(seed);
        if (_calls % CALLS_BETWEEN_STORIES != 0) return;
        if ((_calls / CALLS_BETWEEN_STORIES) % 2 == 1) _crash(seed, size);
        else _makeGood(seed, size);
    }

    function _crash(uint256 seed, uint256 size) private {
        (address borrower, uint256 c) = _position(seed);
        if (_prices[c].retired) c = 0;
        // As long as lenders and stakers have lost nothing, the crash is sure to be one, and to be dealt with.
        bool certain = count["socialized"] + count["paidByInsurance"] == 0;
        _openMarket(c, certain);
        _makeLoan(borrower, c, seed, size);
        if (_pick(seed, "aged", 3) != 0) _wait(Terms.WAITING_PERIOD);
        _fall(borrower, c, _size(size, 3_000, certain ? 9_000 : 12_000));
        // Half of them are known before they are final, and some of those come to nothing.
        if (_pick(seed, "impaired", 2) == 0) _impair(borrower, c);
        uint256 ending = _pick(seed, "ending", certain ? 3 : 6);
        uint256 debt = _case(borrower, c).position.debtAssets;
        if (ending < 2) _liquidate(borrower, c, type(uint256).max, seed);
        else if (ending == 2) _liquidate(borrower, c, debt / 3 + 1, seed);
        else if (ending == 3) _writeOffPatiently(borrower, c, seed);
        else if (ending == 4) _falseAlarm(borrower, c, seed);
    }

    /// @dev The price falls on, comes back in part, and then to where it was: every time somebody says so.
    function _falseAlarm(address borrower, uint256 c, uint256 seed) private {
        uint256 priceE36 = _prices[c].primaryE36;
        _impair(borrower, c);
        _setPriceStep(c, Math.max((priceE36 * (5_000 + _pick(seed, "further", 5_000))) / Terms.BPS, 1));
        _impair(borrower, c);
        _setPriceStep(c, priceE36);
        _impair(borrower, c);
        if (_pick(seed, "stays", 4) == 0) return;
        _setPriceStep(c, priceE36 * 4);
        _impair(borrower, c);
    }

    function _setPriceStep(uint256 c, uint256 priceE36) private watched(Step.World) {
        _setPrice(c, priceE36);
    }

    function _makeGood(uint256 seed, uint256 size) private {
        if (_writeOffs.length == 0) return;
        uint256 id = _outstandingId(seed);
        address buyer = _buyers[_pick(seed, "buyer", 2)];
        if (_pick(seed, "sale", 3) != 0) _buy(buyer, id, _size(size, 1e18, Terms.MINT_HOUR_CAP));
        _recover(id, type(uint256).max);
        uint256 rounds = _system.buyback.roundCount(address(_system.vault), id);
        if (rounds == 0) return;
        if (_pick(seed, "buyback", 3) != 0) _sell(buyer, id, rounds - 1, _size(size, 1e18, Terms.MINT_HOUR_CAP));
        IBuybackAuction.Round memory round = _system.buyback.round(address(_system.vault), id, rounds - 1);
        if (round.assets == 0 || _pick(seed, "end", 2) == 0) return;
        _wait(round.endsAt - Math.min(round.endsAt, _now));
        _settleRound(id, rounds - 1);
    }

    function _retire(uint256 seed, uint256 size) private {
        if (_prices[1].retired) return;
        _announce();
        _wait(30 days);
        _replace(size);
        for (uint256 i; i < 3; ++i) _writeOffPatiently(_borrowers[i], 1, seed);
    }

    function _announce() private watched(Step.World) {
        _kill(1);
        _prices[1].troubleUntil = type(uint256).max;
        _system.vault.announceRetirement(address(_system.collaterals[1]));
    }

    /// @dev The feed has been dead for a month; the remains count as nothing, or as what governance says they fetch.
    function _replace(uint256 size) private watched(Step.World) {
        _system.vault.retireCollateral(address(_system.collaterals[1]));
        uint256 priceWad = size % 2 == 0 ? 0 : _prices[1].primaryE36 / 1e18 / 2;
        _system.vault.setRetiredPrice(address(_system.collaterals[1]), priceWad);
        _setRetired(1, priceWad);
        ++count["retire"];
    }

    /// @dev Before a crash the sources agree, and the price is one that can fall.
    function _openMarket(uint256 c, bool certain) private watched(Step.World) {
        if (certain) _resume();
        _prices[c].troubleUntil = 0;
        uint256 start = _system.startPricesE36[c];
        _setPrice(c, _prices[c].primaryE36 < start / 10 ? start : _prices[c].primaryE36);
    }

    /// @dev The collateral of a position falls to a part of what it owes.
    function _fall(address borrower, uint256 c, uint256 partOfDebtBps) private watched(Step.World) {
        Case memory found = _case(borrower, c);
        uint256 worth = (found.position.debtAssets * partOfDebtBps) / Terms.BPS;
        uint256 priceE36 = _prices[c].primaryE36;
        if (found.primary > worth) priceE36 = Math.mulDiv(priceE36, worth, found.primary);
        _setPrice(c, Math.max(priceE36, 1));
        ++count["crash"];
    }

    /// @dev Makes sure that there is something to lose: a loan near its limit, and lenders who fund it.
    function _makeLoan(address borrower, uint256 c, uint256 seed, uint256 size) private {
        if (_case(borrower, c).position.debtAssets != 0) return;
        uint256 wholeAssets = _size(size, 100, 10_000);
        if (_system.vault.cash() < wholeAssets * _system.unit) {
            _lend(_lenders[_pick(seed, "lender", 4)], wholeAssets * _system.unit, false);
        }
        _supply(borrower, c, _collateralFor(c, wholeAssets) + 1);
        uint256 room = Math.min(_maxDebt(borrower, c), _system.vault.cash());
        if (room >= Terms.MIN_DEBT * _system.unit) _borrow(borrower, c, room - room / 50);
    }

    /// @dev A write-off of which something is outstanding, searched from a random one on; the random one if none is.
    function _outstandingId(uint256 seed) private view returns (uint256) {
        uint256 all = _writeOffs.length;
        uint256 first = _pick(seed, "id", all);
        for (uint256 i; i < all; ++i) {
            WriteOff storage writeOff = _writeOffs[(first + i) % all];
            if (writeOff.recovered != writeOff.badDebt) return 1 + ((first + i) % all);
        }
        return 1 + first;
    }
}
