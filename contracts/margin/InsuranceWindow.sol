// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BPS} from "../libraries/Units.sol";

/// @title How much insurance may pay for a market's losses
/// @notice Two opposite positions at high leverage share the profit of a jump and leave its loss to others. What insurance
/// adds to that is bounded by what the market has paid: in the running period and the one before it together, no more
/// than a governed multiple of the fees of both. Fees and draws of older periods are forgotten together.
library InsuranceWindow {
    using SafeCast for uint256;

    /// @notice Length of one period, seconds; two of them are the window.
    uint256 internal constant PERIOD = 15 days;

    /// @dev Fees and draws, asset units; `period` counts periods since 1970. Two slots.
    struct Window {
        uint112 fees;
        uint112 feesBefore;
        uint32 period;
        uint112 drawn;
        uint112 drawnBefore;
    }

    /// @notice The window as it stands now.
    function current(Window memory window) internal view returns (Window memory) {
        uint256 period = block.timestamp / PERIOD;
        uint256 passed = period - window.period;
        if (passed == 0) return window;
        return
            Window({
                fees: 0,
                feesBefore: passed == 1 ? window.fees : 0,
                period: period.toUint32(),
                drawn: 0,
                drawnBefore: passed == 1 ? window.drawn : 0
            });
    }

    /// @notice What insurance may still pay, asset units, rounded down.
    /// @param multipleBps Multiple of the fees, bps.
    function allowance(Window memory window, uint256 multipleBps) internal view returns (uint256) {
        Window memory now_ = current(window);
        uint256 earned = ((uint256(now_.fees) + now_.feesBefore) * multipleBps) / BPS;
        return Math.saturatingSub(earned, uint256(now_.drawn) + now_.drawnBefore);
    }

    /// @notice The window after a fee of `assets`.
    function afterFee(Window memory window, uint256 assets) internal view returns (Window memory next) {
        next = current(window);
        next.fees = (next.fees + assets).toUint112();
    }

    /// @notice The window after insurance has paid `assets`.
    function afterDraw(Window memory window, uint256 assets) internal view returns (Window memory next) {
        next = current(window);
        next.drawn = (next.drawn + assets).toUint112();
    }
}
