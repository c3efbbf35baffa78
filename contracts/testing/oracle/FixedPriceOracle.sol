// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPriceOracle} from "../../interfaces/IPriceOracle.sol";

/// @title Price oracle whose prices a test sets by hand
/// @notice For tests and gas measurements of everything that reads prices; never deployed to a live network.
/// A read costs one storage slot as long as a pair has nothing but a primary price; anybody may set anything.
contract FixedPriceOracle is IPriceOracle {
    /// @dev One slot. `priceE36` is smallest units of `quote` per smallest unit of `base`, times 1e36.
    struct Pair {
        uint216 priceE36;
        uint32 setAt;
        bool hasOverrides;
    }

    /// @dev Read only when the pair says `hasOverrides`. A zero field means "as the primary".
    struct Overrides {
        uint256 lowPriceE36;
        uint256 highPriceE36;
        uint64 oldestRoundAt;
        address lossBlockedBy;
        bool dead;
    }

    /// @notice No price was set for this direction of the pair.
    error PriceNotSet(address base, address quote);

    /// @notice The test declared this pair's source dead.
    error PriceDead(address base, address quote);

    uint256 private constant PRICE_SCALE = 1e36;

    mapping(address base => mapping(address quote => Pair)) public pairs;
    mapping(address base => mapping(address quote => Overrides)) public overrides;

    /// @notice Sets the only price of a pair, forgets its overrides and revives it. Counts as a new round.
    /// @param priceE36 Smallest units of `quote` per smallest unit of `base`, times 1e36.
    function set(address base, address quote, uint216 priceE36) external {
        pairs[base][quote] = Pair(priceE36, uint32(block.timestamp), false);
        delete overrides[base][quote];
    }

    /// @notice Sets primary, lowest and highest price of a pair. Counts as a new round.
    function setRange(
        address base,
        address quote,
        uint216 priceE36,
        uint256 lowPriceE36,
        uint256 highPriceE36
    ) external {
        Pair storage pair = pairs[base][quote];
        pair.priceE36 = priceE36;
        pair.setAt = uint32(block.timestamp);
        pair.hasOverrides = true;
        overrides[base][quote].lowPriceE36 = lowPriceE36;
        overrides[base][quote].highPriceE36 = highPriceE36;
    }

    /// @notice Makes every loss quote of the pair say that `asset` blocks it; zero lifts the block.
    function setLossBlockedBy(address base, address quote, address asset) external {
        pairs[base][quote].hasOverrides = true;
        overrides[base][quote].lossBlockedBy = asset;
    }

    /// @notice Sets the age of the evidence; zero goes back to the time of the last `set`.
    function setOldestRoundAt(address base, address quote, uint64 oldestRoundAt) external {
        pairs[base][quote].hasOverrides = true;
        overrides[base][quote].oldestRoundAt = oldestRoundAt;
    }

    /// @notice Makes every quote of the pair revert, or revives it.
    function setDead(address base, address quote, bool dead) external {
        pairs[base][quote].hasOverrides = true;
        overrides[base][quote].dead = dead;
    }

    /// @inheritdoc IPriceOracle
    function getQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets) {
        if (base == quote) return inAssets;
        return _convert(inAssets, _pair(base, quote).priceE36);
    }

    /// @inheritdoc IPriceOracle
    function getLowQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets) {
        if (base == quote) return inAssets;
        Pair memory pair = _pair(base, quote);
        uint256 priceE36 = pair.priceE36;
        if (pair.hasOverrides) {
            uint256 lowPriceE36 = overrides[base][quote].lowPriceE36;
            if (lowPriceE36 != 0) priceE36 = lowPriceE36;
        }
        return _convert(inAssets, priceE36);
    }

    /// @inheritdoc IPriceOracle
    function getLossQuote(
        uint256 inAssets,
        address base,
        address quote
    ) public view returns (LossQuote memory lossQuote) {
        _fill(lossQuote, inAssets, base, quote, type(uint256).max);
    }

    /// @inheritdoc IPriceOracle
    function getLiquidationQuote(
        uint256 inAssets,
        address base,
        address quote,
        uint256 enoughAssets
    ) external view returns (LossQuote memory lossQuote) {
        _fill(lossQuote, inAssets, base, quote, enoughAssets);
    }

    /// @inheritdoc IPriceOracle
    function getLossQuotes(
        uint256[] calldata inAssets,
        address base,
        address quote
    ) external view returns (LossQuote[] memory lossQuotes) {
        lossQuotes = new LossQuote[](inAssets.length);
        for (uint256 i; i < inAssets.length; ++i) lossQuotes[i] = getLossQuote(inAssets[i], base, quote);
    }

    function _fill(
        LossQuote memory lossQuote,
        uint256 inAssets,
        address base,
        address quote,
        uint256 enoughAssets
    ) private view {
        if (base == quote) {
            (lossQuote.primaryAssets, lossQuote.highAssets) = (inAssets, inAssets);
            lossQuote.oldestRoundAt = uint64(block.timestamp);
            return;
        }
        Pair memory pair = _pair(base, quote);
        lossQuote.primaryAssets = _convert(inAssets, pair.priceE36);
        lossQuote.highAssets = lossQuote.primaryAssets;
        lossQuote.oldestRoundAt = pair.setAt;
        if (!pair.hasOverrides) return;
        Overrides memory special = overrides[base][quote];
        if (special.oldestRoundAt != 0) lossQuote.oldestRoundAt = special.oldestRoundAt;
        if (lossQuote.primaryAssets >= enoughAssets) return;
        if (special.highPriceE36 != 0) lossQuote.highAssets = _convert(inAssets, special.highPriceE36);
        lossQuote.lossBlockedBy = special.lossBlockedBy;
    }

    /// @inheritdoc IPriceOracle
    function getLossPrice(address base, address quote) external view returns (LossPrice memory price) {
        if (base == quote) return LossPrice(1, 1, 0, 0, uint64(block.timestamp), address(0));
        Pair memory pair = _pair(base, quote);
        price = LossPrice(pair.priceE36, PRICE_SCALE, 0, 0, pair.setAt, address(0));
        if (pair.hasOverrides) {
            Overrides memory special = overrides[base][quote];
            if (special.highPriceE36 != 0) {
                (price.highNumerator, price.highDenominator) = (special.highPriceE36, PRICE_SCALE);
            }
            if (special.oldestRoundAt != 0) price.oldestRoundAt = special.oldestRoundAt;
            price.lossBlockedBy = special.lossBlockedBy;
        }
    }

    function _pair(address base, address quote) private view returns (Pair memory pair) {
        pair = pairs[base][quote];
        if (pair.hasOverrides && overrides[base][quote].dead) revert PriceDead(base, quote);
        if (pair.setAt == 0) revert PriceNotSet(base, quote);
    }

    function _convert(uint256 inAssets, uint256 priceE36) private pure returns (uint256) {
        return Math.mulDiv(inAssets, priceE36, PRICE_SCALE);
    }
}
