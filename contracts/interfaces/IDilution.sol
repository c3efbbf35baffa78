// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBackstopMinter} from "./IBackstopMinter.sol";
import {IBuybackAuction} from "./IBuybackAuction.sol";
import {IDebtAuction} from "./IDebtAuction.sol";
import {IInKindClaims} from "./IInKindClaims.sol";
import {ILossTranche} from "./ILossTranche.sol";
import {IPriceOracle} from "./IPriceOracle.sol";
import {IRestructuringTranche} from "./IRestructuringTranche.sol";
import {IUnderwriterBook} from "./IUnderwriterBook.sol";
import {IWriteOffEngine} from "./IWriteOffEngine.sol";

/// @title The dilution layer: minting against a loss, within a budget and above a floor price
/// @notice Serves several vaults. Each has limits, terms and counters of its own, and no vault can use another's.
/// Tokens are in units of 10^-18, assets in the vault's asset units, prices in asset units per whole token, times in
/// seconds.
interface IDilution is ILossTranche, IRestructuringTranche, IBackstopMinter {
    /// @notice The token that this contract creates and mints.
    /// @param name ERC-20 name.
    /// @param symbol ERC-20 symbol.
    /// @param cap Most tokens that can ever exist at one time, the initial supply included.
    /// @param initialSupply Tokens minted once, at construction.
    /// @param initialHolder Account that receives them.
    struct TokenTerms {
        string name;
        string symbol;
        uint96 cap;
        uint96 initialSupply;
        address initialHolder;
    }

    /// @notice How many tokens one vault's losses may mint.
    /// @param hourCap Capacity of the hourly leaky bucket.
    /// @param monthCap Capacity of the thirty-day leaky bucket.
    /// @param lifetimeCap Tokens over the whole life; burning gives nothing back.
    struct Limits {
        uint96 hourCap;
        uint96 monthCap;
        uint96 lifetimeCap;
    }

    /// @notice How tokens are sold. One slot.
    /// @param startPrice Highest price at which a lot opens; see `previewStartPrice`.
    /// @param floorPrice Price under which no token is ever minted.
    /// @param fallSeconds Time in which the price falls from start to floor.
    /// @param saleSeconds Time after which a lot expires; at least `fallSeconds`.
    struct SaleTerms {
        uint104 startPrice;
        uint104 floorPrice;
        uint24 fallSeconds;
        uint24 saleSeconds;
    }

    /// @notice How recovered money buys tokens back.
    /// @param startBps First price, in basis points of the average issue price of the write-off.
    /// @param riseSeconds Time in which the price rises to the average issue price.
    /// @param offerSeconds Time after which what is left goes up to insurance and reserves; at least `riseSeconds`.
    struct BuybackTerms {
        uint16 startBps;
        uint32 riseSeconds;
        uint32 offerSeconds;
    }

    /// @notice What was issued for one write-off.
    /// @param raisedAssets Money that buyers paid, asset units.
    /// @param mintedTokens Tokens they received.
    struct Issue {
        uint128 raisedAssets;
        uint128 mintedTokens;
    }

    /// @notice A vault has new limits.
    event LimitsSet(address indexed vault, uint256 hourCap, uint256 monthCap, uint256 lifetimeCap);
    /// @notice A vault has new sale terms; open lots keep theirs.
    event SaleTermsSet(
        address indexed vault,
        uint256 startPrice,
        uint256 floorPrice,
        uint256 fallSeconds,
        uint256 saleSeconds
    );
    /// @notice A vault has new buyback terms; open rounds keep theirs.
    event BuybackTermsSet(address indexed vault, uint256 startBps, uint256 riseSeconds, uint256 offerSeconds);
    /// @notice The sum of all vaults' lifetime caps may not pass `tokens`.
    event GlobalCapSet(uint256 tokens);
    /// @notice Standing bids for `vault` are in `book`; zero when there are none.
    event UnderwritersSet(address indexed vault, address indexed book);
    /// @notice Charged lenders take what a sale left through `claims`, for good.
    event InKindClaimsSet(address indexed claims);
    /// @notice Charged lenders of `vault` may take what a sale left for `claimSeconds` after it; open lots keep theirs.
    event ClaimWindowSet(address indexed vault, uint256 claimSeconds);
    /// @notice `assets` are left of claims that lenders gave for tokens, and nobody is owed anything for that write-off;
    /// they are kept until the fund takes them.
    event ClaimMoneyKept(address indexed vault, uint256 indexed id, uint256 assets);
    /// @notice `fund` took `assets` that were left of claims, as premium.
    event ClaimMoneyForwarded(address indexed vault, address indexed fund, uint256 assets);
    /// @notice Lots of `vault` open at what `oracle` says; zero: at what the last sale brought.
    event TokenOracleSet(address indexed vault, address indexed oracle);
    /// @notice New lots and purchases of this vault are stopped (`paused`) or allowed again.
    event DilutionPauseSet(address indexed vault, bool paused);

    /// @notice Only the write-off engine may call this.
    error OnlyEngine(address caller);
    /// @notice Only the auction it belongs to may call this.
    error OnlyAuction(address caller);
    /// @notice The engine does not know `vault`.
    error UnknownVault(address vault);
    /// @notice The lifetime caps of all vaults would add up to `allocatedTokens`, more than the global cap.
    error ExceedsGlobalCap(uint256 allocatedTokens, uint256 globalCap);
    /// @notice The token's own cap leaves `mintableTokens` beside the initial supply; a global cap may not be higher.
    error ExceedsTokenCap(uint256 globalCap, uint256 mintableTokens);
    /// @notice The floor must be above zero and at most the start price.
    error InvalidPrices(uint256 startPrice, uint256 floorPrice);
    /// @notice The price must move for at least a second, and no longer than the whole time, which is at most
    /// `maxSeconds`.
    error InvalidDurations(uint256 moveSeconds, uint256 wholeSeconds, uint256 maxSeconds);
    /// @notice A buyback must start above zero and at most at the average issue price (10,000 basis points).
    error InvalidStartBps(uint256 startBps);
    /// @notice `book` is not made for this vault and this token.
    error ForeignBook(address vault, address book);
    /// @notice A claim window lasts at most `maxSeconds`.
    error ClaimWindowTooLong(uint256 claimSeconds, uint256 maxSeconds);
    /// @notice There is no claim window before `setInKindClaims`.
    error NoInKindClaims();
    /// @notice `claims` is not made for this contract, or `present` was set before and cannot be replaced.
    error ForeignClaims(address claims, address present);
    /// @notice Nothing is kept for `vault`'s fund.
    error NothingKept(address vault);
    /// @notice `oracle` has no code.
    error OracleWithoutCode(address oracle);
    /// @notice The book took `tokens` for `assets`, less than the floor price or more than the budget.
    error BadFill(address vault, uint256 tokens, uint256 assets);

    /// @notice The waterfall this layer belongs to.
    function engine() external view returns (IWriteOffEngine);

    /// @notice Where minted tokens are sold: this contract itself.
    function debtAuction() external view returns (IDebtAuction);

    /// @notice Where recovered money buys tokens back.
    function buybackAuction() external view returns (IBuybackAuction);

    /// @notice Where charged lenders take what a sale left in place of a part of their claim; zero before it is set.
    function inKindClaims() external view returns (IInKindClaims);

    /// @notice Sets that contract, once and for good. It mints, so it must be the one made for this layer. Governor.
    function setInKindClaims(IInKindClaims claims) external;

    /// @notice Seconds after a sale in which charged lenders of `vault` may take what it left; zero: never.
    function claimWindow(address vault) external view returns (uint256);

    /// @notice Sets that time for future lots. Governor.
    function setClaimWindow(address vault, uint32 claimSeconds) external;

    /// @notice Most tokens that losses of all vaults together may ever mint.
    function globalCap() external view returns (uint256 tokens);

    /// @notice Standing bids that are filled within a write-off of `vault`; zero if there are none.
    function underwriters(address vault) external view returns (IUnderwriterBook);

    /// @notice Sets the book of standing bids. Governor.
    function setUnderwriters(address vault, IUnderwriterBook book) external;

    /// @notice Price source for the token in `vault`'s asset; zero if there is none.
    function tokenOracle(address vault) external view returns (IPriceOracle);

    /// @notice Sets the price source that lots of `vault` open at; zero for none. It is asked with a fixed stipend and
    /// never believed beyond the floor and the highest start price. Governor.
    function setTokenOracle(address vault, IPriceOracle oracle) external;

    /// @notice The last write-off of `vault` for which enough tokens were sold to tell a price (a hundredth of the
    /// hourly limit), and what all of them brought on average, bids and auction together.
    /// @return id Ledger number; zero if nothing was sold yet.
    /// @return price Asset units per whole token, rounded down.
    function lastClearing(address vault) external view returns (uint256 id, uint256 price);

    /// @notice Price at which a lot of `vault` would open now: what its oracle says; without one, or without an answer,
    /// 1.5 times the last clearing price; without one of those the highest start price. Never under the floor or above
    /// the highest start price, and rounded up to a 65,535th of the way between them. Asset units per whole token.
    function previewStartPrice(address vault) external view returns (uint256 price);

    /// @notice Part of the global cap that the vaults' lifetime caps have taken.
    function allocatedTokens() external view returns (uint256 tokens);

    /// @notice Whether new lots and purchases of `vault` are stopped.
    function isPaused(address vault) external view returns (bool);

    /// @notice The vault's limits.
    function limits(address vault) external view returns (Limits memory);

    /// @notice The vault's terms of sale.
    function saleTerms(address vault) external view returns (SaleTerms memory);

    /// @notice The vault's terms of buying back.
    function buybackTerms(address vault) external view returns (BuybackTerms memory);

    /// @notice Tokens of `vault` minted or on offer so far, and those that could be offered now.
    function budget(address vault) external view returns (uint256 issuedTokens, uint256 availableTokens);

    /// @notice What was issued for write-off `id` of `vault`.
    function issueOf(address vault, uint256 id) external view returns (Issue memory);

    /// @notice Tokens that were ever minted for write-off `id` of `vault`, to bidders, buyers and lenders.
    function mintedFor(address vault, uint256 id) external view returns (uint256 tokens);

    /// @notice What was issued for write-off `id` of `vault` in place of lenders' claims: `raisedAssets` is what these
    /// claims were worth then.
    function takenOf(address vault, uint256 id) external view returns (Issue memory);

    /// @notice What the tokens issued for write-off `id` of `vault` brought on average, asset units per whole token,
    /// rounded down; zero if none were issued. Never under the floor, because every purchase was rounded up.
    function averageIssuePrice(address vault, uint256 id) external view returns (uint256 price);

    /// @notice Both at once, for the buyback auction.
    /// @return tokens As `mintedFor`.
    /// @return averagePrice As `averageIssuePrice`.
    function issuedFor(address vault, uint256 id) external view returns (uint256 tokens, uint256 averagePrice);

    /// @notice Tokens that `cover` would put on offer now: enough to raise `shortfallAssets` at the floor price,
    /// rounded up, as far as the budget goes; nothing if that is less than a thousandth of a token (10^15 units), of which
    /// the lenders are charged without a lot.
    function previewOffer(address vault, uint256 shortfallAssets) external view returns (uint256 tokens);

    /// @notice Buyback auction only: `assets`, which the auction has just transferred here, could not be spent. What had
    /// come up the ladder goes on to insurance and reserves. What came by claims that lenders gave for tokens was the
    /// lenders' part in the engine's books, so it cannot go up from this layer: it is paid in as a recovery for the same
    /// write-off, lenders first. Whoever is owed something for it gets it; only when nobody is, the vault's fund has it
    /// as premium, and it is kept here until the fund takes it.
    function unspent(address vault, uint256 id, uint256 assets, bool isOfClaims) external;

    /// @notice In-kind claims only: mints `tokens` of the expired lot of `id` to `receiver`, for a claim worth `assets`.
    function taken(address vault, uint256 id, uint256 tokens, uint256 assets, address receiver) external;

    /// @notice In-kind claims only: opens a buyback round with `assets` that it has just transferred to the auction.
    function buyBack(address vault, uint256 id, uint256 assets) external;

    /// @notice Money left of claims that waits for `vault`'s fund to take it, asset units.
    function keptAssets(address vault) external view returns (uint256 assets);

    /// @notice Hands that money to the fund, as premium. Open to all.
    function forwardKept(address vault) external returns (uint256 assets);

    /// @notice Sets a vault's limits. The lifetime caps of all vaults together stay within the global cap. Governor.
    function setLimits(address vault, Limits calldata newLimits) external;

    /// @notice Sets a vault's terms of sale for future lots. Open lots keep theirs, so each change of these terms or of the
    /// claim window is a version of its own; a vault has 65,535 of them. Governor.
    function setSaleTerms(address vault, SaleTerms calldata terms) external;

    /// @notice Sets a vault's terms of buying back for future rounds. Governor.
    function setBuybackTerms(address vault, BuybackTerms calldata terms) external;

    /// @notice Sets the global cap. Governor.
    function setGlobalCap(uint256 tokens) external;

    /// @notice Sets whether `vault`'s underwriters and token pay for principal that governance forgives. Agreeing takes
    /// effect after the underwriters' notice period; withdrawing the agreement at once. Governor.
    function setRestructuringCover(address vault, bool covers) external;

    /// @notice Stops new lots and purchases of `vault` at once. Nothing is released, clocks run on, expired lots can be
    /// settled and buybacks go on. Guardian.
    function pauseDilution(address vault) external;

    /// @notice Allows new lots and purchases again. Governor.
    function unpauseDilution(address vault) external;
}
