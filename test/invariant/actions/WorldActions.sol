// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDilution} from "../../../contracts/interfaces/IDilution.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../../../contracts/interfaces/IWriteOffVault.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {Terms} from "../setting/System.sol";
import {UnreliableTranche} from "../setting/UnreliableTranche.sol";
import {StakerActions} from "./StakerActions.sol";

/// @notice What happens to everybody: time, prices, dead or disputed sources, pauses, gifts, sweeps, and a governance that
/// changes the stack.
abstract contract WorldActions is StakerActions {
    uint256 private constant TROUBLE_CALLS = 5;

    uint256 internal _calls;
    uint256 private _pausedUntil;

    function passTime(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        uint256 kind = _pick(seed, "kind", 4);
        uint256 readyAt = _givenNotices[_stakers[_pick(seed, "staker", 3)]].readyAt;
        if (kind == 0) _pass(_size(size, 1, 1 hours));
        else if (kind == 1) _pass(_size(size, 1 hours, 1 days));
        else if (kind == 2) _pass(_size(size, 1 days, 3 days));
        else _pass(readyAt > _now ? readyAt - _now : 1 hours);
        ++count["passTime"];
    }

    function movePrice(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        uint256 c = _pick(seed, "collateral", 2);
        _move(c, _size(size, 9_000, 11_000));
        ++count["movePrice"];
    }

    function trouble(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        uint256 c = _pick(seed, "collateral", 2);
        if (_prices[c].retired) return;
        uint256 kind = _pick(seed, "kind", 3);
        if (kind == 0) _dispute(c, Math.max((_prices[c].primaryE36 * _size(size, 5_000, 20_000)) / Terms.BPS, 1));
        else if (kind == 1) _block(c);
        else _kill(c);
        _prices[c].troubleUntil = _calls + TROUBLE_CALLS;
        ++count["trouble"];
    }

    /// @notice A guardian stops what may be stopped. Exits, repayments, claims and write-offs must go on (LI1).
    function pause(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        _system.vault.pause(_pick(seed, "deposits", 2) == 0, _pick(seed, "borrowing", 2) == 0);
        if (_pick(seed, "stakes", 2) == 0) _system.fund.pauseDeposits();
        if (_pick(seed, "dilution", 2) == 0) _system.dilution.pauseDilution(address(_system.vault));
        _pausedUntil = _calls + TROUBLE_CALLS;
        ++count["pause"];
    }

    /// @notice Tokens sent without a call change no book (LV1).
    function donate(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        address[7] memory holders = [
            address(_system.vault),
            address(_system.fund),
            address(_system.engine),
            address(_system.dilution),
            address(_system.buyback),
            address(_system.sale),
            address(_system.book)
        ];
        address holder = holders[_pick(seed, "holder", 7)];
        uint256 kind = _pick(seed, "token", 3);
        TestToken token = kind == 2 ? _system.asset : _system.collaterals[kind];
        uint256 assets = _size(size, 1, 1_000 * 10 ** token.decimals());
        token.mint(holder, assets);
        _donated[holder][address(token)] += assets;
        ++count["donate"];
    }

    function sweepReserves(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Stake) {
        uint256 reserves = _system.vault.reserves();
        uint256 fundAssets = _system.fund.totalAssets();
        bytes memory data = abi.encodeCall(IWriteOffVault.sweepReserves, ());
        (bool done, ) = _try(_donor, address(_system.vault), data);
        if (!done) return;
        ++count["sweepReserves"];
        uint256 swept = reserves - _system.vault.reserves();
        _mustNotExceed(Terms.RESERVE_TARGET * _system.unit, reserves - swept, "LV1", "swept below the target");
        _mustEqual(_system.fund.totalAssets() - fundAssets, swept, "IN1", "a premium of another amount");
    }

    /// @notice Governance puts the unreliable tranche in or out of the stack, or leaves layers away.
    function changeStack(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        IWriteOffEngine.Tranche[3] memory all = [
            IWriteOffEngine.Tranche(address(_system.unreliable), 300_000, IWriteOffEngine.Kind.Insurance),
            IWriteOffEngine.Tranche(address(_system.fund), 250_000, IWriteOffEngine.Kind.Insurance),
            IWriteOffEngine.Tranche(address(_system.dilution), 2_000_000, IWriteOffEngine.Kind.Dilution)
        ];
        bool[3] memory wanted = [
            _pick(seed, "unreliable", 2) == 0,
            _pick(seed, "fund", 5) != 0,
            _pick(seed, "dilution", 5) != 0
        ];
        uint256 layers;
        for (uint256 i; i < 3; ++i) if (wanted[i]) ++layers;
        IWriteOffEngine.Tranche[] memory stack = new IWriteOffEngine.Tranche[](layers);
        uint256 next;
        for (uint256 i; i < 3; ++i) if (wanted[i]) stack[next++] = all[i];
        _system.engine.setStack(address(_system.vault), stack);
        ++count["changeStack"];
    }

    /// @notice Governance moves the floor price: bids below it are out, and free to leave.
    function moveFloor(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        uint256 floorPrice = _size(size, Terms.FLOOR_PRICE, Terms.HIGHEST_FLOOR) * _system.unit;
        _system.dilution.setSaleTerms(
            address(_system.vault),
            IDilution.SaleTerms(
                uint104(Terms.START_PRICE * _system.unit),
                uint104(floorPrice),
                6 hours,
                uint24(Terms.SALE_SECONDS)
            )
        );
        ++count["moveFloor"];
    }

    function changeMood(uint256 seed, uint256 size) external turn(seed, size) watched(Step.World) {
        _system.unreliable.setMood(UnreliableTranche.Mood(_pick(seed, "mood", 9)));
        _system.asset.mint(address(_system.unreliable), _size(size, 0, 3_000 * _system.unit));
        ++count["changeMood"];
    }

    // ---------------------------------------------------------------- Steps

    /// @dev Minutes go by between any two calls; what is troubled or paused recovers after a while.
    function _tick(uint256 seed) internal watched(Step.World) {
        ++_calls;
        _pass(_pick(seed, "tick", 30 minutes));
        for (uint256 c; c < 2; ++c) {
            Price storage current = _prices[c];
            if (current.troubleUntil == 0 || _calls < current.troubleUntil) continue;
            current.troubleUntil = 0;
            _setPrice(c, current.primaryE36);
        }
        if (_pausedUntil != 0 && _calls >= _pausedUntil) _resume();
    }

    function _resume() internal {
        _pausedUntil = 0;
        _system.vault.unpause();
        _system.fund.unpauseDeposits();
        _system.dilution.unpauseDilution(address(_system.vault));
    }

    /// @dev Moves a price; one that has wandered far from its start comes back.
    function _move(uint256 c, uint256 factorBps) internal {
        uint256 start = _system.startPricesE36[c];
        uint256 moved = (_prices[c].primaryE36 * factorBps) / Terms.BPS;
        if (moved < start / 20 || moved > start * 20) moved = start;
        if (_prices[c].troubleUntil == 0) _setPrice(c, moved);
    }
}
