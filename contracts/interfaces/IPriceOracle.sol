// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Price source of the vaults: ERC-7726 quotes plus what a decision about a loss needs
/// @notice Quotes are amounts, not prices: `inAssets` of `base` are worth `outAssets` of `quote`, both in the token's
/// own smallest unit, rounded down. Implementations revert with a named error rather than return a doubtful figure.
interface IPriceOracle {
    /// @notice What every live source says of one amount, for decisions that may book a loss.
    /// @param primaryAssets Worth by the primary sources, asset units of `quote`, rounded down.
    /// @param highAssets Worth by the most generous combination of all live sources, asset units of `quote`.
    /// @param oldestRoundAt `updatedAt` (seconds) of the oldest primary round the quote rests on.
    /// @param lossBlockedBy Asset whose second source has been silent for less than a day, so that no loss may be
    /// booked yet; zero when a loss may be booked.
    struct LossQuote {
        uint256 primaryAssets;
        uint256 highAssets;
        uint64 oldestRoundAt;
        address lossBlockedBy;
    }

    /// @notice What every live source says of one collateral, for whoever has many amounts of it: an amount is worth
    /// amount x numerator / denominator, rounded down, which is what `getLossQuote` says of it.
    /// @param primaryNumerator By the primary sources, smallest units of `quote`.
    /// @param primaryDenominator In so many smallest units of `base`; never zero.
    /// @param highNumerator By the most generous combination of all live sources, smallest units of `quote`.
    /// @param highDenominator In so many smallest units of `base`; zero where there are none but the primary ones.
    /// @param oldestRoundAt As in `LossQuote`.
    /// @param lossBlockedBy As in `LossQuote`.
    struct LossPrice {
        uint256 primaryNumerator;
        uint256 primaryDenominator;
        uint256 highNumerator;
        uint256 highDenominator;
        uint64 oldestRoundAt;
        address lossBlockedBy;
    }

    /// @notice ERC-7726 quote from the primary sources.
    /// @param inAssets Amount of `base`, in its smallest unit.
    /// @param base Token the amount is in.
    /// @param quote Token to express it in.
    /// @return outAssets Amount of `quote`, in its smallest unit, rounded down.
    function getQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets);

    /// @notice The most cautious worth of `inAssets`: every live source considered, the lowest result returned.
    /// Used for borrowing and for withdrawing collateral.
    /// @return outAssets Amount of `quote`, in its smallest unit, rounded down.
    function getLowQuote(uint256 inAssets, address base, address quote) external view returns (uint256 outAssets);

    /// @notice Primary and most generous worth of `inAssets`, with the age of the evidence.
    function getLossQuote(uint256 inAssets, address base, address quote) external view returns (LossQuote memory);

    /// @notice As `getLossQuote`, for who needs the other sources only where a loss may follow: where the primary sources say
    /// `enoughAssets` or more they alone answer (`highAssets` is `primaryAssets` and nothing blocks), and no other source is
    /// read.
    /// @param enoughAssets Worth from which on there is no loss, asset units of `quote`.
    function getLiquidationQuote(
        uint256 inAssets,
        address base,
        address quote,
        uint256 enoughAssets
    ) external view returns (LossQuote memory);
    /// @notice Primary and most generous price, with the age of the evidence; every source is read once.
    function getLossPrice(address base, address quote) external view returns (LossPrice memory);

    /// @notice As `getLossQuote` for several amounts of the same token; every source is read once.
    function getLossQuotes(
        uint256[] calldata inAssets,
        address base,
        address quote
    ) external view returns (LossQuote[] memory);
}
