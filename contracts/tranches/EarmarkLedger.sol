// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LossShares} from "../writeoff/LossShares.sol";
import {FundCash} from "./FundCash.sol";

/// @title What a fund has set apart for losses that are expected
/// @notice Storage and arithmetic of earmarks, apart from the fund's cash and limits. Setting apart charges the stakers
/// of that moment; what is not needed becomes claimable by exactly those. A debt may have been impaired in many steps,
/// each with its own stakers: a release reaches as many of them as one call has gas for, the rest is owed and settled
/// by anybody. Never: an earmark that is stuck because there were too many steps. Upholds IM1, IN1, LI1.
abstract contract EarmarkLedger is FundCash, LossShares {
    using SafeCast for uint256;

    /// @dev Steps that a release reaches by itself: as many as fit well into the least stipend a tranche may have.
    uint256 private constant STEPS_PER_RELEASE = 4;

    /// @dev What is set apart for one impaired debt, and since when (seconds). One slot.
    struct Earmark {
        uint128 assets;
        uint64 since;
    }

    /// @dev Set apart for expected losses; not part of any cash, already charged, cannot leave.
    uint256 internal _totalEarmarked;
    mapping(uint256 id => Earmark) internal _earmarks;
    /// @dev Released and owed to stakers whose charges have not been reached yet, asset units.
    mapping(uint256 id => uint256 assets) internal _unsettled;

    /// @dev Charges the present stakers with `assets` and sets them apart. Epochs below `id` are skipped, so that a number
    /// whose epoch is still to come has neither earmark nor listed charges, and the usual loss need not look for any.
    function _setApart(uint256 id, uint256 assets) internal {
        if (id > _openEpoch) _openEpoch = id.toUint32();
        Earmark storage mark = _earmarks[id];
        if (mark.assets == 0) mark.since = uint64(block.timestamp);
        mark.assets += uint128(assets);
        _totalEarmarked += assets;
        _chargeFor(id, assets);
    }

    /// @dev What is set apart for `id`. See `_setApart` for the short way, which saves a loss 2,100 gas.
    function _earmarkOf(uint256 id) internal view returns (uint256) {
        return id < _openEpoch ? _earmarks[id].assets : 0;
    }

    /// @dev Charges the present stakers with a loss of `assets` that was not set apart, in the epoch that bears its number
    /// where that is still to come: there is no listed charge then (`_setApart`), which is another 2,100 gas not to look up.
    function _chargeFresh(uint256 id, uint256 assets) internal {
        if (id < _openEpoch) _chargeFor(id, assets);
        else _chargeUnderOwnNumber(id.toUint32(), assets);
    }

    /// @dev Takes `assets` of an earmark to pay for the loss it was made for; they stay charged.
    function _useEarmark(uint256 id, uint256 assets) internal {
        _earmarks[id].assets -= uint128(assets);
        _totalEarmarked -= assets;
    }

    /// @dev Ends `assets` of an earmark: they are owed to those who were charged. The caller sets the money aside.
    function _giveBack(uint256 id, uint256 assets) internal {
        _useEarmark(id, assets);
        _unsettled[id] += assets;
        _settle(id, STEPS_PER_RELEASE);
    }

    /// @dev Makes what is owed of `id` claimable, over at most `maxSteps` charges, the latest first.
    /// @return left What is still owed, asset units.
    function _settle(uint256 id, uint256 maxSteps) internal returns (uint256 left) {
        left = _unchargeFor(id, _unsettled[id], maxSteps);
        _unsettled[id] = left;
    }
}
