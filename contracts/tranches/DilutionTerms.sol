// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBackstopMinter} from "../interfaces/IBackstopMinter.sol";
import {IDebtAuction} from "../interfaces/IDebtAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IInKindClaims} from "../interfaces/IInKindClaims.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRestructuringTranche} from "../interfaces/IRestructuringTranche.sol";
import {IUnderwriterBook} from "../interfaces/IUnderwriterBook.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {MintBudget} from "../libraries/MintBudget.sol";
import {BPS} from "../libraries/Units.sol";
import {DebtAuction} from "./DebtAuction.sol";

/// @title What governance decides about dilution
/// @notice Per vault the limits, the terms of sale and of buying back, and a pause; over all vaults one global cap. The
/// vaults' lifetime caps are allocated out of the global cap rather than racing for it, so that no vault's loss can use
/// up what another was promised. Never: allocations above the global cap, or a global cap above what the token's own cap
/// leaves, so a token that is on offer can always be minted. Upholds DI1, IN2, AC1.
abstract contract DilutionTerms is IDilution, AccessManaged, DebtAuction {
    using MintBudget for MintBudget.Budget;
    using SafeCast for uint256;

    /// @dev Longest sale or buyback, so that what is on offer or to be spent cannot be locked up for years.
    uint256 public constant MAX_AUCTION_SECONDS = 30 days;

    /// @dev Everything about one vault but its lots. A loss without oracle and bids reads slots 1, 2, 3 and 5 and writes 1 and 2.
    struct VaultBook {
        // slots 1 to 4
        MintBudget.Budget budget;
        // slot 5: in force; `DebtAuction` keeps those that lots were opened under
        SaleTerms sale;
        // slot 6: where a lot's start price comes from
        IPriceOracle tokenOracle;
        uint96 allocatedTokens; // part of the global cap
        // slot 7
        IUnderwriterBook underwriters;
        uint24 claimSeconds; // time after a sale in which charged lenders may take what is left
        uint16 buybackStartBps;
        uint24 riseSeconds;
        uint24 offerSeconds;
        // slot 8
        uint40 coversRestructuringFrom; // second; zero: does not
    }

    /// @dev Token cap less initial supply: what losses could mint at most.
    uint256 private immutable _mintableTokens;

    uint96 private _globalCap;
    uint96 private _allocatedTokens;
    mapping(address vault => VaultBook) internal _books;
    /// @inheritdoc IDilution
    IInKindClaims public inKindClaims;

    constructor(
        address authority_,
        IWriteOffEngine engine_,
        uint256 mintableTokens,
        uint96 globalCap_
    ) AccessManaged(authority_) DebtAuction(engine_) {
        _mintableTokens = mintableTokens;
        _setGlobalCap(globalCap_);
    }

    modifier onlyKnown(address vault) {
        if (!_engine.isVault(vault)) revert UnknownVault(vault);
        _;
    }

    // ---------------------------------------------------------------- Settings

    /// @inheritdoc IDilution
    /// @dev What a vault has issued stays allocated, even under a lower lifetime cap.
    function setLimits(address vault, Limits calldata newLimits) external restricted onlyKnown(vault) {
        VaultBook storage book = _books[vault];
        uint256 allocated = Math.max(newLimits.lifetimeCap, book.budget.issued());
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
        _books[vault].sale = terms;
        _renewTerms(vault);
        emit SaleTermsSet(vault, terms.startPrice, terms.floorPrice, terms.fallSeconds, terms.saleSeconds);
    }

    /// @inheritdoc IDilution
    function setBuybackTerms(address vault, BuybackTerms calldata terms) external restricted onlyKnown(vault) {
        if (terms.startBps == 0 || terms.startBps > BPS) revert InvalidStartBps(terms.startBps);
        _checkDurations(terms.riseSeconds, terms.offerSeconds);
        VaultBook storage book = _books[vault];
        book.buybackStartBps = terms.startBps;
        book.riseSeconds = uint24(terms.riseSeconds);
        book.offerSeconds = uint24(terms.offerSeconds);
        emit BuybackTermsSet(vault, terms.startBps, terms.riseSeconds, terms.offerSeconds);
    }

    /// @inheritdoc IDilution
    function setUnderwriters(address vault, IUnderwriterBook book) external restricted onlyKnown(vault) {
        if (
            address(book) != address(0) && (address(book.vault()) != vault || address(book.token()) != address(token()))
        ) {
            revert ForeignBook(vault, address(book));
        }
        _books[vault].underwriters = book;
        _books[vault].budget.hasUnderwriters = address(book) != address(0);
        if (address(book) != address(0)) _books[vault].budget.hadUnderwriters = true;
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
        _books[vault].budget.hasOracle = address(oracle) != address(0);
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
        _books[vault].claimSeconds = uint24(claimSeconds);
        if (_books[vault].sale.floorPrice != 0) _renewTerms(vault);
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
        return _isPaused(vault);
    }

    /// @inheritdoc IRestructuringTranche
    function coversRestructuring(address vault) external view returns (bool) {
        uint256 from = _books[vault].coversRestructuringFrom;
        return from != 0 && block.timestamp >= from;
    }

    /// @inheritdoc IRestructuringTranche
    /// @dev Buyers in an auction are not bound; only underwriters are.
    function exitDelay(address vault) public view returns (uint256) {
        IUnderwriterBook book = underwriters(vault);
        return address(book) == address(0) ? 0 : book.noticePeriod();
    }

    /// @inheritdoc IDilution
    function limits(address vault) external view returns (Limits memory) {
        MintBudget.Budget storage vaultBudget = _books[vault].budget;
        return
            Limits({
                hourCap: vaultBudget.hourCap,
                monthCap: vaultBudget.monthCap,
                lifetimeCap: vaultBudget.lifetimeCap
            });
    }

    /// @inheritdoc IDilution
    function saleTerms(address vault) external view returns (SaleTerms memory) {
        return _books[vault].sale;
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
        return (vaultBudget.issued(), vaultBudget.available());
    }

    /// @inheritdoc IDilution
    function underwriters(address vault) public view returns (IUnderwriterBook) {
        return _books[vault].underwriters;
    }

    /// @inheritdoc IDilution
    function engine() external view returns (IWriteOffEngine) {
        return _engine;
    }

    /// @inheritdoc IDilution
    function debtAuction() external view returns (IDebtAuction) {
        return this;
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

    /// @dev Open lots keep their terms, so each change is a version of its own: a lot stores two bytes instead of a slot.
    function _renewTerms(address vault) private {
        VaultBook storage book = _books[vault];
        uint16 version = ++book.budget.termsVersion;
        _keepTerms(vault, version, book.sale, book.claimSeconds);
    }

    /// @inheritdoc DebtAuction
    function _isPaused(address vault) internal view override returns (bool) {
        return _books[vault].budget.paused;
    }

    /// @inheritdoc DebtAuction
    function _giveBack(address vault, uint256 tokens, uint256 offeredAt) internal override {
        _books[vault].budget.release(tokens, offeredAt);
    }

    function _setPaused(address vault, bool paused) private {
        _books[vault].budget.paused = paused;
        emit DilutionPauseSet(vault, paused);
    }

    function _checkDurations(uint256 moveSeconds, uint256 wholeSeconds) private pure {
        if (moveSeconds == 0 || moveSeconds > wholeSeconds || wholeSeconds > MAX_AUCTION_SECONDS) {
            revert InvalidDurations(moveSeconds, wholeSeconds, MAX_AUCTION_SECONDS);
        }
    }
}
