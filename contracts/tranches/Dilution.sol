// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBackstopMinter} from "../interfaces/IBackstopMinter.sol";
import {IBackstopToken} from "../interfaces/IBackstopToken.sol";
import {IBuybackAuction} from "../interfaces/IBuybackAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {ILossTranche} from "../interfaces/ILossTranche.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IUnderwriterBook} from "../interfaces/IUnderwriterBook.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {TrancheCall} from "../writeoff/TrancheCall.sol";
import {DutchPrice} from "../libraries/DutchPrice.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {MintBudget} from "../libraries/MintBudget.sol";
import {BackstopToken} from "./BackstopToken.sol";
import {BuybackAuction} from "./BuybackAuction.sol";
import {DebtAuction} from "./DebtAuction.sol";
import {DilutionTerms} from "./DilutionTerms.sol";

/// @title The dilution layer
/// @notice The last tranche before the lenders. The engine calls `cover`, which puts tokens on offer; anybody buys them here.
/// The buyback auction, which this contract creates and which nobody can replace, calls back with what it could not spend.
/// Keeps the budgets and holds no money between calls. Never: a mint beyond a vault's budget or under its floor price, one
/// vault's budget used by another's loss, an untrusted answer in `cover` that can do more than move a start price
/// between its bounds. Upholds DI1, IN2, RE1, WO3, WO4.
contract Dilution is DilutionTerms {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using MintBudget for MintBudget.Budget;
    using SafeCast for uint256;

    /// @dev Gas that a price source is given, and what must be left beside it to open a lot without its answer.
    uint256 private constant ORACLE_GAS = 150_000;
    uint256 private constant OFFER_GAS = 150_000;
    /// @dev Sales of less than this part of the hourly limit tell no price: dust could be bought to move it.
    uint256 private constant CLEARING_DIVISOR = 100;

    IBackstopToken private immutable _token;
    /// @inheritdoc IDilution
    IBuybackAuction public immutable buybackAuction;

    /// @dev What standing bids bought. What was bought at auction is in the lot and in the engine's ledger.
    mapping(address vault => mapping(uint256 id => Issue)) private _filled;
    mapping(address vault => mapping(uint256 id => Issue)) private _taken;
    /// @inheritdoc IDilution
    mapping(address vault => uint256 assets) public keptAssets;

    constructor(
        address authority_,
        IWriteOffEngine engine_,
        TokenTerms memory terms,
        uint96 globalCap_
    ) DilutionTerms(authority_, engine_, Math.saturatingSub(terms.cap, terms.initialSupply), globalCap_) {
        _token = new BackstopToken(terms.name, terms.symbol, terms.cap, terms.initialSupply, terms.initialHolder);
        buybackAuction = new BuybackAuction(_token);
    }

    modifier onlyEngine() {
        if (msg.sender != address(_engine)) revert OnlyEngine(msg.sender);
        _;
    }

    modifier onlyAuction(address auction) {
        if (msg.sender != auction) revert OnlyAuction(msg.sender);
        _;
    }

    // ---------------------------------------------------------------- Down: a loss

    /// @inheritdoc ILossTranche
    /// @dev Two steps that share one budget: cash from standing bids now, then an offer of the rest.
    function cover(address vault, uint256 id, uint256 shortfallAssets, uint256) external onlyEngine {
        VaultBook storage book = _books[vault];
        if (book.budget.paused) return;
        SaleTerms memory terms = book.sale;
        if (terms.floorPrice == 0) return;
        uint256 raised;
        if (book.budget.hasUnderwriters) raised = _fill(vault, id, shortfallAssets, terms.floorPrice);
        if (raised < shortfallAssets) _offer(vault, id, shortfallAssets - raised, terms);
    }

    /// @inheritdoc ILossTranche
    /// @dev What standing bids would pay. The offer brings money later, see `previewOffer`.
    function previewCover(
        address vault,
        uint256,
        uint256 shortfallAssets,
        uint256
    ) external view returns (uint256 assets) {
        VaultBook storage book = _books[vault];
        uint256 floorPrice = book.sale.floorPrice;
        if (floorPrice == 0 || book.budget.paused || !book.budget.hasUnderwriters) return 0;
        (, assets) = book.underwriters.previewFill(shortfallAssets, book.budget.available(), floorPrice);
    }

    /// @dev Fills standing bids and mints what they bought. A book that fails leaves its step empty; money is believed
    /// when the vault has it, and no token is minted for less than the floor price.
    function _fill(
        address vault,
        uint256 id,
        uint256 shortfallAssets,
        uint256 floorPrice
    ) private returns (uint256 assets) {
        VaultBook storage book = _books[vault];
        IUnderwriterBook bids = book.underwriters;
        IERC20 asset = IERC20(IERC4626(vault).asset());
        uint256 available = book.budget.available();
        uint256 before = asset.balanceOf(vault);
        uint256 tokens;
        try bids.fill(id, shortfallAssets, available, floorPrice) returns (uint256 bought, uint256) {
            tokens = bought;
        } catch {
            return 0;
        }
        assets = asset.balanceOf(vault) - before;
        if (tokens == 0) return assets;
        if (tokens > available || DutchPrice.assetsUp(tokens, floorPrice) > assets) {
            revert BadFill(vault, tokens, assets);
        }
        book.budget.draw(tokens);
        Issue memory filled = _filled[vault][id];
        filled.raisedAssets += assets.toUint128();
        filled.mintedTokens += tokens.toUint128();
        _filled[vault][id] = filled;
        // A number above all lots' has sold nothing at auction.
        if (id <= book.budget.lastLotId) filled = issueOf(vault, id);
        _noteClearing(book, id, filled.mintedTokens, filled.raisedAssets);
        _token.mint(address(bids), tokens);
    }

    /// @inheritdoc IDilution
    function previewOffer(address vault, uint256 shortfallAssets) external view returns (uint256) {
        VaultBook storage book = _books[vault];
        uint256 floorPrice = book.sale.floorPrice;
        if (floorPrice == 0 || book.budget.paused) return 0;
        return DutchPrice.lot(book.budget.available(), shortfallAssets, floorPrice);
    }

    /// @dev Puts as many tokens on offer as raise `shortfallAssets` at the floor price, within the budget. They are
    /// drawn now and minted when sold. The write-off of an impaired debt may take several losses: what is left of its
    /// lot is offered anew with the rest, at a fresh price, so that nobody can add to a lot whose time is nearly over.
    function _offer(address vault, uint256 id, uint256 shortfallAssets, SaleTerms memory terms) private {
        VaultBook storage book = _books[vault];
        // Dust leaves what is on offer alone.
        if (DutchPrice.lot(type(uint256).max, shortfallAssets, terms.floorPrice) == 0) return;
        // A new write-off has a number above all lots'; asking for its lot would cost 3,000 gas.
        bool isNew = id > book.budget.lastLotId;
        if (!isNew) shortfallAssets += _withdrawLot(vault, id, terms.floorPrice);
        (uint256 tokens, LeakyBucket.Levels memory present) = book.budget.room();
        tokens = DutchPrice.lot(tokens, shortfallAssets, terms.floorPrice);
        if (tokens == 0) return;
        uint16 startPart = _startPart(vault, terms);
        book.budget.drawFrom(present, tokens, isNew ? id : book.budget.lastLotId);
        _openLot(vault, id, tokens, startPart, book.budget.termsVersion, terms);
    }

    /// @dev Takes what is left of the lot of `id` off sale.
    /// @return assets What it would have raised at the floor price for lenders who are still owed that.
    function _withdrawLot(address vault, uint256 id, uint256 floorPrice) private returns (uint256 assets) {
        (uint256 left, uint256 offeredAt) = _takeBack(vault, id);
        if (left == 0) return 0;
        _giveBack(vault, left, offeredAt);
        return Math.min(_engine.lendersOutstanding(vault, id), DutchPrice.assetsDown(left, floorPrice));
    }

    /// @inheritdoc IDilution
    function lastClearing(address vault) external view returns (uint256 id, uint256 price) {
        MintBudget.Budget storage vaultBudget = _books[vault].budget;
        return (vaultBudget.clearingId, vaultBudget.clearingPrice);
    }

    /// @inheritdoc IDilution
    function previewStartPrice(address vault) external view returns (uint256 price) {
        SaleTerms memory terms = _books[vault].sale;
        return DutchPrice.atPartUp(_startPart(vault, terms), terms.floorPrice, terms.startPrice);
    }

    /// @dev Where the next lot of `vault` starts, in 65,535ths of the way from floor to highest start price: so kept, a lot
    /// is one slot, which saves 20,000 gas.
    function _startPart(address vault, SaleTerms memory terms) private view returns (uint16 part) {
        VaultBook storage book = _books[vault];
        uint256 price;
        if (book.budget.hasOracle) price = _oraclePrice(vault, book.tokenOracle);
        if (price == 0) price = (uint256(book.budget.clearingPrice) * 3) / 2;
        if (price == 0) price = terms.startPrice;
        return DutchPrice.partUp(price, terms.floorPrice, terms.startPrice);
    }

    /// @dev What the oracle says of a whole token; zero if it fails, or there is not enough gas to ask it and still open a
    /// lot.
    function _oraclePrice(address vault, IPriceOracle oracle) private view returns (uint256) {
        if (gasleft() < (ORACLE_GAS * 64) / 63 + OFFER_GAS) return 0;
        address asset = IERC4626(vault).asset();
        return
            TrancheCall.read(
                address(oracle),
                ORACLE_GAS,
                abi.encodeCall(IPriceOracle.getQuote, (DutchPrice.WHOLE_TOKEN, address(_token), asset))
            );
    }

    /// @dev Notes what was sold for `id` altogether; a sale of some size is the new clearing.
    function _noteClearing(VaultBook storage book, uint256 id, uint256 tokens, uint256 assets) private {
        if (book.budget.clearingId != id && tokens < book.budget.hourCap / CLEARING_DIVISOR) return;
        uint104 price = uint104(Math.min(DutchPrice.averageDown(assets, tokens), type(uint104).max));
        uint32 clearingId = id.toUint32();
        book.budget.clearingPrice = price;
        book.budget.clearingId = clearingId;
    }

    // ---------------------------------------------------------------- The sale

    /// @inheritdoc DebtAuction
    function _bookSale(address vault, uint256 id, Sale memory sale, address receiver) internal override {
        VaultBook storage book = _books[vault];
        (uint256 tokens, uint256 assets) = (sale.soldTokens, _engine.creditProceeds(vault, id, sale.assets));
        // Without ever a book of bids nothing was sold to any: not looking saves 2,100 gas.
        if (book.budget.hadUnderwriters) {
            Issue memory filled = _filled[vault][id];
            tokens += filled.mintedTokens;
            assets += filled.raisedAssets;
        }
        _noteClearing(book, id, tokens, assets);
        if (sale.unsoldTokens != 0) _giveBack(vault, sale.unsoldTokens, sale.offeredAt);
        _token.mint(receiver, sale.tokens);
    }

    // ---------------------------------------------------------------- Up: money that comes back

    /// @inheritdoc ILossTranche
    function recover(address vault, uint256 id, uint256 assets) external onlyEngine {
        IERC20(IERC4626(vault).asset()).pullTo(msg.sender, address(buybackAuction), assets);
        _openRound(vault, id, assets, false);
    }

    /// @inheritdoc IDilution
    function unspent(
        address vault,
        uint256 id,
        uint256 assets,
        bool isOfClaims
    ) external onlyAuction(address(buybackAuction)) {
        IERC20 asset = IERC20(IERC4626(vault).asset());
        asset.forceApprove(address(_engine), assets);
        if (!isOfClaims) {
            _engine.returnUnspent(vault, id, assets);
            return;
        }
        uint256 owed = Math.min(assets, _engine.outstanding(vault, id));
        if (owed != 0) owed = _engine.recover(vault, id, owed);
        if (owed == assets) return;
        asset.forceApprove(address(_engine), 0);
        keptAssets[vault] += assets - owed;
        emit ClaimMoneyKept(vault, id, assets - owed);
    }

    /// @inheritdoc IDilution
    function forwardKept(address vault) external returns (uint256 assets) {
        assets = keptAssets[vault];
        if (assets == 0) revert NothingKept(vault);
        keptAssets[vault] = 0;
        (, address fund) = IWriteOffVault(vault).reservePolicy();
        emit ClaimMoneyForwarded(vault, fund, assets);
        IERC20(IERC4626(vault).asset()).forceApprove(fund, assets);
        IInsuranceFund(fund).addPremium(assets);
    }

    // ---------------------------------------------------------------- In place of claims

    /// @inheritdoc IDilution
    function taken(
        address vault,
        uint256 id,
        uint256 tokens,
        uint256 assets,
        address receiver
    ) external onlyAuction(address(inKindClaims)) {
        Issue storage issue = _taken[vault][id];
        issue.raisedAssets += assets.toUint128();
        issue.mintedTokens += tokens.toUint128();
        _takeUnsold(vault, id, tokens);
        _token.mint(receiver, tokens);
    }

    /// @inheritdoc IDilution
    function buyBack(address vault, uint256 id, uint256 assets) external onlyAuction(address(inKindClaims)) {
        _openRound(vault, id, assets, true);
    }

    function _openRound(address vault, uint256 id, uint256 assets, bool isOfClaims) private {
        uint256 maxPrice = averageIssuePrice(vault, id);
        buybackAuction.open(vault, id, assets, maxPrice, buybackTerms(vault), isOfClaims);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IBackstopMinter
    function token() public view override returns (IERC20) {
        return _token;
    }

    /// @inheritdoc IDilution
    /// @dev Not within a purchase, where tokens are counted before their proceeds are: no round of buying back opens then.
    function averageIssuePrice(address vault, uint256 id) public view nonReentrantView returns (uint256 price) {
        (, price) = issuedFor(vault, id);
    }

    /// @inheritdoc IDilution
    function issuedFor(address vault, uint256 id) public view returns (uint256 tokens, uint256 averagePrice) {
        Issue memory issue = issueOf(vault, id);
        Issue memory inKind = _taken[vault][id];
        tokens = uint256(issue.mintedTokens) + inKind.mintedTokens;
        if (tokens != 0)
            averagePrice = DutchPrice.averageDown(uint256(issue.raisedAssets) + inKind.raisedAssets, tokens);
    }

    /// @inheritdoc IDilution
    function takenOf(address vault, uint256 id) external view returns (Issue memory) {
        return _taken[vault][id];
    }

    /// @inheritdoc IDilution
    function issueOf(address vault, uint256 id) public view returns (Issue memory issue) {
        issue = _filled[vault][id];
        uint256 tokens = soldTokens(vault, id);
        if (tokens == 0) return issue;
        issue.mintedTokens += tokens.toUint128();
        issue.raisedAssets += _engine.proceedsOf(vault, id).toUint128();
    }

    /// @inheritdoc IDilution
    function mintedFor(address vault, uint256 id) external view returns (uint256) {
        return uint256(_filled[vault][id].mintedTokens) + _taken[vault][id].mintedTokens + soldTokens(vault, id);
    }
}
