// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {FeedCall} from "./FeedCall.sol";

/// @title Checked Chainlink prices with an optional second source per asset
/// @notice Turns feeds into quotes for the vaults, which read it on every borrow and liquidation; governance sets it.
/// Never: a quote from a price that is zero, negative, stale, future, unfinished or out of its band, or while the L2
/// sequencer is down or just back; never a loss quote that is silent about a second source gone for under a day; and
/// no second source, whatever it returns or burns, can stop a quote, nor can a caller fake its silence by starving it.
/// Upholds OR1 (no doubtful price books a loss) and LI1 (a dead second source stops mattering after a day).
contract ChainlinkOracle is IChainlinkOracle, AccessManaged {
    using SafeCast for uint256;

    /// @dev A source as stored: two slots, both read on every quote, so the two kinds share one layout.
    struct Source {
        // slot 0: 216 bits
        address feed;
        uint32 maxStaleness; // seconds
        uint8 feedDecimals;
        uint8 tokenDecimals; // primary only
        bool hasSecond; // primary only
        // slot 1: 256 bits
        uint96 minAnswer; // feed decimals
        uint96 maxAnswer; // feed decimals
        uint32 silentSince; // second source only, seconds
        uint32 confirmedAt; // second source only, seconds
    }

    /// @dev The smallest unit of an asset is worth `answer / 10^scale` common units; the scale is in the lowest 8 bits and the
    /// answer, of 96, above them. No struct, because six of them in memory cost a quote 700 gas.
    type Price is uint256;

    /// @dev All that is known of one asset at this moment.
    struct Leg {
        Price primary;
        Price low;
        Price high;
        uint256 updatedAt;
        uint256 tokenDecimals;
        bool hasSecond;
        bool blocksLoss;
    }

    /// @notice Silence of a second source that blocks a loss, seconds; after it the primary decides alone.
    uint256 public constant SECOND_SOURCE_TIMEOUT = 24 hours;
    /// @notice Gas given to a second source; one that needs more is silent.
    uint256 public constant SECOND_SOURCE_GAS = 200_000;
    /// @notice Greatest distance in seconds between two records of one silence.
    uint256 public constant SILENCE_CONFIRMATION = 6 hours;

    uint256 private constant MAX_STALENESS = 7 days;
    uint256 private constant MAX_GRACE_PERIOD = 1 days;
    uint256 private constant MAX_DECIMALS = 36;
    uint256 private constant WAD_DECIMALS = 18;
    /// @dev Answers fit 96 bits, so amounts of 160 bits can be multiplied by them in one word.
    uint256 private constant MAX_IN_ASSETS = type(uint160).max;
    /// @dev Largest difference of two scales (feed decimals + token decimals) for which there is a price in one word.
    uint256 private constant MAX_SCALE_GAP = 48;
    /// @dev What must be left before calling a second source: a caller passes on 63/64 of its gas (EIP-150), the call
    /// itself costs up to 2,600, and the rest is margin.
    uint256 private constant SECOND_SOURCE_RESERVE = (SECOND_SOURCE_GAS * 64) / 63 + 6_000;

    /// @inheritdoc IChainlinkOracle
    address public immutable sequencerUptimeFeed;
    /// @inheritdoc IChainlinkOracle
    uint256 public immutable gracePeriod;

    mapping(address asset => Source) private _primary;
    mapping(address asset => Source) private _second;

    /// @param initialAuthority AccessManager that decides who may configure feeds.
    /// @param sequencerUptimeFeed_ Chainlink's sequencer uptime feed on an L2, zero on an L1.
    /// @param gracePeriod_ Seconds to wait after the sequencer's return; zero on an L1.
    constructor(
        address initialAuthority,
        address sequencerUptimeFeed_,
        uint256 gracePeriod_
    ) AccessManaged(initialAuthority) {
        if (sequencerUptimeFeed_ == address(0)) {
            // A grace period without a feed is most likely a forgotten feed.
            if (gracePeriod_ != 0) revert InvalidGracePeriod(sequencerUptimeFeed_, gracePeriod_);
        } else {
            if (sequencerUptimeFeed_.code.length == 0) revert FeedWithoutCode(sequencerUptimeFeed_);
            if (gracePeriod_ == 0 || gracePeriod_ > MAX_GRACE_PERIOD) {
                revert InvalidGracePeriod(sequencerUptimeFeed_, gracePeriod_);
            }
        }
        sequencerUptimeFeed = sequencerUptimeFeed_;
        gracePeriod = gracePeriod_;
    }

    // ------------------------------------------------------------------------------------------------- configuration

    /// @inheritdoc IChainlinkOracle
    function setFeed(address asset, SourceParams calldata params) external restricted {
        Source storage source = _primary[asset];
        if (source.hasSecond && _second[asset].feed == params.feed) revert SameFeed(asset, params.feed);
        _configure(source, params);
        source.tokenDecimals = _readDecimals(asset);
        emit FeedSet(
            asset,
            params.feed,
            source.feedDecimals,
            source.tokenDecimals,
            params.maxStaleness,
            params.minAnswer,
            params.maxAnswer
        );
    }

    /// @inheritdoc IChainlinkOracle
    function setSecondSource(address asset, SourceParams calldata params) external restricted {
        Source storage primary = _primary[asset];
        if (primary.feed == address(0)) revert FeedNotSet(asset);
        if (primary.feed == params.feed) revert SameFeed(asset, params.feed);
        delete _second[asset];
        _configure(_second[asset], params);
        primary.hasSecond = true;
        emit SecondSourceSet(
            asset,
            params.feed,
            _second[asset].feedDecimals,
            params.maxStaleness,
            params.minAnswer,
            params.maxAnswer
        );
    }

    /// @inheritdoc IChainlinkOracle
    function removeFeed(address asset) external restricted {
        if (_primary[asset].feed == address(0)) revert FeedNotSet(asset);
        delete _primary[asset];
        delete _second[asset];
        emit FeedRemoved(asset);
    }

    /// @inheritdoc IChainlinkOracle
    function removeSecondSource(address asset) external restricted {
        if (!_primary[asset].hasSecond) revert SecondSourceNotSet(asset);
        _primary[asset].hasSecond = false;
        delete _second[asset];
        emit SecondSourceRemoved(asset);
    }

    /// @inheritdoc IChainlinkOracle
    function recordSilence(address asset) external {
        Source memory second = _second[asset];
        if (second.feed == address(0)) revert SecondSourceNotSet(asset);
        (SourceHealth health, , uint256 updatedAt) = _inspectBounded(second);
        Source storage stored = _second[asset];
        if (health == SourceHealth.Live) {
            if (second.silentSince == 0) return;
            stored.silentSince = 0;
            emit SilenceCleared(asset, second.feed);
        } else {
            uint256 silentSince = _silentSince(second, health, updatedAt);
            stored.silentSince = silentSince.toUint32();
            stored.confirmedAt = block.timestamp.toUint32();
            emit SilenceRecorded(asset, second.feed, silentSince);
        }
    }

    // -------------------------------------------------------------------------------------------------------- quotes

    /// @inheritdoc IPriceOracle
    /// @dev An asset quoted in itself needs no feed; only the sequencer is checked.
    function getQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets) {
        _checkSequencer();
        if (base == quote) return inAssets;
        (uint256 baseWord, uint256 baseAnswer, ) = _readPrimary(base);
        (uint256 quoteWord, uint256 quoteAnswer, ) = _readPrimary(quote);
        return
            _convert(inAssets, base, quote, _primaryPrice(baseWord, baseAnswer), _primaryPrice(quoteWord, quoteAnswer));
    }

    /// @inheritdoc IPriceOracle
    function getLowQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets) {
        uint256 sequencerUpSince = _checkSequencer();
        if (base == quote) return inAssets;
        Leg memory baseLeg = _readLeg(base, sequencerUpSince);
        Leg memory quoteLeg = _readLeg(quote, sequencerUpSince);
        return _convert(inAssets, base, quote, baseLeg.low, quoteLeg.high);
    }

    /// @inheritdoc IPriceOracle
    function getLossQuote(
        uint256 inAssets,
        address base,
        address quote
    ) external view returns (LossQuote memory lossQuote) {
        _fillLossQuote(lossQuote, inAssets, base, quote, type(uint256).max);
    }

    /// @inheritdoc IPriceOracle
    function getLiquidationQuote(
        uint256 inAssets,
        address base,
        address quote,
        uint256 enoughAssets
    ) external view returns (LossQuote memory lossQuote) {
        _fillLossQuote(lossQuote, inAssets, base, quote, enoughAssets);
    }

    /// @inheritdoc IPriceOracle
    function getLossQuotes(
        uint256[] calldata inAssets,
        address base,
        address quote
    ) external view returns (LossQuote[] memory lossQuotes) {
        uint256 sequencerUpSince = _checkSequencer();
        lossQuotes = new LossQuote[](inAssets.length);
        if (base == quote) {
            for (uint256 i; i < inAssets.length; ++i) _fillUnitQuote(lossQuotes[i], inAssets[i]);
            return lossQuotes;
        }
        Leg memory baseLeg = _readLeg(base, sequencerUpSince);
        Leg memory quoteLeg = _readLeg(quote, sequencerUpSince);
        for (uint256 i; i < inAssets.length; ++i) {
            _addPrimaries(lossQuotes[i], inAssets[i], base, quote, baseLeg, quoteLeg);
            _addSeconds(lossQuotes[i], inAssets[i], base, quote, baseLeg, quoteLeg);
        }
    }

    /// @dev Fills in a quote; only where the primary sources say less than `enoughAssets` are the second ones asked. Structs
    /// are filled in rather than returned: each function that returns one makes it anew.
    function _fillLossQuote(
        LossQuote memory lossQuote,
        uint256 inAssets,
        address base,
        address quote,
        uint256 enoughAssets
    ) private view {
        uint256 sequencerUpSince = _checkSequencer();
        if (base == quote) return _fillUnitQuote(lossQuote, inAssets);
        Leg memory baseLeg;
        Leg memory quoteLeg;
        _readPrimaryLeg(baseLeg, base);
        _readPrimaryLeg(quoteLeg, quote);
        _addPrimaries(lossQuote, inAssets, base, quote, baseLeg, quoteLeg);
        if (lossQuote.primaryAssets >= enoughAssets) return;
        _addSecond(baseLeg, base, sequencerUpSince);
        _addSecond(quoteLeg, quote, sequencerUpSince);
        _addSeconds(lossQuote, inAssets, base, quote, baseLeg, quoteLeg);
    }

    /// @dev What a token is worth in itself.
    function _fillUnitQuote(LossQuote memory lossQuote, uint256 inAssets) private view {
        (lossQuote.primaryAssets, lossQuote.highAssets) = (inAssets, inAssets);
        lossQuote.oldestRoundAt = uint64(block.timestamp);
    }

    /// @dev What the primary sources alone say.
    function _addPrimaries(
        LossQuote memory lossQuote,
        uint256 inAssets,
        address base,
        address quote,
        Leg memory baseLeg,
        Leg memory quoteLeg
    ) private pure {
        uint256 primaryAssets = _convert(inAssets, base, quote, baseLeg.primary, quoteLeg.primary);
        (lossQuote.primaryAssets, lossQuote.highAssets) = (primaryAssets, primaryAssets);
        lossQuote.oldestRoundAt = Math.min(baseLeg.updatedAt, quoteLeg.updatedAt).toUint64();
    }

    /// @dev Adds what the second sources say, where there are any.
    function _addSeconds(
        LossQuote memory lossQuote,
        uint256 inAssets,
        address base,
        address quote,
        Leg memory baseLeg,
        Leg memory quoteLeg
    ) private pure {
        if (!baseLeg.hasSecond && !quoteLeg.hasSecond) return;
        lossQuote.highAssets = _convert(inAssets, base, quote, baseLeg.high, quoteLeg.low);
        lossQuote.lossBlockedBy =
            baseLeg.blocksLoss
                ? base
                : quoteLeg.blocksLoss
                    ? quote
                    : address(0);
    }

    /// @inheritdoc IPriceOracle
    function getLossPrice(address base, address quote) external view returns (LossPrice memory price) {
        uint256 sequencerUpSince = _checkSequencer();
        if (base == quote) return LossPrice(1, 1, 0, 0, uint64(block.timestamp), address(0));
        Leg memory baseLeg = _readLeg(base, sequencerUpSince);
        Leg memory quoteLeg = _readLeg(quote, sequencerUpSince);
        (price.primaryNumerator, price.primaryDenominator) = _ratio(base, quote, baseLeg.primary, quoteLeg.primary);
        price.oldestRoundAt = Math.min(baseLeg.updatedAt, quoteLeg.updatedAt).toUint64();
        if (!baseLeg.hasSecond && !quoteLeg.hasSecond) return price;
        (price.highNumerator, price.highDenominator) = _ratio(base, quote, baseLeg.high, quoteLeg.low);
        if (baseLeg.blocksLoss) price.lossBlockedBy = base;
        else if (quoteLeg.blocksLoss) price.lossBlockedBy = quote;
    }

    // --------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IChainlinkOracle
    function latest(address asset) external view returns (uint256 answer, uint256 updatedAt) {
        _checkSequencer();
        (, answer, updatedAt) = _readPrimary(asset);
    }

    /// @inheritdoc IChainlinkOracle
    function priceRange(address asset) external view returns (PriceRange memory range) {
        Leg memory leg = _readLeg(asset, _checkSequencer());
        uint256 tokenDecimals = _primary[asset].tokenDecimals;
        range.primaryWad = _wholeUnitWad(leg.primary, tokenDecimals);
        range.lowWad = _wholeUnitWad(leg.low, tokenDecimals);
        range.highWad = _wholeUnitWad(leg.high, tokenDecimals);
        range.updatedAt = leg.updatedAt.toUint64();
        range.blocksLoss = leg.blocksLoss;
    }

    /// @inheritdoc IChainlinkOracle
    function feedConfig(address asset) external view returns (FeedConfig memory) {
        Source memory primary = _primary[asset];
        Source memory second = _second[asset];
        return
            FeedConfig({
                primary: _params(primary),
                primaryDecimals: primary.feedDecimals,
                second: _params(second),
                secondDecimals: second.feedDecimals,
                tokenDecimals: primary.tokenDecimals
            });
    }

    /// @inheritdoc IChainlinkOracle
    function sourceStatus(address asset) external view returns (SourceStatus memory status) {
        (status.primary, , ) = _inspectBounded(_primary[asset]);
        Source memory second = _second[asset];
        uint256 updatedAt;
        (status.second, , updatedAt) = _inspectBounded(second);
        if (status.second != SourceHealth.Unset && status.second != SourceHealth.Live) {
            status.silentSince = _silentSince(second, status.second, updatedAt);
        }
    }

    // ------------------------------------------------------------------------------------------------ reading a source

    /// @dev Reverts unless the sequencer is up and past its grace period.
    /// @return upSince When it came up, seconds; zero on an L1.
    function _checkSequencer() private view returns (uint256 upSince) {
        if (sequencerUptimeFeed == address(0)) return 0;
        (bool answered, int256 answer, uint256 startedAt, ) = FeedCall.latestRound(sequencerUptimeFeed, gasleft());
        if (!answered) revert SequencerFeedReverted(sequencerUptimeFeed);
        if (answer != 0) revert SequencerDown(sequencerUptimeFeed);
        if (startedAt == 0 || startedAt > block.timestamp) revert SequencerRoundInvalid(startedAt, block.timestamp);
        if (block.timestamp - startedAt < gracePeriod) {
            revert SequencerGracePeriod(startedAt, gracePeriod, block.timestamp);
        }
        return startedAt;
    }

    /// @dev The primary's round, or a revert that names what is wrong with it. No gas limit: a starved primary only
    /// makes the quote revert, and the caller pays for what a live one needs.
    /// @return word First slot of the source. Both are read as whole words: as a struct in memory they would cost a quote
    /// 500 gas more.
    function _readPrimary(address asset) private view returns (uint256 word, uint256 answer, uint256 updatedAt) {
        Source storage source = _primary[asset];
        uint256 band;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(source.slot)
            band := sload(add(source.slot, 1))
        }
        SourceHealth health;
        int256 signedAnswer;
        (health, signedAnswer, updatedAt) = _judge(
            address(uint160(word)),
            gasleft(),
            uint96(band),
            uint96(band >> 96),
            uint32(word >> 160)
        );
        if (health != SourceHealth.Live) _revertFor(health, asset, source, signedAnswer, updatedAt);
        return (word, uint256(signedAnswer), updatedAt);
    }

    /// @dev Price of a primary whose first slot is `word`.
    function _primaryPrice(uint256 word, uint256 answer) private pure returns (Price) {
        return _price(answer, uint8(word >> 192), _tokenDecimalsOf(word));
    }

    function _tokenDecimalsOf(uint256 word) private pure returns (uint256) {
        return uint8(word >> 200);
    }

    /// @dev The primary's price and what the second source, if there is one, adds to it.
    function _readLeg(address asset, uint256 sequencerUpSince) private view returns (Leg memory leg) {
        _readPrimaryLeg(leg, asset);
        _addSecond(leg, asset, sequencerUpSince);
    }

    /// @dev The primary's price alone.
    function _readPrimaryLeg(Leg memory leg, address asset) private view {
        (uint256 word, uint256 answer, uint256 updatedAt) = _readPrimary(asset);
        Price price = _primaryPrice(word, answer);
        (leg.primary, leg.low, leg.high) = (price, price, price);
        leg.updatedAt = updatedAt;
        leg.tokenDecimals = _tokenDecimalsOf(word);
        leg.hasSecond = word >> 208 != 0;
    }

    /// @dev Adds what the second source, if there is one, says.
    function _addSecond(Leg memory leg, address asset, uint256 sequencerUpSince) private view {
        if (!leg.hasSecond) return;
        Source memory second = _second[asset];
        (SourceHealth health, int256 secondAnswer, uint256 secondUpdatedAt) = _inspectBounded(second);
        if (health == SourceHealth.Live) {
            Price price = _price(uint256(secondAnswer), second.feedDecimals, leg.tokenDecimals);
            if (_isLower(price, leg.primary)) leg.low = price;
            else leg.high = price;
        } else {
            // While the sequencer was down a source could not speak, so its silence counts from the return only.
            uint256 silentSince = Math.max(_silentSince(second, health, secondUpdatedAt), sequencerUpSince);
            leg.blocksLoss = block.timestamp - silentSince < SECOND_SOURCE_TIMEOUT;
        }
    }

    /// @dev As `_inspect`, but no feed can use more than its share of gas. The check beforehand is what makes the
    /// verdict the feed's own: without it a caller could starve a live source and have it ignored.
    function _inspectBounded(
        Source memory source
    ) private view returns (SourceHealth health, int256 answer, uint256 updatedAt) {
        uint256 availableGas = gasleft();
        if (availableGas < SECOND_SOURCE_RESERVE) revert InsufficientGas(availableGas, SECOND_SOURCE_RESERVE);
        return _inspect(source, SECOND_SOURCE_GAS);
    }

    /// @dev Reads a source's latest round and judges it; never reverts.
    function _inspect(
        Source memory source,
        uint256 gasLimit
    ) private view returns (SourceHealth health, int256 answer, uint256 updatedAt) {
        return _judge(source.feed, gasLimit, source.minAnswer, source.maxAnswer, source.maxStaleness);
    }

    function _judge(
        address feed,
        uint256 gasLimit,
        uint256 minAnswer,
        uint256 maxAnswer,
        uint256 maxStaleness
    ) private view returns (SourceHealth health, int256 answer, uint256 updatedAt) {
        if (feed == address(0)) return (SourceHealth.Unset, 0, 0);
        bool answered;
        (answered, answer, , updatedAt) = FeedCall.latestRound(feed, gasLimit);
        if (!answered) health = SourceHealth.Unreadable;
        else if (updatedAt == 0) health = SourceHealth.Incomplete;
        else if (answer <= 0) health = SourceHealth.NonPositive;
        else if (uint256(answer) < minAnswer || uint256(answer) > maxAnswer) health = SourceHealth.OutOfBand;
        else if (updatedAt > block.timestamp) health = SourceHealth.Future;
        else if (block.timestamp - updatedAt > maxStaleness) health = SourceHealth.Stale;
        else health = SourceHealth.Live;
    }

    /// @dev Since when a silent second source is known to be silent. Only a stale round says so itself; other faults
    /// count from their record, and from now if there is no valid one.
    function _silentSince(Source memory second, SourceHealth health, uint256 updatedAt) private view returns (uint256) {
        if (health == SourceHealth.Stale) return updatedAt + second.maxStaleness;
        bool recorded = second.silentSince != 0 && block.timestamp - second.confirmedAt <= SILENCE_CONFIRMATION;
        return recorded ? second.silentSince : block.timestamp;
    }

    function _revertFor(
        SourceHealth health,
        address asset,
        Source storage source,
        int256 answer,
        uint256 updatedAt
    ) private view {
        address feed = source.feed;
        if (health == SourceHealth.Unset) revert FeedNotSet(asset);
        if (health == SourceHealth.Unreadable) revert FeedReverted(asset, feed);
        if (health == SourceHealth.Incomplete) revert IncompleteRound(asset, feed);
        if (health == SourceHealth.NonPositive) revert NonPositiveAnswer(asset, feed, answer);
        if (health == SourceHealth.OutOfBand) {
            revert AnswerOutOfBand(asset, feed, answer, source.minAnswer, source.maxAnswer);
        }
        if (health == SourceHealth.Future) revert FutureAnswer(asset, feed, updatedAt, block.timestamp);
        revert StaleAnswer(asset, feed, updatedAt, source.maxStaleness, block.timestamp);
    }

    // ---------------------------------------------------------------------------------------------------- arithmetic

    /// @dev An answer fits 96 bits, decimals are at most 36 each.
    function _price(uint256 answer, uint256 feedDecimals, uint256 tokenDecimals) private pure returns (Price) {
        unchecked {
            return Price.wrap((answer << 8) | (feedDecimals + tokenDecimals));
        }
    }

    function _answerOf(Price price) private pure returns (uint256) {
        return Price.unwrap(price) >> 8;
    }

    function _scaleOf(Price price) private pure returns (uint256) {
        return uint8(Price.unwrap(price));
    }

    /// @dev Price of one whole unit in the common unit, WAD, rounded down.
    function _wholeUnitWad(Price price, uint256 tokenDecimals) private pure returns (uint256) {
        uint256 feedDecimals = _scaleOf(price) - tokenDecimals;
        return
            feedDecimals > WAD_DECIMALS
                ? _answerOf(price) / 10 ** (feedDecimals - WAD_DECIMALS)
                : _answerOf(price) * 10 ** (WAD_DECIMALS - feedDecimals);
    }

    /// @dev Compares two prices of one asset exactly. Their scales differ by at most 36, so 96 + 120 bits suffice.
    function _isLower(Price a, Price b) private pure returns (bool) {
        (uint256 scaleOfA, uint256 scaleOfB) = (_scaleOf(a), _scaleOf(b));
        return
            scaleOfA > scaleOfB
                ? _answerOf(a) < _answerOf(b) * 10 ** (scaleOfA - scaleOfB)
                : _answerOf(a) * 10 ** (scaleOfB - scaleOfA) < _answerOf(b);
    }

    /// @dev inAssets x base.answer x 10^quote.scale / (quote.answer x 10^base.scale), rounded down once: dividing by
    /// two factors in turn gives the same floor as dividing by their product. 160 + 96 bits fit one word; the power
    /// of ten (at most 72 decimals, 240 bits) needs the 512-bit product.
    function _convert(
        uint256 inAssets,
        address base,
        address quote,
        Price basePrice,
        Price quotePrice
    ) private pure returns (uint256) {
        if (inAssets > MAX_IN_ASSETS) revert QuoteOverflow(inAssets, base, quote);
        (uint256 baseScale, uint256 quoteScale) = (_scaleOf(basePrice), _scaleOf(quotePrice));
        uint256 quoteAnswer = _answerOf(quotePrice);
        unchecked {
            uint256 worth = inAssets * _answerOf(basePrice);
            if (baseScale >= quoteScale) return worth / 10 ** (baseScale - quoteScale) / quoteAnswer;
            uint256 factor = 10 ** (quoteScale - baseScale);
            (uint256 high, ) = Math.mul512(worth, factor);
            if (high >= quoteAnswer) revert QuoteOverflow(inAssets, base, quote);
            return Math.mulDiv(worth, factor, quoteAnswer);
        }
    }

    /// @dev The fraction by which `_convert` multiplies an amount. An answer has 96 bits, 10^48 has 160, so a word holds it
    /// unless two scales are further apart than that; then amounts must be asked about one by one.
    function _ratio(
        address base,
        address quote,
        Price basePrice,
        Price quotePrice
    ) private pure returns (uint256 numerator, uint256 denominator) {
        (numerator, denominator) = (_answerOf(basePrice), _answerOf(quotePrice));
        (uint256 baseScale, uint256 quoteScale) = (_scaleOf(basePrice), _scaleOf(quotePrice));
        if (baseScale > quoteScale + MAX_SCALE_GAP || quoteScale > baseScale + MAX_SCALE_GAP) {
            revert ScalesTooFarApart(base, quote);
        }
        unchecked {
            if (baseScale >= quoteScale) denominator *= 10 ** (baseScale - quoteScale);
            else numerator *= 10 ** (quoteScale - baseScale);
        }
    }

    // ------------------------------------------------------------------------------------------ configuration, private

    function _configure(Source storage source, SourceParams calldata params) private {
        if (params.feed.code.length == 0) revert FeedWithoutCode(params.feed);
        if (params.maxStaleness == 0 || params.maxStaleness > MAX_STALENESS) {
            revert InvalidStaleness(params.maxStaleness, MAX_STALENESS);
        }
        if (params.minAnswer == 0 || params.minAnswer >= params.maxAnswer) {
            revert InvalidBand(params.minAnswer, params.maxAnswer);
        }
        source.feed = params.feed;
        source.maxStaleness = params.maxStaleness;
        source.feedDecimals = _readDecimals(params.feed);
        source.minAnswer = params.minAnswer;
        source.maxAnswer = params.maxAnswer;
    }

    /// @dev Read once: a feed whose decimals change later answers outside its band.
    function _readDecimals(address source) private view returns (uint8) {
        (bool answered, uint256 value) = FeedCall.tryDecimals(source);
        if (!answered) revert DecimalsUnreadable(source);
        if (value > MAX_DECIMALS) revert UnsupportedDecimals(source, value, MAX_DECIMALS);
        return uint8(value);
    }

    function _params(Source memory source) private pure returns (SourceParams memory) {
        return SourceParams(source.feed, source.maxStaleness, source.minAnswer, source.maxAnswer);
    }
}
