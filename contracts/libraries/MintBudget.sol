// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LeakyBucket} from "./LeakyBucket.sol";

/// @title How many tokens one vault's losses may mint
/// @notice Two leaky buckets and a lifetime cap. Tokens are drawn when they are offered, not when they are sold, so that
/// offers made one after the other can never add up to more than the budget; what no buyer took is released. A token
/// counts in the hour and the month in which it was offered.
library MintBudget {
    using LeakyBucket for LeakyBucket.Levels;
    using SafeCast for uint256;
    using SafeCast for int256;

    /// @dev Four slots, in token units but where said. A slot of its own for what the owner of the budget keeps beside it
    /// would cost each loss or sale 2,100 to 5,000 gas more, so these share slots that are read or written anyway.
    struct Budget {
        // slot 1: fill levels at `updatedAt` (seconds). An offer writes slots 1 and 2, and so does what gives back.
        uint96 hourLevel;
        uint96 monthLevel;
        uint32 updatedAt;
        uint32 lastLotId; // owner's: highest write-off that a lot was ever opened for
        // slot 2: lifetime cap less what is minted and on offer; negative while the cap is lower than that
        int104 leftTokens;
        uint104 clearingPrice; // owner's: what was sold for `clearingId` brought on average, asset units per whole token
        uint32 clearingId; // owner's: last write-off for which enough was sold to tell a price
        uint16 termsVersion; // owner's: counts the terms of sale
        // slot 3: read only, by every offer
        uint96 hourCap;
        uint96 monthCap;
        uint32 capsSetAt; // seconds
        bool paused; // owner's, like the next three, which say whether a further slot need be read
        bool hasUnderwriters;
        bool hasOracle;
        bool hadUnderwriters; // ever: before that no write-off can have sold anything to standing bids
        // slot 4: for views and settings
        uint96 lifetimeCap;
    }

    /// @notice Tokens that may be offered now: what fits into both buckets and under the lifetime cap.
    function available(Budget storage budget) internal view returns (uint256 tokens) {
        (tokens, ) = room(budget);
    }

    /// @notice Minted and on offer over the whole life.
    function issued(Budget storage budget) internal view returns (uint256 tokens) {
        return uint256(int256(uint256(budget.lifetimeCap)) - budget.leftTokens);
    }

    /// @notice Books `tokens`, which the caller has checked against `available`, as offered.
    function draw(Budget storage budget, uint256 tokens) internal {
        (LeakyBucket.Levels memory levels, LeakyBucket.Caps memory caps) = _buckets(budget);
        drawFrom(budget, levels.leaked(caps), tokens, budget.lastLotId);
    }

    /// @notice `available`, and the levels at this second that it was worked out from, for `drawFrom`.
    function room(Budget storage budget) internal view returns (uint256 tokens, LeakyBucket.Levels memory present) {
        int256 left = budget.leftTokens;
        if (left <= 0) return (0, present);
        (LeakyBucket.Levels memory levels, LeakyBucket.Caps memory caps) = _buckets(budget);
        present = levels.leaked(caps);
        tokens = Math.min(uint256(left), present.room(caps));
    }

    /// @notice `draw`, from the levels that `room` has given in the same call; `lastLotId` is written in the same slot.
    function drawFrom(
        Budget storage budget,
        LeakyBucket.Levels memory present,
        uint256 tokens,
        uint256 lastLotId
    ) internal {
        budget.leftTokens -= int104(uint104(tokens.toUint96()));
        _writeLevels(budget, present.filled(tokens), lastLotId);
    }

    /// @notice Gives back `tokens` that were drawn at `drawnAt` (seconds) and not sold: all of them under the lifetime
    /// cap, in the buckets what cannot have leaked since. After a change of the caps nobody can say how much has leaked,
    /// so tokens drawn before it are left in the buckets to leak.
    function release(Budget storage budget, uint256 tokens, uint256 drawnAt) internal {
        budget.leftTokens += int104(uint104(tokens.toUint96()));
        if (drawnAt < budget.capsSetAt) return;
        (LeakyBucket.Levels memory levels, LeakyBucket.Caps memory caps) = _buckets(budget);
        _writeLevels(budget, levels.released(caps, tokens, drawnAt), budget.lastLotId);
    }

    /// @notice Sets the caps. What has leaked until now has leaked at the old rate.
    function setCaps(Budget storage budget, uint96 hourCap, uint96 monthCap, uint96 lifetimeCap) internal {
        (LeakyBucket.Levels memory levels, LeakyBucket.Caps memory caps) = _buckets(budget);
        _writeLevels(budget, levels.leaked(caps), budget.lastLotId);
        budget.hourCap = hourCap;
        budget.monthCap = monthCap;
        budget.capsSetAt = block.timestamp.toUint32();
        budget.leftTokens = (int256(uint256(lifetimeCap)) - int256(issued(budget))).toInt104();
        budget.lifetimeCap = lifetimeCap;
    }

    function _buckets(
        Budget storage budget
    ) private view returns (LeakyBucket.Levels memory levels, LeakyBucket.Caps memory caps) {
        levels = LeakyBucket.Levels(budget.hourLevel, budget.monthLevel, budget.updatedAt);
        caps = LeakyBucket.Caps(budget.hourCap, budget.monthCap);
    }

    /// @dev Writes slot 1 at once: Solidity would read and write it for each of the four, for 600 gas more. A level is at most
    /// a cap that was in force, so it fits 96 bits.
    function _writeLevels(Budget storage budget, LeakyBucket.Levels memory levels, uint256 lastLotId) private {
        uint256 word =
            uint256(levels.hourLevel).toUint96() |
                (uint256(uint256(levels.monthLevel).toUint96()) << 96) |
                (uint256(levels.updatedAt) << 192) |
                (uint256(lastLotId.toUint32()) << 224);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(budget.slot, word)
        }
    }
}
