// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Dutch sale of tokens that are minted against a loss
/// @notice One lot per write-off, any number of them at once. The price falls in a straight line from the start price to the floor, stays there
/// until the lot expires, and is in asset units per whole token (10^18 token units):
/// start - (start - floor) x elapsed / fallSeconds, rounded up. Buyers pay tokens x price, rounded up, straight to the
/// vault, for the lenders charged by that write-off, and no more than those are still owed. Who buys all that they are
/// owed pays exactly that, less than a token unit's price more than the tokens, rounded down, cost. A purchase after which
/// they are owed less than a token unit costs at the floor closes the lot.
interface IDebtAuction {
    /// @notice One lot.
    /// @param offeredTokens Tokens on offer; what is settled unsold is taken off, so a closed lot has none left.
    /// @param soldTokens Tokens of it that were sold and minted.
    /// @param openedAt When the price began to fall, seconds.
    /// @param expiresAt First second at which nothing is sold any more.
    /// @param startPrice Price at `openedAt`.
    /// @param floorPrice Price from `openedAt` + `fallSeconds` on.
    /// @param fallSeconds Time in which the price falls.
    /// @param claimSeconds Time after `expiresAt` in which charged lenders may take what is left; see IInKindClaims.
    struct Lot {
        uint96 offeredTokens;
        uint96 soldTokens;
        uint32 openedAt;
        uint32 expiresAt;
        uint112 startPrice;
        uint112 floorPrice;
        uint32 fallSeconds;
        uint32 claimSeconds;
    }

    /// @notice `tokens` are on offer for write-off `id` of `vault`.
    event LotOpened(
        address indexed vault,
        uint256 indexed id,
        uint256 tokens,
        uint256 startPrice,
        uint256 floorPrice,
        uint256 fallSeconds,
        uint256 expiresAt
    );
    /// @notice `tokens` of an expired lot went to charged lenders in place of a part of their claim.
    event LotTaken(address indexed vault, uint256 indexed id, uint256 tokens);
    /// @notice `buyer` paid `assets` to the vault and `tokens` were minted to `receiver`.
    event LotBought(
        address indexed vault,
        uint256 indexed id,
        address indexed buyer,
        address receiver,
        uint256 tokens,
        uint256 assets,
        uint256 price
    );
    /// @notice The lot is closed; `unsoldTokens` went back to the vault's budget.
    event LotSettled(address indexed vault, uint256 indexed id, uint256 unsoldTokens);

    /// @notice Write-off `id` of `vault` has no lot.
    error UnknownLot(address vault, uint256 id);
    /// @notice Everything of the lot is sold or settled.
    error LotClosed(address vault, uint256 id);
    /// @notice The lot sold until `expiresAt` (seconds).
    error LotExpired(address vault, uint256 id, uint256 expiresAt);
    /// @notice The lot is sold or may be taken until `closesAt` (seconds) and its lenders are still owed
    /// `outstandingAssets`.
    error LotStillOpen(address vault, uint256 id, uint256 closesAt, uint256 outstandingAssets);
    /// @notice What is left of the lot may be taken from `from` until before `until` (seconds).
    error NotClaimTime(address vault, uint256 id, uint256 from, uint256 until);
    /// @notice Only `remainingTokens` are left.
    error ExceedsLot(uint256 tokens, uint256 remainingTokens);
    /// @notice Purchases of this vault's lots are paused.
    error SalePaused(address vault);
    /// @notice The purchase was valid until `deadline` (seconds).
    error DeadlinePassed(uint256 deadline, uint256 nowTimestamp);
    /// @notice The price is above what the buyer accepts.
    error PriceAboveLimit(uint256 price, uint256 maxPrice);
    /// @notice Nothing to buy: asked for `maxTokens`, `remainingTokens` are left, the lenders are owed
    /// `outstandingAssets`.
    error NothingToBuy(uint256 maxTokens, uint256 remainingTokens, uint256 outstandingAssets);

    /// @notice The lot of write-off `id` of `vault`.
    function lot(address vault, uint256 id) external view returns (Lot memory);

    /// @notice Tokens of the lot neither sold nor settled.
    function remainingTokens(address vault, uint256 id) external view returns (uint256 tokens);

    /// @notice Tokens that were ever sold for write-off `id` of `vault`, over all openings of its lot.
    function soldTokens(address vault, uint256 id) external view returns (uint256 tokens);

    /// @notice Present price of the lot, asset units per whole token, rounded up.
    function currentPrice(address vault, uint256 id) external view returns (uint256 price);

    /// @notice What `buy` would sell now; zeros when it would revert.
    /// @param maxTokens Most tokens to buy.
    /// @return tokens As many of them as are left and as the lenders' outstanding charge pays for, rounded down.
    /// @return assets What they cost, rounded up, or all that the lenders are owed.
    function quoteBuy(
        address vault,
        uint256 id,
        uint256 maxTokens
    ) external view returns (uint256 tokens, uint256 assets);

    /// @notice Buys up to `maxTokens` at the present price, with assets pulled from the caller.
    /// @param maxPrice Highest acceptable price, asset units per whole token.
    /// @param receiver Account the tokens are minted to.
    /// @param deadline Last second at which the purchase is accepted.
    /// @return tokens Minted.
    /// @return assets Paid: tokens x price, rounded up, or all that the lenders are owed.
    function buy(
        address vault,
        uint256 id,
        uint256 maxTokens,
        uint256 maxPrice,
        address receiver,
        uint256 deadline
    ) external returns (uint256 tokens, uint256 assets);

    /// @notice Closes a lot that has expired and whose claim window is over, or whose lenders are owed less than one
    /// token unit costs at the floor. Open to all.
    /// @return unsoldTokens Given back to the vault's budget.
    function settle(address vault, uint256 id) external returns (uint256 unsoldTokens);

    /// @notice Writes into the slots of the lots that the next `count` write-offs of `vault` may open, so that opening each
    /// costs 17,100 gas less. What is prepared already is not written again. Changes no figure; open to all. Reverts with
    /// `IWriteOffEngine.UnknownVault`, and with `PreparedCountOutOfRange` unless `count` is 1 to 128.
    /// @return slots How many slots were written.
    function prepareLots(address vault, uint256 count) external returns (uint256 slots);

    /// @notice For how many of the next write-offs of `vault`, without a gap and at most 128, the lot is prepared.
    function preparedLots(address vault) external view returns (uint256 lots);
}
