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

    /// @dev Three slots, all in token units.
    struct Budget {
        // slot 1
        LeakyBucket.Levels levels;
        // slot 2
        LeakyBucket.Caps caps;
        // slot 3: minted and on offer over the whole life, and when the bucket caps last changed (seconds)
        uint96 lifetimeCap;
        uint96 issuedTokens;
        uint32 capsSetAt;
    }

    /// @notice Tokens that may be offered now: what fits into both buckets and under the lifetime cap.
    function available(Budget storage budget) internal view returns (uint256 tokens) {
        uint256 lifetimeTokens = Math.saturatingSub(budget.lifetimeCap, budget.issuedTokens);
        if (lifetimeTokens == 0) return 0;
        return Math.min(lifetimeTokens, budget.levels.available(budget.caps));
    }

    /// @notice Books `tokens`, which the caller has checked against `available`, as offered.
    function draw(Budget storage budget, uint256 tokens) internal {
        budget.levels = budget.levels.drawn(budget.caps, tokens);
        budget.issuedTokens += tokens.toUint96();
    }

    /// @notice Gives back `tokens` that were drawn at `drawnAt` (seconds) and not sold: all of them under the lifetime
    /// cap, in the buckets what cannot have leaked since. After a change of the caps nobody can say how much has leaked,
    /// so tokens drawn before it are left in the buckets to leak.
    function release(Budget storage budget, uint256 tokens, uint256 drawnAt) internal {
        budget.issuedTokens -= tokens.toUint96();
        if (drawnAt < budget.capsSetAt) return;
        budget.levels = budget.levels.released(budget.caps, tokens, drawnAt);
    }

    /// @notice Sets the caps. What has leaked until now has leaked at the old rate.
    function setCaps(Budget storage budget, uint96 hourCap, uint96 monthCap, uint96 lifetimeCap) internal {
        budget.levels = budget.levels.drawn(budget.caps, 0);
        budget.caps = LeakyBucket.Caps({hourCap: hourCap, monthCap: monthCap});
        budget.lifetimeCap = lifetimeCap;
        budget.capsSetAt = block.timestamp.toUint32();
    }
}
