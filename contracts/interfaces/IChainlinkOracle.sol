// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPriceOracle} from "./IPriceOracle.sol";

/// @title Prices from Chainlink feeds: every check named, an optional second source per asset, L2 aware
/// @notice Each asset has one primary feed and may have a second source; all of them price one whole token in the same
/// common unit (for instance US dollars), and a quote is the ratio of two such prices. A source is *live* when its
/// latest round can be read and passes every check; a *silent* one fails any of them.
interface IChainlinkOracle is IPriceOracle {
    /// @notice Verdict on a source's latest round. Checked in this order, the first failure counts.
    enum SourceHealth {
        Unset,
        Live,
        /// The call failed, used more gas than allowed, or returned fewer bytes than a round has.
        Unreadable,
        /// `updatedAt` is zero: the round was never finished.
        Incomplete,
        NonPositive,
        OutOfBand,
        Future,
        /// An otherwise sane round, older than `maxStaleness`.
        Stale
    }

    /// @notice How to read one source.
    /// @param feed Contract answering `latestRoundData()`: a Chainlink proxy or an adapter with the same interface.
    /// @param maxStaleness Greatest age of a round, seconds. Heartbeat plus a margin: real rounds come late.
    /// @param minAnswer Lowest answer believed, in the feed's own decimals.
    /// @param maxAnswer Highest answer believed, in the feed's own decimals.
    struct SourceParams {
        address feed;
        uint32 maxStaleness;
        uint96 minAnswer;
        uint96 maxAnswer;
    }

    /// @notice Everything configured for an asset; `primary.feed` is zero if nothing is.
    /// @param primaryDecimals Decimals of the primary's answers, read when it was set.
    /// @param second Second source; its `feed` is zero if there is none.
    /// @param secondDecimals Decimals of the second source's answers, read when it was set.
    /// @param tokenDecimals Decimals of the asset, read when the primary was set.
    struct FeedConfig {
        SourceParams primary;
        uint8 primaryDecimals;
        SourceParams second;
        uint8 secondDecimals;
        uint8 tokenDecimals;
    }

    /// @notice The verdicts of this moment on an asset's sources, the sequencer left aside.
    /// @param silentSince Since when the second source is known to be silent, seconds; zero when it is live or unset,
    /// the present when its fault bears no timestamp and `recordSilence` holds no valid record.
    struct SourceStatus {
        SourceHealth primary;
        SourceHealth second;
        uint256 silentSince;
    }

    /// @notice What all live sources say of one whole unit of an asset, in the common unit, WAD, rounded down.
    /// @param primaryWad By the primary.
    /// @param lowWad By the lowest live source.
    /// @param highWad By the highest live source.
    /// @param updatedAt When the primary's round was answered, seconds.
    /// @param blocksLoss Whether the second source has been silent for less than a day, so that no loss may be booked yet.
    struct PriceRange {
        uint256 primaryWad;
        uint256 lowWad;
        uint256 highWad;
        uint64 updatedAt;
        bool blocksLoss;
    }

    /// @notice A primary feed was set or replaced.
    event FeedSet(
        address indexed asset,
        address indexed feed,
        uint8 feedDecimals,
        uint8 tokenDecimals,
        uint32 maxStaleness,
        uint96 minAnswer,
        uint96 maxAnswer
    );

    /// @notice An asset lost its primary feed and its second source.
    event FeedRemoved(address indexed asset);

    /// @notice A second source was set or replaced; any record of silence is gone.
    event SecondSourceSet(
        address indexed asset,
        address indexed feed,
        uint8 feedDecimals,
        uint32 maxStaleness,
        uint96 minAnswer,
        uint96 maxAnswer
    );

    /// @notice An asset has only its primary feed left.
    event SecondSourceRemoved(address indexed asset);

    /// @notice Somebody found the second source silent; `silentSince` (seconds) is what a loss quote will count from.
    event SilenceRecorded(address indexed asset, address indexed feed, uint256 silentSince);

    /// @notice Somebody found the second source live again.
    event SilenceCleared(address indexed asset, address indexed feed);

    /// @notice No primary feed is configured.
    error FeedNotSet(address asset);

    /// @notice The asset has no second source.
    error SecondSourceNotSet(address asset);

    /// @notice The feed's call failed or returned less than a round.
    error FeedReverted(address asset, address feed);

    /// @notice The feed's latest round was never finished.
    error IncompleteRound(address asset, address feed);

    /// @notice The answer is zero or negative.
    error NonPositiveAnswer(address asset, address feed, int256 answer);

    /// @notice The answer lies outside the configured band.
    error AnswerOutOfBand(address asset, address feed, int256 answer, uint256 minAnswer, uint256 maxAnswer);

    /// @notice The round claims to come from the future.
    error FutureAnswer(address asset, address feed, uint256 updatedAt, uint256 nowTimestamp);

    /// @notice The round is older than allowed.
    error StaleAnswer(address asset, address feed, uint256 updatedAt, uint256 maxStaleness, uint256 nowTimestamp);

    /// @notice The L2 sequencer is reported down.
    error SequencerDown(address sequencerUptimeFeed);

    /// @notice The L2 sequencer is up again for less than the grace period.
    error SequencerGracePeriod(uint256 startedAt, uint256 gracePeriod, uint256 nowTimestamp);

    /// @notice The sequencer feed's round has no start, or one in the future.
    error SequencerRoundInvalid(uint256 startedAt, uint256 nowTimestamp);

    /// @notice The sequencer feed's call failed or returned less than a round.
    error SequencerFeedReverted(address sequencerUptimeFeed);

    /// @notice The worth of `inAssets` is not representable, or `inAssets` is 2^160 or more.
    error QuoteOverflow(uint256 inAssets, address base, address quote);

    /// @notice Decimals of feed and token of `base` differ by more than 48 from those of `quote`: there is no one price in a
    /// word, only quotes.
    error ScalesTooFarApart(address base, address quote);

    /// @notice Too little gas to tell a silent second source from a starved one.
    error InsufficientGas(uint256 availableGas, uint256 requiredGas);

    /// @notice A feed to be configured is not a contract.
    error FeedWithoutCode(address feed);

    /// @notice Primary and second source would be the same contract.
    error SameFeed(address asset, address feed);

    /// @notice The maximum staleness is zero or beyond `maximum`.
    error InvalidStaleness(uint256 maxStaleness, uint256 maximum);

    /// @notice The band is empty or reaches down to zero.
    error InvalidBand(uint256 minAnswer, uint256 maxAnswer);

    /// @notice A feed's or token's decimals cannot be read.
    error DecimalsUnreadable(address source);

    /// @notice A feed's or token's decimals exceed `maximum`.
    error UnsupportedDecimals(address source, uint256 decimals, uint256 maximum);

    /// @notice With a sequencer feed the grace period must lie between 1 second and one day, without one it must be 0.
    error InvalidGracePeriod(address sequencerUptimeFeed, uint256 gracePeriod);

    /// @notice Configures or replaces the primary feed of `asset`; keeps its second source. Restricted.
    function setFeed(address asset, SourceParams calldata params) external;

    /// @notice Configures or replaces the second source of `asset` and forgets any recorded silence. Restricted.
    function setSecondSource(address asset, SourceParams calldata params) external;

    /// @notice Removes primary and second source of `asset`: quotes involving it revert from now on. Restricted.
    function removeFeed(address asset) external;

    /// @notice Removes the second source of `asset`: its primary decides alone from now on. Restricted.
    function removeSecondSource(address asset) external;

    /// @notice Writes down what the second source of `asset` does now: starts or confirms a record of its silence, or
    /// clears it when the source is live. Open to all.
    /// @dev A fault without a timestamp (a reverting feed, a negative answer) counts as silence only from its first
    /// record on, and only while no two records, nor the last one and the present, lie more than six hours apart.
    /// Otherwise two short faults, days apart, would pass for one long silence.
    function recordSilence(address asset) external;

    /// @notice Everything configured for `asset`.
    function feedConfig(address asset) external view returns (FeedConfig memory);

    /// @notice Latest primary answer of `asset`, after every check a quote makes.
    /// @return answer Price of one whole token in the common unit, in the feed's decimals.
    /// @return updatedAt When the round was answered, seconds.
    function latest(address asset) external view returns (uint256 answer, uint256 updatedAt);

    /// @notice Prices of one whole unit of `asset` by all live sources, after every check a quote makes.
    function priceRange(address asset) external view returns (PriceRange memory);

    /// @notice Verdicts on both sources of `asset`. Never reverts because of what a feed does.
    function sourceStatus(address asset) external view returns (SourceStatus memory);

    /// @notice Chainlink's uptime feed of the L2's sequencer; zero on an L1.
    function sequencerUptimeFeed() external view returns (address);

    /// @notice Seconds after the sequencer's return during which every quote reverts.
    function gracePeriod() external view returns (uint256);
}
