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
/// @notice A part of Dilution, which opens a lot per write-off; anybody buys any part of it in one transaction, without a
/// callback; the money goes straight from the buyer to the vault and only then are tokens minted. Keeps the lots and the
/// terms they were opened under. Not a contract of its own: that would cost a write-off that opens a lot 3,300 gas, and
/// a purchase 2,900.
/// Never: a token under its lot's floor price, a purchase beyond what the charged lenders are owed, an expired lot that
/// cannot be closed. Upholds DI1, RE1, LI1, WO4.
abstract contract DebtAuction is IDebtAuction, ReentrancyGuardTransient {
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

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

    /// @dev A purchase.
    struct Sale {
        uint256 tokens; // to be minted
        uint256 assets; // paid to the vault for them
        uint256 soldTokens; // for the write-off so far, these included
        uint256 unsoldTokens; // left of a lot that the purchase has closed; to be given back to the budget
        uint256 offeredAt; // when that lot was opened, seconds
    }

    IWriteOffEngine internal immutable _engine;

    mapping(address vault => mapping(uint256 id => Offer)) private _offers;
    mapping(address vault => mapping(uint256 version => Terms)) private _terms;

    constructor(IWriteOffEngine engine_) {
        _engine = engine_;
    }

    // ---------------------------------------------------------------- The sale

    /// @inheritdoc IDebtAuction
    /// @dev The books of the lot are complete before the buyer's money is asked for; proceeds are booked when it is there, and
    /// tokens minted last.
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
        if (_isPaused(vault)) revert SalePaused(vault);
        Sale memory sale = _sell(vault, id, maxTokens, maxPrice, receiver);
        IERC20(IERC4626(vault).asset()).pullTo(msg.sender, vault, sale.assets);
        _bookSale(vault, id, sale, receiver);
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
        _giveBack(vault, unsoldTokens, offer.openedAt);
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
    function soldTokens(address vault, uint256 id) public view returns (uint256) {
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
        if (block.timestamp >= uint256(offer.openedAt) + terms.saleSeconds || _isPaused(vault)) return (0, 0);
        return _fill(offer, _price(offer, terms), maxTokens, _engine.lendersOutstanding(vault, id));
    }

    // ---------------------------------------------------------------- For Dilution

    /// @dev Keeps terms of sale for the lots that are opened under them, as version `version`, which is set once.
    function _keepTerms(
        address vault,
        uint256 version,
        IDilution.SaleTerms memory terms,
        uint24 claimSeconds
    ) internal {
        _terms[vault][version] = Terms({sale: terms, claimSeconds: claimSeconds});
    }

    /// @dev Puts `tokens` on offer under `terms`, which are version `version`. A write-off that takes a further loss has its
    /// lot opened again, at a fresh price and for the whole time; what was left of it has been taken back before.
    function _openLot(
        address vault,
        uint256 id,
        uint256 tokens,
        uint16 startPart,
        uint16 version,
        IDilution.SaleTerms memory terms
    ) internal {
        Offer memory offer = _offers[vault][id];
        offer.offeredTokens = (offer.soldTokens + tokens).toUint96();
        offer.openedAt = block.timestamp.toUint32();
        offer.startPart = startPart;
        offer.version = version;
        _offers[vault][id] = offer;
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

    /// @dev Takes what is left of the lot off sale.
    /// @return unsoldTokens That were left.
    /// @return openedAt When they were put on offer, seconds.
    function _takeBack(address vault, uint256 id) internal returns (uint256 unsoldTokens, uint256 openedAt) {
        Offer memory offer = _offers[vault][id];
        if (offer.offeredTokens == offer.soldTokens) return (0, 0);
        unsoldTokens = _close(vault, id, offer);
        _offers[vault][id] = offer;
        return (unsoldTokens, offer.openedAt);
    }

    /// @dev Takes `tokens` off an expired lot in its claim window; they stay issued.
    function _takeUnsold(address vault, uint256 id, uint256 tokens) internal {
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

    /// @dev Whether purchases of `vault`'s lots are stopped.
    function _isPaused(address vault) internal view virtual returns (bool);

    /// @dev `sale.assets` have just been paid to `vault` for tokens of the lot of `id`: books the proceeds, gives back what a
    /// closed lot has left, and mints.
    function _bookSale(address vault, uint256 id, Sale memory sale, address receiver) internal virtual;

    /// @dev Gives `tokens` that were put on offer at `offeredAt` and not sold back to the budget.
    function _giveBack(address vault, uint256 tokens, uint256 offeredAt) internal virtual;

    // ---------------------------------------------------------------- Private

    /// @dev Works out a purchase and takes it off the lot, which it may close.
    function _sell(
        address vault,
        uint256 id,
        uint256 maxTokens,
        uint256 maxPrice,
        address receiver
    ) private returns (Sale memory sale) {
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
        emit LotBought(vault, id, msg.sender, receiver, sale.tokens, sale.assets, price);
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
