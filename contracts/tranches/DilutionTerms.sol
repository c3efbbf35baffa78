// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBackstopMinter} from "../interfaces/IBackstopMinter.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IInKindClaims} from "../interfaces/IInKindClaims.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRestructuringTranche} from "../interfaces/IRestructuringTranche.sol";
import {IUnderwriterBook} from "../interfaces/IUnderwriterBook.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {MintBudget} from "../libraries/MintBudget.sol";
import {BPS} from "../libraries/Units.sol";

/// @title What governance decides about dilution
/// @notice Per vault the limits, the terms of sale and of buying back, and a pause; over all vaults one global cap. The
/// vaults' lifetime caps are allocated out of the global cap rather than racing for it, so that no vault's loss can use
/// up what another was promised. Never: allocations above the global cap, or a global cap above what the token's own cap
/// leaves, so a token that is on offer can always be minted. Upholds DI1, IN2, AC1.
abstract contract DilutionTerms is IDilution, AccessManaged {
    using MintBudget for MintBudget.Budget;
    using SafeCast for uint256;

    /// @dev Longest sale or buyback, so that what is on offer or to be spent cannot be locked up for years.
    uint256 public constant MAX_AUCTION_SECONDS = 30 days;

    /// @dev Everything about one vault. Six slots.
    struct VaultBook {
        // slots 1 to 3
        MintBudget.Budget budget;
        // slot 4: terms of sale, the last of them in slot 5
        uint112 startPrice;
        uint112 floorPrice;
        uint32 fallSeconds;
        // slot 5
        uint32 saleSeconds;
        bool paused;
        uint96 allocatedTokens; // part of the global cap
        uint16 buybackStartBps;
        uint32 riseSeconds;
        uint32 offerSeconds;
        uint40 coversRestructuringFrom; // second; zero: does not
        // slot 6: where a lot's start price comes from
        IPriceOracle tokenOracle;
        uint32 clearingId; // last write-off for which enough tokens were sold to tell a price
        uint32 claimSeconds; // time after a sale in which charged lenders may take what is left
    }

    /// @inheritdoc IDilution
    IWriteOffEngine public immutable engine;
    /// @dev Token cap less initial supply: what losses could mint at most.
    uint256 private immutable _mintableTokens;

    uint96 private _globalCap;
    uint96 private _allocatedTokens;
    mapping(address vault => VaultBook) internal _books;
    /// @inheritdoc IDilution
    mapping(address vault => IUnderwriterBook) public underwriters;
    /// @inheritdoc IDilution
    IInKindClaims public inKindClaims;

    constructor(
        address authority_,
        IWriteOffEngine engine_,
        uint256 mintableTokens,
        uint96 globalCap_
    ) AccessManaged(authority_) {
        engine = engine_;
        _mintableTokens = mintableTokens;
        _setGlobalCap(globalCap_);
    }

    modifier onlyKnown(address vault) {
        if (!engine.isVault(vault)) revert UnknownVault(vault);
        _;
    }

    // ---------------------------------------------------------------- Settings

    /// @inheritdoc IDilution
    /// @dev What a vault has issued stays allocated, even under a lower lifetime cap.
    function setLimits(address vault, Limits calldata newLimits) external restricted onlyKnown(vault) {
        VaultBook storage book = _books[vault];
        uint256 allocated = Math.max(newLimits.lifetimeCap, book.budget.issuedTokens);
        uint256 allAllocated = _allocatedTokens - book.allocatedTokens + allocated;
        if (allAllocated > _globalCap) revert ExceedsGlobalCap(allAllocated, _globalCap);
        _allocatedTokens = allAllocated.toUint96();
        book.allocatedTokens = allocated.toUint96();
        book.budget.setCaps(newLimits.hourCap, newLimits.monthCap, newLimits.lifetimeCap);
        emit LimitsSet(vault, newLimits.hourCap, newLimits.monthCap, newLimits.lifetimeCap);
    }

    /// @inheritdoc IDilution
    function setSaleTerms(address vault, SaleTerms calldata terms) external restricted onlyKnown(vault) {
        if (terms.floorPrice == 0 || terms.startPrice < terms.floorPrice) {
            revert InvalidPrices(terms.startPrice, terms.floorPrice);
        }
        _checkDurations(terms.fallSeconds, terms.saleSeconds);
        VaultBook storage book = _books[vault];
        book.startPrice = terms.startPrice;
        book.floorPrice = terms.floorPrice;
        book.fallSeconds = terms.fallSeconds;
        book.saleSeconds = terms.saleSeconds;
        emit SaleTermsSet(vault, terms.startPrice, terms.floorPrice, terms.fallSeconds, terms.saleSeconds);
    }

    /// @inheritdoc IDilution
    function setBuybackTerms(address vault, BuybackTerms calldata terms) external restricted onlyKnown(vault) {
        if (terms.startBps == 0 || terms.startBps > BPS) revert InvalidStartBps(terms.startBps);
        _checkDurations(terms.riseSeconds, terms.offerSeconds);
        VaultBook storage book = _books[vault];
        book.buybackStartBps = terms.startBps;
        book.riseSeconds = terms.riseSeconds;
        book.offerSeconds = terms.offerSeconds;
        emit BuybackTermsSet(vault, terms.startBps, terms.riseSeconds, terms.offerSeconds);
    }

    /// @inheritdoc IDilution
    function setUnderwriters(address vault, IUnderwriterBook book) external restricted onlyKnown(vault) {
        if (
            address(book) != address(0) && (address(book.vault()) != vault || address(book.token()) != address(token()))
        ) {
            revert ForeignBook(vault, address(book));
        }
        underwriters[vault] = book;
        emit UnderwritersSet(vault, address(book));
    }

    /// @inheritdoc IDilution
    function setRestructuringCover(address vault, bool covers) external restricted onlyKnown(vault) {
        uint256 from = covers ? block.timestamp + exitDelay(vault) : 0;
        _books[vault].coversRestructuringFrom = from.toUint40();
        emit RestructuringCoverSet(vault, from);
    }

    /// @inheritdoc IDilution
    function setTokenOracle(address vault, IPriceOracle oracle) external restricted onlyKnown(vault) {
        if (address(oracle) != address(0) && address(oracle).code.length == 0) {
            revert OracleWithoutCode(address(oracle));
        }
        _books[vault].tokenOracle = oracle;
        emit TokenOracleSet(vault, address(oracle));
    }

    /// @inheritdoc IDilution
    function setInKindClaims(IInKindClaims claims) external restricted {
        if (address(inKindClaims) != address(0) || address(claims.dilution()) != address(this)) {
            revert ForeignClaims(address(claims), address(inKindClaims));
        }
        inKindClaims = claims;
        emit InKindClaimsSet(address(claims));
    }

    /// @inheritdoc IDilution
    function setClaimWindow(address vault, uint32 claimSeconds) external restricted onlyKnown(vault) {
        if (address(inKindClaims) == address(0)) revert NoInKindClaims();
        if (claimSeconds > MAX_AUCTION_SECONDS) revert ClaimWindowTooLong(claimSeconds, MAX_AUCTION_SECONDS);
        _books[vault].claimSeconds = claimSeconds;
        emit ClaimWindowSet(vault, claimSeconds);
    }

    /// @inheritdoc IDilution
    function setGlobalCap(uint256 tokens) external restricted {
        _setGlobalCap(tokens);
    }

    /// @inheritdoc IDilution
    function pauseDilution(address vault) external restricted {
        _setPaused(vault, true);
    }

    /// @inheritdoc IDilution
    function unpauseDilution(address vault) external restricted {
        _setPaused(vault, false);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IDilution
    function globalCap() external view returns (uint256) {
        return _globalCap;
    }

    /// @inheritdoc IDilution
    function allocatedTokens() external view returns (uint256) {
        return _allocatedTokens;
    }

    /// @inheritdoc IDilution
    function isPaused(address vault) external view returns (bool) {
        return _books[vault].paused;
    }

    /// @inheritdoc IRestructuringTranche
    function coversRestructuring(address vault) external view returns (bool) {
        uint256 from = _books[vault].coversRestructuringFrom;
        return from != 0 && block.timestamp >= from;
    }

    /// @inheritdoc IRestructuringTranche
    /// @dev Buyers in an auction are not bound; only underwriters are.
    function exitDelay(address vault) public view returns (uint256) {
        IUnderwriterBook book = underwriters[vault];
        return address(book) == address(0) ? 0 : book.noticePeriod();
    }

    /// @inheritdoc IDilution
    function limits(address vault) external view returns (Limits memory) {
        MintBudget.Budget storage vaultBudget = _books[vault].budget;
        return
            Limits({
                hourCap: uint96(vaultBudget.caps.hourCap),
                monthCap: uint96(vaultBudget.caps.monthCap),
                lifetimeCap: vaultBudget.lifetimeCap
            });
    }

    /// @inheritdoc IDilution
    function saleTerms(address vault) public view returns (SaleTerms memory) {
        VaultBook storage book = _books[vault];
        return SaleTerms(book.startPrice, book.floorPrice, book.fallSeconds, book.saleSeconds);
    }

    /// @inheritdoc IDilution
    function claimWindow(address vault) external view returns (uint256) {
        return _books[vault].claimSeconds;
    }

    /// @inheritdoc IDilution
    function tokenOracle(address vault) external view returns (IPriceOracle) {
        return _books[vault].tokenOracle;
    }

    /// @inheritdoc IDilution
    function buybackTerms(address vault) public view returns (BuybackTerms memory) {
        VaultBook storage book = _books[vault];
        return BuybackTerms(book.buybackStartBps, book.riseSeconds, book.offerSeconds);
    }

    /// @inheritdoc IDilution
    function budget(address vault) external view returns (uint256 issuedTokens, uint256 availableTokens) {
        MintBudget.Budget storage vaultBudget = _books[vault].budget;
        return (vaultBudget.issuedTokens, vaultBudget.available());
    }

    /// @inheritdoc IBackstopMinter
    function token() public view virtual returns (IERC20);

    // ---------------------------------------------------------------- Private

    function _setGlobalCap(uint256 tokens) private {
        if (tokens > _mintableTokens) revert ExceedsTokenCap(tokens, _mintableTokens);
        if (tokens < _allocatedTokens) revert ExceedsGlobalCap(_allocatedTokens, tokens);
        _globalCap = tokens.toUint96();
        emit GlobalCapSet(tokens);
    }

    function _setPaused(address vault, bool paused) private {
        _books[vault].paused = paused;
        emit DilutionPauseSet(vault, paused);
    }

    function _checkDurations(uint256 moveSeconds, uint256 wholeSeconds) private pure {
        if (moveSeconds == 0 || moveSeconds > wholeSeconds || wholeSeconds > MAX_AUCTION_SECONDS) {
            revert InvalidDurations(moveSeconds, wholeSeconds, MAX_AUCTION_SECONDS);
        }
    }
}
