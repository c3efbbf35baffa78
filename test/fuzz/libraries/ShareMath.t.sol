// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {ShareMath} from "../../../contracts/libraries/ShareMath.sol";

/// @notice Conversions against the definition of a price, (totalAssets + 1) / (totalShares + 10^6), without division.
contract ShareMathFuzzTest is Test {
    uint256 private constant VIRTUAL_SHARES = 1e6;

    /// @notice LV3: shares x price <= assets < (shares + 1) x price.
    function testFuzzLV3SharesDownAreTheFloor(uint96 assets, uint96 totalAssets, uint128 totalShares) public pure {
        uint256 shares = ShareMath.toSharesDown(assets, totalAssets, totalShares);
        uint256 exact = assets * (totalShares + VIRTUAL_SHARES);
        assertLe(shares * (uint256(totalAssets) + 1), exact, "too many");
        assertGt((shares + 1) * (uint256(totalAssets) + 1), exact, "too few");
    }

    /// @notice LV3: rounding up gives the floor, and one more exactly if the floor is not exact.
    function testFuzzLV3SharesUpAreTheCeiling(uint96 assets, uint96 totalAssets, uint128 totalShares) public pure {
        uint256 down = ShareMath.toSharesDown(assets, totalAssets, totalShares);
        bool exact = down * (uint256(totalAssets) + 1) == assets * (totalShares + VIRTUAL_SHARES);
        assertEq(ShareMath.toSharesUp(assets, totalAssets, totalShares), exact ? down : down + 1);
    }

    /// @notice LV3: the same for assets.
    function testFuzzLV3AssetsDownAreTheFloor(uint128 shares, uint96 totalAssets, uint128 totalShares) public pure {
        uint256 assets = ShareMath.toAssetsDown(shares, totalAssets, totalShares);
        uint256 exact = shares * (uint256(totalAssets) + 1);
        assertLe(assets * (totalShares + VIRTUAL_SHARES), exact, "too many");
        assertGt((assets + 1) * (totalShares + VIRTUAL_SHARES), exact, "too few");
    }

    function testFuzzLV3AssetsUpAreTheCeiling(uint128 shares, uint96 totalAssets, uint128 totalShares) public pure {
        uint256 down = ShareMath.toAssetsDown(shares, totalAssets, totalShares);
        bool exact = down * (totalShares + VIRTUAL_SHARES) == shares * (uint256(totalAssets) + 1);
        assertEq(ShareMath.toAssetsUp(shares, totalAssets, totalShares), exact ? down : down + 1);
    }

    /// @notice LV3: a deposit and the redemption of its shares never gain, nor do a mint and a withdrawal.
    function testFuzzLV3ThereAndBackNeverGains(uint96 assets, uint96 totalAssets, uint96 totalShares) public pure {
        uint256 bought = ShareMath.toSharesDown(assets, totalAssets, totalShares);
        uint256 back = ShareMath.toAssetsDown(bought, uint256(totalAssets) + assets, totalShares + bought);
        assertLe(back, assets, "deposit, redeem");

        uint256 wanted = assets;
        uint256 paid = ShareMath.toAssetsUp(wanted, totalAssets, totalShares);
        uint256 given = ShareMath.toSharesUp(paid, totalAssets + paid, totalShares + wanted);
        assertGe(given, wanted, "mint, withdraw");
    }

    /// @notice WO5: neither an entry nor an exit lowers the price of the shares that stay.
    function testFuzzWO5EntriesAndExitsNeverLowerThePrice(
        uint64 assets,
        uint64 totalAssets,
        uint96 totalShares,
        uint256 leaving
    ) public pure {
        uint256 bought = ShareMath.toSharesDown(assets, totalAssets, totalShares);
        uint256 assetsIn = uint256(totalAssets) + assets;
        uint256 sharesIn = totalShares + bought;
        _assertNotLower(totalAssets, totalShares, assetsIn, sharesIn);

        uint256 burned = bound(leaving, 0, sharesIn);
        uint256 out = ShareMath.toAssetsDown(burned, assetsIn, sharesIn);
        vm.assume(out <= assetsIn);
        _assertNotLower(assetsIn, sharesIn, assetsIn - out, sharesIn - burned);
    }

    /// @notice Nobody can redeem the virtual shares' part: all shares together are worth at most all assets.
    function testFuzzLV1AllSharesAreWorthAtMostAllAssets(uint96 totalAssets, uint128 totalShares) public pure {
        uint256 worth = ShareMath.toAssetsDown(totalShares, totalAssets, totalShares);
        // The virtual asset belongs to the virtual shares; it can be handed out only where they hold next to nothing.
        assertLe(worth, uint256(totalAssets) + 1);
        if (totalShares <= (uint256(totalAssets) + 1) * VIRTUAL_SHARES) assertLe(worth, totalAssets);
    }

    /// @notice A total loss is a price under a millionth of the first one, 1 / 10^6.
    function testFuzzWipedOutMeansUnderAMillionth(uint96 totalAssets, uint128 totalShares) public pure {
        bool wiped = ShareMath.isWipedOut(totalAssets, totalShares);
        // (totalAssets + 1) / (totalShares + 10^6) < 10^-12
        assertEq(wiped, (uint256(totalAssets) + 1) * 1e12 < totalShares + VIRTUAL_SHARES);
    }

    /// @notice The same where it is decided: the last assets that are a total loss, and one more.
    function testFuzzWipedOutBeginsWhereThePriceFallsUnderAMillionth(uint128 totalShares) public pure {
        vm.assume(totalShares > 2e12);
        uint256 last = (uint256(totalShares) + VIRTUAL_SHARES - 1) / 1e12 - 1;
        assertLt((last + 1) * 1e12, totalShares + VIRTUAL_SHARES);
        assertGe((last + 2) * 1e12, totalShares + VIRTUAL_SHARES);
        assertTrue(ShareMath.isWipedOut(last, totalShares));
        assertFalse(ShareMath.isWipedOut(last + 1, totalShares));
    }

    function _assertNotLower(uint256 assets, uint256 shares, uint256 assetsAfter, uint256 sharesAfter) private pure {
        assertGe(
            (assetsAfter + 1) * (shares + VIRTUAL_SHARES),
            (assets + 1) * (sharesAfter + VIRTUAL_SHARES),
            "price fell"
        );
    }
}
