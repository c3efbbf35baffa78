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

    mapping(address vault => mapping(uint256 id => Lot)) private _lots;

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
    function open(
        address vault,
        uint256 id,
        uint256 tokens,
        IDilution.SaleTerms calldata terms,
        uint32 claimSeconds
    ) external onlyDilution {
        uint96 soldTokens = _lots[vault][id].soldTokens;
        uint256 expiresAt = block.timestamp + terms.saleSeconds;
        _lots[vault][id] = Lot({
            offeredTokens: (soldTokens + tokens).toUint96(),
            soldTokens: soldTokens,
            openedAt: block.timestamp.toUint32(),
            expiresAt: expiresAt.toUint32(),
            startPrice: terms.startPrice,
            floorPrice: terms.floorPrice,
            fallSeconds: terms.fallSeconds,
            claimSeconds: claimSeconds
        });
        emit LotOpened(vault, id, tokens, terms.startPrice, terms.floorPrice, terms.fallSeconds, expiresAt);
    }

    /// @inheritdoc IDebtAuction
    function takeBack(
        address vault,
        uint256 id
    ) external onlyDilution returns (uint256 unsoldTokens, uint256 openedAt) {
        Lot memory current = _lots[vault][id];
        if (current.offeredTokens == current.soldTokens) return (0, 0);
        return (_close(vault, id, current), current.openedAt);
    }

    /// @inheritdoc IDebtAuction
    function takeUnsold(address vault, uint256 id, uint256 tokens) external onlyDilution {
        Lot memory current = _openLot(vault, id);
        uint256 closesAt = uint256(current.expiresAt) + current.claimSeconds;
        if (block.timestamp < current.expiresAt || block.timestamp >= closesAt) {
            revert NotClaimTime(vault, id, current.expiresAt, closesAt);
        }
        uint256 remaining = current.offeredTokens - current.soldTokens;
        if (tokens > remaining) revert ExceedsLot(tokens, remaining);
        _lots[vault][id].offeredTokens = (current.offeredTokens - tokens).toUint96();
        emit LotTaken(vault, id, tokens);
    }

    /// @inheritdoc IDebtAuction
    function buy(
        address vault,
        uint256 id,
        uint256 maxTokens,
        uint256 maxPrice,
        address receiver,
        uint256 deadline
    ) external nonReentrant returns (uint256 tokens, uint256 assets) {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        Lot memory current = _openLot(vault, id);
        if (block.timestamp >= current.expiresAt) revert LotExpired(vault, id, current.expiresAt);
        if (dilution.isPaused(vault)) revert SalePaused(vault);
        uint256 price = _price(current);
        if (price > maxPrice) revert PriceAboveLimit(price, maxPrice);
        uint256 outstanding = _engine.lendersOutstanding(vault, id);
        (tokens, assets) = _fill(current, price, maxTokens, outstanding);
        if (tokens == 0) revert NothingToBuy(maxTokens, current.offeredTokens - current.soldTokens, outstanding);

        current.soldTokens = (current.soldTokens + tokens).toUint96();
        _lots[vault][id].soldTokens = current.soldTokens;
        emit LotBought(vault, id, msg.sender, receiver, tokens, assets, price);
        uint256 unsold;
        if (_isPaidFor(current, outstanding - assets)) unsold = _close(vault, id, current);
        IERC20(IERC4626(vault).asset()).pullTo(msg.sender, vault, assets);
        dilution.sold(vault, id, tokens, assets, receiver);
        if (unsold != 0) dilution.unsold(vault, unsold, current.openedAt);
    }

    /// @inheritdoc IDebtAuction
    function settle(address vault, uint256 id) external nonReentrant returns (uint256 unsoldTokens) {
        Lot memory current = _openLot(vault, id);
        uint256 closesAt = uint256(current.expiresAt) + current.claimSeconds;
        if (block.timestamp < closesAt) {
            uint256 outstanding = _engine.lendersOutstanding(vault, id);
            if (!_isPaidFor(current, outstanding)) revert LotStillOpen(vault, id, closesAt, outstanding);
        }
        unsoldTokens = _close(vault, id, current);
        dilution.unsold(vault, unsoldTokens, current.openedAt);
    }

    /// @inheritdoc IDebtAuction
    function lot(address vault, uint256 id) external view returns (Lot memory) {
        return _lots[vault][id];
    }

    /// @inheritdoc IDebtAuction
    function remainingTokens(address vault, uint256 id) external view returns (uint256) {
        Lot storage current = _lots[vault][id];
        return current.offeredTokens - current.soldTokens;
    }

    /// @inheritdoc IDebtAuction
    function currentPrice(address vault, uint256 id) external view returns (uint256) {
        return _price(_lot(vault, id));
    }

    /// @inheritdoc IDebtAuction
    function quoteBuy(
        address vault,
        uint256 id,
        uint256 maxTokens
    ) external view returns (uint256 tokens, uint256 assets) {
        Lot memory current = _lots[vault][id];
        if (block.timestamp >= current.expiresAt || dilution.isPaused(vault)) return (0, 0);
        return _fill(current, _price(current), maxTokens, _engine.lendersOutstanding(vault, id));
    }

    /// @dev Whether the lenders are owed less than a token unit costs at the floor, so that nothing more can be sold.
    function _isPaidFor(Lot memory current, uint256 outstanding) private pure returns (bool) {
        return DutchPrice.tokensDown(outstanding, current.floorPrice) == 0;
    }

    /// @dev Takes what was not sold off the offer.
    function _close(address vault, uint256 id, Lot memory current) private returns (uint256 unsoldTokens) {
        unsoldTokens = current.offeredTokens - current.soldTokens;
        if (unsoldTokens == 0) return 0;
        _lots[vault][id].offeredTokens = current.soldTokens;
        emit LotSettled(vault, id, unsoldTokens);
    }

    /// @dev How much of `maxTokens` is left in the lot and paid for by what the lenders are owed.
    function _fill(
        Lot memory current,
        uint256 price,
        uint256 maxTokens,
        uint256 outstanding
    ) private pure returns (uint256 tokens, uint256 assets) {
        tokens = Math.min(maxTokens, current.offeredTokens - current.soldTokens);
        assets = DutchPrice.assetsUp(tokens, price);
        if (assets <= outstanding) return (tokens, assets);
        // All that they are owed, to the unit: less than a token unit's price more than the tokens, rounded down, cost.
        tokens = DutchPrice.tokensDown(outstanding, price);
        assets = tokens == 0 ? 0 : outstanding;
    }

    function _price(Lot memory current) private view returns (uint256) {
        uint256 elapsed = block.timestamp - current.openedAt;
        return DutchPrice.fallingUp(current.startPrice, current.floorPrice, elapsed, current.fallSeconds);
    }

    function _lot(address vault, uint256 id) private view returns (Lot memory found) {
        found = _lots[vault][id];
        if (found.openedAt == 0) revert UnknownLot(vault, id);
    }

    function _openLot(address vault, uint256 id) private view returns (Lot memory found) {
        found = _lot(vault, id);
        if (found.offeredTokens == found.soldTokens) revert LotClosed(vault, id);
    }
}
