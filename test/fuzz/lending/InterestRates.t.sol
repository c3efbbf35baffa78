// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";

import {InterestRates} from "../../../contracts/lending/InterestRates.sol";

/// @notice Rates and conversions for any model that ConfigModule accepts.
contract InterestRatesTest is Test {
    using InterestRates for InterestRates.Model;

    uint256 private constant WAD = 1e18;
    uint256 private constant RAY = 1e27;
    uint256 private constant MAX_RATE = (2 * WAD) / uint256(365 days);

    /// @notice More debt never costs less, less cash never costs less, and the rate stays within its ends.
    function testFuzzRateRisesWithUtilization(uint256 seed, uint112 debt, uint112 cash, uint112 more) public pure {
        InterestRates.Model memory model = _model(seed);
        uint256 rate = model.rate(debt, cash);
        assertGe(rate, model.baseRateWad);
        assertLe(rate, uint256(model.baseRateWad) + model.slopeBelowKinkWad + model.slopeAboveKinkWad);
        assertGe(model.rate(uint256(debt) + more, cash), rate);
        assertLe(model.rate(debt, uint256(cash) + more), rate);
    }

    /// @notice LV3: a debt is never scaled to less than was lent, a repayment never to more than was paid.
    function testFuzzLV3ConversionsFavorTheVault(uint112 assets, uint96 growth) public pure {
        uint256 index = uint256(InterestRates.INITIAL_INDEX) + growth;
        uint256 lent = InterestRates.toScaledUp(assets, index);
        uint256 paid = InterestRates.toScaledDown(assets, index);
        assertGe(lent * index, assets * RAY);
        assertLe(paid * index, assets * RAY);
        assertLe(lent - paid, 1);
        assertGe(InterestRates.toAssetsUp(lent, index), assets);
        assertLe(InterestRates.toAssetsDown(paid, index), assets);
        assertLe(InterestRates.toAssetsUp(lent, index), uint256(assets) + 1 + index / RAY);
    }

    /// @notice LV3: booking interest often costs the borrower at least as much as booking it once, within rounding.
    function testFuzzLV3OftenBookedInterestIsNoLess(uint64 rate, uint32 first, uint32 second) public pure {
        rate = uint64(rate % MAX_RATE);
        uint256 start = InterestRates.INITIAL_INDEX;
        uint256 once = InterestRates.grow(start, rate, uint256(first) + second);
        uint256 twice = InterestRates.grow(InterestRates.grow(start, rate, first), rate, second);
        assertGe(twice + 2, once);
    }

    /// @notice The index stays in its 128 bits for twenty years at the highest rate, booked every day.
    function testIndexLastsNineYearsAtTheHighestRate() public pure {
        uint256 index = InterestRates.INITIAL_INDEX;
        for (uint256 day = 0; day < 9 * 365; day++) index = InterestRates.grow(index, MAX_RATE, 1 days);
        assertLt(index, type(uint96).max);
    }

    function _model(uint256 seed) private pure returns (InterestRates.Model memory model) {
        model.baseRateWad = uint40(seed % (MAX_RATE / 3));
        model.slopeBelowKinkWad = uint40((seed >> 64) % (MAX_RATE / 3));
        model.slopeAboveKinkWad = uint40((seed >> 128) % (MAX_RATE / 3));
        model.kinkBps = uint16(1 + ((seed >> 192) % 9_999));
    }
}
