// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDebtAuction} from "../interfaces/IDebtAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {DutchPrice} from "../libraries/DutchPrice.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {PreparedSlots} from "../libraries/PreparedSlots.sol";

/// @title Dutch sale of tokens against a loss
/// @notice Dilution opens a lot per write-off; anybody buys any part of it in one transaction, without a callback; the
/// money goes straight from the buyer to the vault and only then are tokens minted. Holds neither money nor tokens.
/// Never: a token under its lot's floor price, a purchase beyond what the charged lenders are owed, an expired lot that
/// cannot be closed. Upholds DI1, RE1, LI1, WO4.
contract DebtAuction is IDebtAuction, ReentrancyGuardTransient {
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    /// @inheritdoc IDebtAuction
    IDilution public immutable dilution;
    IWriteOffEngine private immutable _engine;

    /// @dev What is kept of a lot. One slot, because opening one is paid for within a write-off. Without a time it is no lot;
    /// a start part alone marks one that is prepared, which shows nothing because version 0 of all terms is empty.
    struct Offer {
        uint96 offeredTokens;
        uint96 soldTokens;
        uint32 openedAt;
        uint16 startPart; // start price, in 65,535ths of the way from floor to highest start price
        uint16 version; // of its terms
    }

    /// @dev Terms of sale as they were. Two slots; a purchase reads the first.
    struct Terms {
        IDilution.SaleTerms sale;
        uint24 claimSeconds;
    }

    mapping(address vault => mapping(uint256 id => Offer)) private _offers;
    mapping(address vault => mapping(uint256 version => Terms)) private _terms;

    /// @dev Created by Dilution.
    constructor(IWriteOffEngine engine_) {
        dilution = IDilution(msg.sender);
        _engine = engine_;
    }

    modifier onlyDilution() {
        if (msg.sender != address(dilution)) revert OnlyDilution(msg.sender);
        _;
    }

    /// @inheritdoc IDebtAuction
    function setTerms(
        address vault,
        uint256 version,
        IDilution.SaleTerms calldata terms,
        uint256 claimSeconds
    ) external onlyDilution {
        _terms[vault][version] = Terms({sale: terms, claimSeconds: claimSeconds.toUint24()});
    }

    /// @inheritdoc IDebtAuction
    function open(
        address vault,
        uint256 id,
        uint256 tokens,
        uint16 startPart,
        uint16 version,
        IDilution.SaleTerms calldata terms
    ) external onlyDilution {
        uint96 sold = _offers[vault][id].soldTokens;
        _offers[vault][id] = Offer({
            offeredTokens: (sold + tokens).toUint96(),
            soldTokens: sold,
            openedAt: block.timestamp.toUint32(),
            startPart: startPart,
            version: version
        });
        emit LotOpened(
            vault,
            id,
            tokens,
            DutchPrice.atPartUp(startPart, terms.floorPrice, terms.startPrice),
            terms.floorPrice,
            terms.fallSeconds,
            block.timestamp + terms.saleSeconds
        );
    }

    /// @inheritdoc IDebtAuction
    function takeBack(
        address vault,
        uint256 id
    ) external onlyDilution returns (uint256 unsoldTokens, uint256 openedAt) {
        Offer memory offer = _offers[vault][id];
        if (offer.offeredTokens == offer.soldTokens) return (0, 0);
        unsoldTokens = _close(vault, id, offer);
        _offers[vault][id] = offer;
        return (unsoldTokens, offer.openedAt);
    }

    /// @inheritdoc IDebtAuction
    function takeUnsold(address vault, uint256 id, uint256 tokens) external onlyDilution {
        Offer memory offer = _openOffer(vault, id);
        (uint256 expiresAt, uint256 closesAt) = _endOf(vault, offer);
        if (block.timestamp < expiresAt || block.timestamp >= closesAt) {
            revert NotClaimTime(vault, id, expiresAt, closesAt);
        }
        uint256 remaining = offer.offeredTokens - offer.soldTokens;
        if (tokens > remaining) revert ExceedsLot(tokens, remaining);
        _offers[vault][id].offeredTokens = (offer.offeredTokens - tokens).toUint96();
        emit LotTaken(vault, id, tokens);
    }

    /// @inheritdoc IDebtAuction
    /// @dev The report to Dilution comes last: it books the proceeds and mints.
    function buy(
        address vault,
        uint256 id,
        uint256 maxTokens,
        uint256 maxPrice,
        address receiver,
        uint256 deadline
    ) external nonReentrant returns (uint256 tokens, uint256 assets) {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        // Said before the buyer's money is asked for, so that it is named.
        if (dilution.isPaused(vault)) revert SalePaused(vault);
        IDilution.Sale memory sale;
        sale.receiver = receiver;
        _sell(vault, id, maxTokens, maxPrice, sale);
        IERC20(IERC4626(vault).asset()).pullTo(msg.sender, vault, sale.assets);
        dilution.sold(vault, id, sale);
        return (sale.tokens, sale.assets);
    }

    /// @inheritdoc IDebtAuction
    function settle(address vault, uint256 id) external nonReentrant returns (uint256 unsoldTokens) {
        Offer memory offer = _openOffer(vault, id);
        (, uint256 closesAt) = _endOf(vault, offer);
        if (block.timestamp < closesAt) {
            uint256 outstanding = _engine.lendersOutstanding(vault, id);
            if (!_isPaidFor(_terms[vault][offer.version].sale, outstanding)) {
                revert LotStillOpen(vault, id, closesAt, outstanding);
            }
        }
        unsoldTokens = _close(vault, id, offer);
        _offers[vault][id] = offer;
        dilution.unsold(vault, unsoldTokens, offer.openedAt);
    }

    /// @inheritdoc IDebtAuction
    function prepareLots(address vault, uint256 count) external returns (uint256 slots) {
        if (!_engine.isVault(vault)) revert IWriteOffEngine.UnknownVault(vault);
        PreparedSlots.check(count);
        uint256 latest = _engine.writeOffCount(vault);
        // From the last one down to the first that is marked: marks have no gap.
        for (uint256 id = latest + count; id != latest && _offers[vault][id].startPart == 0; --id) {
            _offers[vault][id].startPart = 1;
            ++slots;
        }
    }

    /// @inheritdoc IDebtAuction
    function preparedLots(address vault) external view returns (uint256 lots) {
        uint256 next = _engine.writeOffCount(vault) + 1;
        while (lots < PreparedSlots.MAX_AHEAD && _offers[vault][next + lots].startPart != 0) ++lots;
    }

    /// @inheritdoc IDebtAuction
    function lot(address vault, uint256 id) external view returns (Lot memory) {
        Offer memory offer = _offers[vault][id];
        Terms memory terms = _terms[vault][offer.version];
        IDilution.SaleTerms memory sale = terms.sale;
        return
            Lot({
                offeredTokens: offer.offeredTokens,
                soldTokens: offer.soldTokens,
                openedAt: offer.openedAt,
                expiresAt: offer.openedAt + sale.saleSeconds,
                startPrice: uint112(DutchPrice.atPartUp(offer.startPart, sale.floorPrice, sale.startPrice)),
                floorPrice: sale.floorPrice,
                fallSeconds: sale.fallSeconds,
                claimSeconds: terms.claimSeconds
            });
    }

    /// @inheritdoc IDebtAuction
    function remainingTokens(address vault, uint256 id) external view returns (uint256) {
        Offer storage offer = _offers[vault][id];
        return offer.offeredTokens - offer.soldTokens;
    }

    /// @inheritdoc IDebtAuction
    function soldTokens(address vault, uint256 id) external view returns (uint256) {
        return _offers[vault][id].soldTokens;
    }

    /// @inheritdoc IDebtAuction
    function currentPrice(address vault, uint256 id) external view returns (uint256) {
        Offer memory offer = _offer(vault, id);
        return _price(offer, _terms[vault][offer.version].sale);
    }

    /// @inheritdoc IDebtAuction
    function quoteBuy(
        address vault,
        uint256 id,
        uint256 maxTokens
    ) external view returns (uint256 tokens, uint256 assets) {
        Offer memory offer = _offers[vault][id];
        IDilution.SaleTerms memory terms = _terms[vault][offer.version].sale;
        if (block.timestamp >= uint256(offer.openedAt) + terms.saleSeconds || dilution.isPaused(vault)) return (0, 0);
        return _fill(offer, _price(offer, terms), maxTokens, _engine.lendersOutstanding(vault, id));
    }

    /// @dev Works out a purchase and takes it off the lot, which it may close. Fills in `sale`.
    function _sell(address vault, uint256 id, uint256 maxTokens, uint256 maxPrice, IDilution.Sale memory sale) private {
        Offer memory offer = _openOffer(vault, id);
        IDilution.SaleTerms memory terms = _terms[vault][offer.version].sale;
        uint256 expiresAt = uint256(offer.openedAt) + terms.saleSeconds;
        if (block.timestamp >= expiresAt) revert LotExpired(vault, id, expiresAt);
        uint256 price = _price(offer, terms);
        if (price > maxPrice) revert PriceAboveLimit(price, maxPrice);
        uint256 outstanding = _engine.lendersOutstanding(vault, id);
        (sale.tokens, sale.assets) = _fill(offer, price, maxTokens, outstanding);
        if (sale.tokens == 0) revert NothingToBuy(maxTokens, offer.offeredTokens - offer.soldTokens, outstanding);

        offer.soldTokens = (offer.soldTokens + sale.tokens).toUint96();
        (sale.soldTokens, sale.offeredAt) = (offer.soldTokens, offer.openedAt);
        emit LotBought(vault, id, msg.sender, sale.receiver, sale.tokens, sale.assets, price);
        if (_isPaidFor(terms, outstanding - sale.assets)) sale.unsoldTokens = _close(vault, id, offer);
        _offers[vault][id] = offer;
    }

    /// @dev Whether the lenders are owed less than a token unit costs at the floor, so that nothing more can be sold.
    function _isPaidFor(IDilution.SaleTerms memory terms, uint256 outstanding) private pure returns (bool) {
        return DutchPrice.tokensDown(outstanding, terms.floorPrice) == 0;
    }

    /// @dev Takes what was not sold off the offer; the caller stores it.
    function _close(address vault, uint256 id, Offer memory offer) private returns (uint256 unsoldTokens) {
        unsoldTokens = offer.offeredTokens - offer.soldTokens;
        if (unsoldTokens == 0) return 0;
        offer.offeredTokens = offer.soldTokens;
        emit LotSettled(vault, id, unsoldTokens);
    }

    /// @dev How much of `maxTokens` is left in the lot and paid for by what the lenders are owed.
    function _fill(
        Offer memory offer,
        uint256 price,
        uint256 maxTokens,
        uint256 outstanding
    ) private pure returns (uint256 tokens, uint256 assets) {
        tokens = Math.min(maxTokens, offer.offeredTokens - offer.soldTokens);
        assets = DutchPrice.assetsUp(tokens, price);
        if (assets <= outstanding) return (tokens, assets);
        // All that they are owed, to the unit: less than a token unit's price more than the tokens, rounded down, cost.
        tokens = DutchPrice.tokensDown(outstanding, price);
        assets = tokens == 0 ? 0 : outstanding;
    }

    function _price(Offer memory offer, IDilution.SaleTerms memory terms) private view returns (uint256) {
        uint256 elapsed = block.timestamp - offer.openedAt;
        uint256 startPrice = DutchPrice.atPartUp(offer.startPart, terms.floorPrice, terms.startPrice);
        return DutchPrice.fallingUp(startPrice, terms.floorPrice, elapsed, terms.fallSeconds);
    }

    /// @dev First second at which nothing is sold any more, and at which nothing can be taken either.
    function _endOf(address vault, Offer memory offer) private view returns (uint256 expiresAt, uint256 closesAt) {
        Terms memory terms = _terms[vault][offer.version];
        expiresAt = uint256(offer.openedAt) + terms.sale.saleSeconds;
        closesAt = expiresAt + terms.claimSeconds;
    }

    function _offer(address vault, uint256 id) private view returns (Offer memory found) {
        found = _offers[vault][id];
        if (found.openedAt == 0) revert UnknownLot(vault, id);
    }

    function _openOffer(address vault, uint256 id) private view returns (Offer memory found) {
        found = _offer(vault, id);
        if (found.offeredTokens == found.soldTokens) revert LotClosed(vault, id);
    }
}
