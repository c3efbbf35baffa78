// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Which part of a principal is old enough to be insured
/// @notice Principal is either aged or young. Young principal has one start time, the mean of its parts weighted by
/// size, and ages when that is a waiting period ago. So a top-up never makes old debt young; withdrawing collateral
/// makes the same share of the principal young, because it worsens the position as new debt would; repaying takes
/// young principal first and resets nothing. Rounding is against insurance: young up, aged down, start times late.
library DebtAge {
    using SafeCast for uint256;

    /// @dev 100 % of a principal in parts per billion.
    uint256 internal constant PPB = 1e9;

    /// @notice Part of a principal that is young (ppb) and since when (seconds, size-weighted mean).
    struct Age {
        uint32 youngPpb;
        uint32 youngSince;
    }

    /// @notice Young part of `principal` now, asset units, rounded up.
    function young(Age memory age, uint256 principal, uint256 waitingPeriod) internal view returns (uint256) {
        if (block.timestamp >= age.youngSince + waitingPeriod) return 0;
        return Math.ceilDiv(principal * age.youngPpb, PPB);
    }

    /// @notice Age after borrowing `assets` on top of `principal`.
    function afterBorrow(
        Age memory age,
        uint256 principal,
        uint256 assets,
        uint256 waitingPeriod
    ) internal view returns (Age memory) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        return _age(age, youngBefore, youngBefore + assets, assets, principal + assets);
    }

    /// @notice Age after repaying `assets` of `principal`.
    function afterRepay(
        Age memory age,
        uint256 principal,
        uint256 assets,
        uint256 waitingPeriod
    ) internal view returns (Age memory) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        uint256 youngAfter = Math.saturatingSub(youngBefore, assets);
        return _age(age, youngAfter, youngAfter, 0, principal - assets);
    }

    /// @notice Age after taking `withdrawn` of `collateral` out: that share of all principal starts anew.
    function afterWithdraw(
        Age memory age,
        uint256 principal,
        uint256 withdrawn,
        uint256 collateral,
        uint256 waitingPeriod
    ) internal view returns (Age memory) {
        uint256 youngBefore = young(age, principal, waitingPeriod);
        uint256 renewed = Math.mulDiv(principal, withdrawn, collateral, Math.Rounding.Ceil);
        uint256 renewedYoung = Math.mulDiv(youngBefore, withdrawn, collateral);
        uint256 kept = youngBefore - renewedYoung;
        return _age(age, kept, Math.min(kept + renewed, principal), renewed, principal);
    }

    /// @dev `kept` stays at the old start, `fresh` starts now; `youngAfter` is their sum, bounded by the principal.
    function _age(
        Age memory age,
        uint256 kept,
        uint256 youngAfter,
        uint256 fresh,
        uint256 principalAfter
    ) private view returns (Age memory) {
        if (youngAfter == 0 || principalAfter == 0) return Age(0, 0);
        uint256 since =
            fresh == 0 ? age.youngSince : Math.ceilDiv(kept * age.youngSince + fresh * block.timestamp, kept + fresh);
        return Age({youngPpb: Math.ceilDiv(youngAfter * PPB, principalAfter).toUint32(), youngSince: since.toUint32()});
    }
}
