// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IPremiumTaker} from "../interfaces/IPremiumTaker.sol";
import {IUnderwriterBook} from "../interfaces/IUnderwriterBook.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {RAY} from "../libraries/Units.sol";
import {Authorizations} from "../writeoff/Authorizations.sol";
import {PremiumStream} from "./PremiumStream.sol";

/// @title Standing bids for the backstop token
/// @notice Underwriters commit cash at fixed price levels; `Dilution.cover` fills them best price first inside the
/// write-off. Each level costs the same to fill however many share it: a share is a claim on the level's assets and on
/// the tokens they were exchanged for. A drained level starts a new generation, so its shares never become worthless
/// dust that a newcomer would be diluted by. Never: a fill under the floor, an exit ahead of a known loss without
/// notice, an asset of an unfilled bid touched. Upholds DI1, IN2, WO3.
contract UnderwriterBook is IUnderwriterBook, Authorizations, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;
    using Cooldown for Cooldown.Notice;
    using PremiumStream for PremiumStream.Stream;

    uint256 private constant MIN_LEVELS = 16;
    uint256 private constant MAX_LEVELS = 32;
    uint256 private constant TOKEN_UNIT = 1e18;
    /// @dev Shares per asset unit in a new generation.
    uint256 private constant SHARES_PER_ASSET = 1e6;
    /// @dev A share worth less than a millionth of its start: the level counts as drained.
    uint256 private constant DRAIN_FACTOR = 1e6;
    uint256 private constant MIN_NOTICE = 1 days;
    uint256 private constant MAX_NOTICE = 60 days;
    uint256 private constant MAX_WINDOW = 14 days;

    /// @dev One slot.
    struct Level {
        uint128 price;
        uint32 generation;
    }

    /// @dev The bids of one level since it was last drained. The three sums start at one, not at zero, so that the first
    /// bidder and not the write-off pays for their slots: all levels together must fit into a tranche's stipend.
    struct Generation {
        uint128 assets;
        uint128 shares;
        uint128 noticedShares;
        uint128 working; // assets that earn premium
        uint256 tokensPerShareRay;
        uint256 premiumPerShareRay; // per share not under notice
        uint256 streamRay; // the stream's `perAssetRay` when this was last brought to now
    }

    struct Bid {
        uint128 shares;
        uint32 generation;
        uint256 tokensPerShareRay;
        uint256 premiumPerShareRay;
        Cooldown.Notice notice;
    }

    /// @dev What an account may collect. One slot.
    struct Owed {
        uint128 tokens;
        uint128 assets;
    }

    /// @inheritdoc IUnderwriterBook
    IWriteOffVault public immutable vault;
    /// @inheritdoc IUnderwriterBook
    IERC20 public immutable token;
    IDilution private immutable _dilution;
    IERC20 private immutable _asset;
    /// @inheritdoc IUnderwriterBook
    uint256 public immutable noticePeriod;
    uint256 private immutable _noticeWindow;

    Level[] private _levels;
    /// @dev Bit k is set while level k holds assets, so that empty levels cost a write-off nothing.
    uint32 private _filledLevels;
    PremiumStream.Stream private _stream;
    mapping(uint256 level => mapping(uint256 generation => Generation)) private _generations;
    mapping(address owner => mapping(uint256 level => Bid)) private _bids;
    mapping(address owner => Owed) private _owed;

    /// @param vault_ Vault whose losses the bids pay for.
    /// @param dilution_ Dilution layer that fills them.
    /// @param prices Asset units per whole token, falling.
    /// @param noticePeriod_ Seconds between notice and exit.
    /// @param noticeWindow Seconds after that in which one may leave.
    constructor(
        IWriteOffVault vault_,
        IDilution dilution_,
        uint128[] memory prices,
        uint256 noticePeriod_,
        uint256 noticeWindow
    ) EIP712("Plimsoll UnderwriterBook", "1") {
        if (prices.length < MIN_LEVELS || prices.length > MAX_LEVELS) {
            revert LevelsOutOfRange(prices.length, MIN_LEVELS, MAX_LEVELS);
        }
        if (
            noticePeriod_ < MIN_NOTICE || noticePeriod_ > MAX_NOTICE || noticeWindow == 0 || noticeWindow > MAX_WINDOW
        ) {
            revert NoticeOutOfRange(noticePeriod_, noticeWindow);
        }
        for (uint256 i; i < prices.length; ++i) {
            if (prices[i] == 0 || (i != 0 && prices[i] >= prices[i - 1])) revert PricesNotFalling(i, prices[i]);
            _levels.push(Level({price: prices[i], generation: 0}));
        }
        vault = vault_;
        _dilution = dilution_;
        token = dilution_.token();
        _asset = IERC20(vault_.asset());
        noticePeriod = noticePeriod_;
        _noticeWindow = noticeWindow;
        _stream.updatedAt = uint64(block.timestamp);
        _stream.perAssetRay = 1;
    }

    // ---------------------------------------------------------------- Underwriters

    /// @inheritdoc IUnderwriterBook
    function commit(uint256 level, uint256 assets, address owner) external nonReentrant returns (uint256 shares) {
        uint256 price = _level(level).price;
        uint256 floorPrice = _dilution.saleTerms(address(vault)).floorPrice;
        if (price < floorPrice) revert LevelInactive(level, price, floorPrice);
        (Generation storage generation, Bid storage bid) = _touch(level, owner);
        shares =
            generation.assets == 0
                ? assets * SHARES_PER_ASSET
                : Math.mulDiv(assets, generation.shares, generation.assets);
        if (assets == 0 || shares == 0) revert NothingCommitted(assets);
        generation.assets += assets.toUint128();
        generation.shares += shares.toUint128();
        bid.shares += shares.toUint128();
        _rework(generation, true);
        _filledLevels |= uint32(1 << level);
        emit Committed(owner, level, assets, shares);
        _asset.pull(msg.sender, assets);
    }

    /// @inheritdoc IUnderwriterBook
    function giveNotice(uint256 level, uint256 shares, address owner) external nonReentrant {
        _checkAuthorized(owner);
        (Generation storage generation, Bid storage bid) = _touch(level, owner);
        if (shares > bid.shares) revert ExceedsBid(owner, level, shares, bid.shares);
        generation.noticedShares = generation.noticedShares - bid.notice.quantity + shares.toUint128();
        bid.notice = shares == 0 ? Cooldown.Notice(0, 0, 0) : Cooldown.given(shares, noticePeriod, _noticeWindow);
        _rework(generation, _isActive(level));
        emit NoticeSet(owner, level, shares, bid.notice.readyAt, bid.notice.expiresAt);
    }

    /// @inheritdoc IUnderwriterBook
    function withdraw(
        uint256 level,
        uint256 shares,
        address owner,
        address receiver
    ) external nonReentrant returns (uint256 assets) {
        _checkAuthorized(owner);
        (Generation storage generation, Bid storage bid) = _touch(level, owner);
        if (shares == 0) revert NothingWithdrawn(owner, level);
        if (shares > bid.shares) revert ExceedsBid(owner, level, shares, bid.shares);
        bool active = _isActive(level);
        if (active) {
            uint256 matured = bid.notice.matured();
            if (shares > matured) revert ExceedsMaturedNotice(owner, level, shares, matured);
        }
        assets = Math.mulDiv(generation.assets, shares, generation.shares);
        uint256 left = bid.shares - shares;
        uint256 stillNoticed = Math.min(Math.saturatingSub(bid.notice.quantity, shares), left);
        generation.noticedShares = generation.noticedShares - bid.notice.quantity + uint128(stillNoticed);
        bid.notice = bid.notice.cappedAt(stillNoticed);
        bid.shares = uint128(left);
        generation.assets -= assets.toUint128();
        generation.shares -= shares.toUint128();
        _rework(generation, active);
        if (generation.assets == 0) _filledLevels &= ~uint32(1 << level);
        emit Withdrawn(owner, level, assets, shares);
        _asset.safeTransfer(receiver, assets);
    }

    /// @inheritdoc IUnderwriterBook
    function collect(
        uint256[] calldata levels,
        address owner,
        address receiver
    ) external nonReentrant returns (uint256 tokens, uint256 assets) {
        _checkAuthorized(owner);
        for (uint256 i; i < levels.length; ++i) _touch(levels[i], owner);
        Owed memory owed = _owed[owner];
        (tokens, assets) = (owed.tokens, owed.assets);
        delete _owed[owner];
        emit Collected(owner, receiver, tokens, assets);
        if (tokens != 0) token.safeTransfer(receiver, tokens);
        if (assets != 0) _asset.safeTransfer(receiver, assets);
    }

    /// @inheritdoc IUnderwriterBook
    function refresh(uint256 level) external nonReentrant {
        Generation storage generation = _generations[level][_level(level).generation];
        _stream.accrue();
        _accruePremium(generation);
        _rework(generation, _isActive(level));
    }

    /// @inheritdoc IPremiumTaker
    /// @dev Paid out evenly over the coming period to bids not under notice, pro rata to what they commit and for how
    /// long.
    function addPremium(uint256 assets) external nonReentrant {
        _stream.accrue();
        _stream.add(assets);
        emit PremiumAdded(msg.sender, assets);
        _asset.pull(msg.sender, assets);
    }

    // ---------------------------------------------------------------- Filling

    /// @inheritdoc IUnderwriterBook
    /// @dev Not `nonReentrant`: an underwriter whose token transfer runs code could otherwise start a write-off from
    /// inside its own call and be spared. Every other function leaves the books complete before it hands over control.
    function fill(
        uint256 id,
        uint256 shortfallAssets,
        uint256 maxTokens,
        uint256 floorPrice
    ) external returns (uint256 tokens, uint256 assets) {
        if (msg.sender != address(_dilution)) revert OnlyDilution(msg.sender);
        _stream.accrue();
        uint256 levels = _filledLevels;
        for (uint256 k; levels >> k != 0 && assets < shortfallAssets && tokens < maxTokens; ++k) {
            if ((levels >> k) & 1 == 0) continue;
            Level memory level = _levels[k];
            if (level.price < floorPrice) break;
            Generation storage generation = _generations[k][level.generation];
            (uint256 bought, uint256 paid) = _quote(
                level.price,
                generation.assets,
                shortfallAssets - assets,
                maxTokens - tokens
            );
            if (bought == 0) continue;
            _fillLevel(k, level, generation, bought, paid);
            tokens += bought;
            assets += paid;
            emit Filled(id, k, paid, bought);
        }
        if (assets != 0) _asset.safeTransfer(address(vault), assets);
    }

    /// @inheritdoc IUnderwriterBook
    function previewFill(
        uint256 shortfallAssets,
        uint256 maxTokens,
        uint256 floorPrice
    ) external view returns (uint256 tokens, uint256 assets) {
        uint256 levels = _filledLevels;
        for (uint256 k; levels >> k != 0 && assets < shortfallAssets && tokens < maxTokens; ++k) {
            if ((levels >> k) & 1 == 0) continue;
            Level memory level = _levels[k];
            if (level.price < floorPrice) break;
            (uint256 bought, uint256 paid) = _quote(
                level.price,
                _generations[k][level.generation].assets,
                shortfallAssets - assets,
                maxTokens - tokens
            );
            tokens += bought;
            assets += paid;
        }
    }

    /// @dev One rule for quote and fill. Tokens are rounded down, assets are all that is wanted of the level, or where the
    /// budget ends first, those tokens' price rounded up: the price paid is never under the level's, nobody pays for no
    /// token, and bids that can pay for a loss leave nothing of it that is less than a token unit's price.
    function _quote(
        uint256 price,
        uint256 held,
        uint256 shortfallAssets,
        uint256 maxTokens
    ) private pure returns (uint256 tokens, uint256 assets) {
        uint256 wanted = Math.min(held, shortfallAssets);
        tokens = Math.mulDiv(wanted, TOKEN_UNIT, price);
        if (tokens <= maxTokens) return (tokens, tokens == 0 ? 0 : wanted);
        return (maxTokens, Math.mulDiv(maxTokens, price, TOKEN_UNIT, Math.Rounding.Ceil));
    }

    function _fillLevel(
        uint256 k,
        Level memory level,
        Generation storage generation,
        uint256 tokens,
        uint256 assets
    ) private {
        _accruePremium(generation);
        uint256 left = generation.assets - assets;
        generation.assets = uint128(left);
        generation.tokensPerShareRay += Math.mulDiv(tokens, RAY, generation.shares);
        _rework(generation, true);
        if (left * SHARES_PER_ASSET * DRAIN_FACTOR >= generation.shares) return;
        // Drained: the next bid starts a new generation, this one keeps its dust.
        _stream.working -= generation.working;
        generation.working = 0;
        _levels[k].generation = level.generation + 1;
        _filledLevels &= ~uint32(1 << k);
        emit LevelDrained(k, level.generation, left);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IUnderwriterBook
    function levelCount() external view returns (uint256) {
        return _levels.length;
    }

    /// @inheritdoc IUnderwriterBook
    function levelOf(uint256 level) external view returns (LevelView memory) {
        Level memory stored = _level(level);
        Generation memory generation = _generations[level][stored.generation];
        return
            LevelView({
                price: stored.price,
                assets: generation.assets,
                shares: generation.shares,
                noticedShares: generation.noticedShares,
                generation: stored.generation
            });
    }

    /// @inheritdoc IUnderwriterBook
    function bidOf(address owner, uint256 level) external view returns (BidView memory) {
        Bid memory bid = _bids[owner][level];
        Generation memory generation = _generations[level][bid.generation];
        return
            BidView({
                shares: bid.shares,
                assets: bid.shares == 0 ? 0 : Math.mulDiv(generation.assets, bid.shares, generation.shares),
                notice: bid.notice,
                drained: bid.generation != _level(level).generation
            });
    }

    /// @inheritdoc IUnderwriterBook
    function collectable(
        address owner,
        uint256[] calldata levels
    ) external view returns (uint256 tokens, uint256 assets) {
        Owed memory owed = _owed[owner];
        (tokens, assets) = (owed.tokens, owed.assets);
        for (uint256 i; i < levels.length; ++i) {
            Bid memory bid = _bids[owner][levels[i]];
            if (bid.shares == 0) continue;
            Generation memory generation = _generations[levels[i]][bid.generation];
            uint256 premiumPerShareRay = generation.premiumPerShareRay + _premiumDue(generation, _stream.current());
            tokens += Math.mulDiv(bid.shares, generation.tokensPerShareRay - bid.tokensPerShareRay, RAY);
            assets += Math.mulDiv(bid.shares - bid.notice.quantity, premiumPerShareRay - bid.premiumPerShareRay, RAY);
            if (bid.generation != _level(levels[i]).generation) {
                assets += Math.mulDiv(generation.assets, bid.shares, generation.shares);
            }
        }
    }

    // ---------------------------------------------------------------- Private

    function _level(uint256 level) private view returns (Level memory) {
        if (level >= _levels.length) revert UnknownLevel(level, _levels.length);
        return _levels[level];
    }

    /// @dev Whether the level can be filled: its price is not under the floor of today.
    function _isActive(uint256 level) private view returns (bool) {
        return _level(level).price >= _dilution.saleTerms(address(vault)).floorPrice;
    }

    /// @dev Brings stream, generation and bid to now: credits tokens and premium, and what is left of a bid in a drained
    /// generation. Returns the present generation, in which the bid then is.
    function _touch(uint256 level, address owner) private returns (Generation storage generation, Bid storage bid) {
        uint32 present = _level(level).generation;
        _stream.accrue();
        bid = _bids[owner][level];
        generation = _generations[level][bid.generation];
        _accruePremium(generation);
        Owed storage owed = _owed[owner];
        uint256 shares = bid.shares;
        if (shares != 0) {
            owed.tokens += Math.mulDiv(shares, generation.tokensPerShareRay - bid.tokensPerShareRay, RAY).toUint128();
            owed.assets += Math
                .mulDiv(shares - bid.notice.quantity, generation.premiumPerShareRay - bid.premiumPerShareRay, RAY)
                .toUint128();
        }
        if (bid.generation != present) {
            if (shares != 0) {
                uint256 dust = Math.mulDiv(generation.assets, shares, generation.shares);
                owed.assets += dust.toUint128();
                generation.assets -= uint128(dust);
                generation.shares -= uint128(shares);
                generation.noticedShares -= bid.notice.quantity;
            }
            bid.shares = 0;
            bid.notice = Cooldown.Notice(0, 0, 0);
            bid.generation = present;
            generation = _generations[level][present];
            _accruePremium(generation);
        }
        if (generation.tokensPerShareRay == 0) (generation.tokensPerShareRay, generation.premiumPerShareRay) = (1, 1);
        bid.tokensPerShareRay = generation.tokensPerShareRay;
        bid.premiumPerShareRay = generation.premiumPerShareRay;
    }

    /// @dev Credits the generation with what its working assets have earned. Call after `_stream.accrue`.
    function _accruePremium(Generation storage generation) private {
        uint256 streamRay = _stream.perAssetRay;
        generation.premiumPerShareRay += _premiumDue(generation, streamRay);
        generation.streamRay = streamRay;
    }

    function _premiumDue(Generation memory generation, uint256 streamRay) private pure returns (uint256) {
        uint256 earning = generation.shares - generation.noticedShares;
        if (earning == 0 || generation.working == 0) return 0;
        return Math.mulDiv(streamRay - generation.streamRay, generation.working, earning);
    }

    /// @dev Sets how much of the generation's assets earns premium, here and in the stream: nothing of a level under the
    /// floor, where a bid runs no risk.
    function _rework(Generation storage generation, bool active) private {
        uint256 shares = generation.shares;
        uint256 working;
        if (active && shares != 0) {
            working = Math.mulDiv(generation.assets, shares - generation.noticedShares, shares);
        }
        _stream.working = (_stream.working + working - generation.working).toUint128();
        generation.working = uint128(working);
    }
}
