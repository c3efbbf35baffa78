// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBackstopToken} from "./IBackstopToken.sol";
import {IDilution} from "./IDilution.sol";

/// @title The Dutch auction upside down: recovered money buys minted tokens back and burns them
/// @notice One round per recovery that reaches the dilution layer. The price rises in a straight line to the average
/// issue price of that write-off, stays there until the round ends, and is in asset units per whole token (10^18 token
/// units): start + (max - start) x elapsed / riseSeconds, rounded down. Sellers receive tokens x price, rounded down.
interface IBuybackAuction {
    /// @notice One round. Two slots.
    /// @param assets Money left to spend, asset units; zero once the round is closed.
    /// @param openedAt When the price began to rise, seconds.
    /// @param endsAt First second at which nothing is bought any more.
    /// @param riseSeconds Time in which the price rises.
    /// @param isOfClaims Whether the money came by claims that lenders gave for tokens (IInKindClaims), and not up the
    /// ladder: what is left of it then is paid in again as a recovery.
    /// @param startPrice Price at `openedAt`.
    /// @param maxPrice Price from `openedAt` + `riseSeconds` on: the average issue price, rounded down. Tokens sold for the
    /// same write-off afterwards may lower that average; no round pays more than it.
    struct Round {
        // slot 1
        uint128 assets;
        uint32 openedAt;
        uint32 endsAt;
        uint32 riseSeconds;
        bool isOfClaims;
        // slot 2
        uint112 startPrice;
        uint112 maxPrice;
    }

    /// @notice `assets` recovered for write-off `id` of `vault` are to be spent in round number `round`.
    event RoundOpened(
        address indexed vault,
        uint256 indexed id,
        uint256 round,
        uint256 assets,
        uint256 startPrice,
        uint256 maxPrice,
        uint256 riseSeconds,
        uint256 endsAt
    );
    /// @notice `seller` gave `tokens`, which were burnt, and `assets` were paid to `receiver`.
    event TokensBoughtBack(
        address indexed vault,
        uint256 indexed id,
        address indexed seller,
        uint256 round,
        address receiver,
        uint256 tokens,
        uint256 assets,
        uint256 price
    );
    /// @notice The round is closed; `unspentAssets` went on, see {IDilution-unspent}.
    event RoundSettled(address indexed vault, uint256 indexed id, uint256 round, uint256 unspentAssets);

    /// @notice Only Dilution may call this.
    error OnlyDilution(address caller);
    /// @notice Write-off `id` of `vault` has no round of this number.
    error UnknownRound(address vault, uint256 id, uint256 round);
    /// @notice The money of the round is spent or returned.
    error RoundClosed(address vault, uint256 id, uint256 round);
    /// @notice The round bought until `endsAt` (seconds).
    error RoundEnded(address vault, uint256 id, uint256 round, uint256 endsAt);
    /// @notice The round buys until `endsAt` (seconds) and `buyableTokens` can still be bought back.
    error RoundStillOpen(address vault, uint256 id, uint256 round, uint256 endsAt, uint256 buyableTokens);
    /// @notice Nothing to sell: `tokens` would bring nothing. `buyableTokens` can still be bought back for this
    /// write-off.
    error NothingToSell(uint256 tokens, uint256 buyableTokens);
    /// @notice The tokens bring less than the seller accepts.
    error AssetsBelowLimit(uint256 assets, uint256 minAssets);

    /// @notice The dilution layer, which opens rounds and takes back what they do not spend.
    function dilution() external view returns (IDilution);

    /// @notice The token that is bought back.
    function token() external view returns (IBackstopToken);

    /// @notice Number of rounds of write-off `id`; they are numbered from 0.
    function roundCount(address vault, uint256 id) external view returns (uint256);

    /// @notice One round.
    function round(address vault, uint256 id, uint256 number) external view returns (Round memory);

    /// @notice Tokens bought back for write-off `id` and burnt.
    function burntTokens(address vault, uint256 id) external view returns (uint256 tokens);

    /// @notice Tokens that may still be bought back for write-off `id`: minted for it less burnt for it.
    function buyableTokens(address vault, uint256 id) external view returns (uint256 tokens);

    /// @notice Present price of a round, asset units per whole token, rounded down.
    function currentPrice(address vault, uint256 id, uint256 number) external view returns (uint256 price);

    /// @notice What `sell` would do now with up to `maxTokens`; zeros when it would revert.
    /// @return tokens That would be burnt.
    /// @return assets That would be paid for them, rounded down.
    function quoteSell(
        address vault,
        uint256 id,
        uint256 number,
        uint256 maxTokens
    ) external view returns (uint256 tokens, uint256 assets);

    /// @notice Sells up to `maxTokens` of the caller, by its allowance, to round `number` of write-off `id`. Takes no
    /// more tokens than the round's money pays for (rounded up) and than are left to buy back.
    /// @param minAssets Least to receive for what is taken, asset units.
    /// @param receiver Account that is paid.
    /// @return tokens Burnt.
    /// @return assets Paid, tokens x price, rounded down.
    function sell(
        address vault,
        uint256 id,
        uint256 number,
        uint256 maxTokens,
        uint256 minAssets,
        address receiver
    ) external returns (uint256 tokens, uint256 assets);

    /// @notice Closes a round that has ended, or for which no token is left to buy back, and sends its money up the
    /// waterfall, or back in as a recovery where it came by claims. Open to all.
    /// @return unspentAssets Sent up, asset units.
    function settle(address vault, uint256 id, uint256 number) external returns (uint256 unspentAssets);

    /// @notice Dilution only: starts a round with `assets` that have just been transferred here.
    /// @param maxPrice Average issue price, asset units per whole token.
    function open(
        address vault,
        uint256 id,
        uint256 assets,
        uint256 maxPrice,
        IDilution.BuybackTerms calldata terms,
        bool isOfClaims
    ) external;
}
