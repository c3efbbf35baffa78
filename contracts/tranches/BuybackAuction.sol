// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBackstopToken} from "../interfaces/IBackstopToken.sol";
import {IBuybackAuction} from "../interfaces/IBuybackAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {DutchPrice} from "../libraries/DutchPrice.sol";
import {BPS} from "../libraries/Units.sol";

/// @title Recovered money buys minted tokens back
/// @notice Dilution opens a round for each recovery that reaches its layer; anybody sells tokens into it, which are
/// burnt. Rounds never share money, and a recovery never moves the clock of an earlier one, so nobody can hold a round
/// open or bring its price forward with dust. Never: a price above the average issue price of the write-off, more tokens
/// than were minted for it, money that cannot leave when the round is over. Upholds RE2, LI1, IN2, WO4.
contract BuybackAuction is IBuybackAuction, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @inheritdoc IBuybackAuction
    IDilution public immutable dilution;
    /// @inheritdoc IBuybackAuction
    IBackstopToken public immutable token;

    /// @dev What is kept of a write-off. One slot: its first round writes what its first sale would have to (17,100 gas).
    struct Buyback {
        uint32 rounds;
        uint96 burntTokens;
    }

    mapping(address vault => mapping(uint256 id => Buyback)) private _buybacks;
    mapping(address vault => mapping(uint256 id => mapping(uint256 number => Round))) private _rounds;

    /// @dev Created by Dilution.
    constructor(IBackstopToken token_) {
        dilution = IDilution(msg.sender);
        token = token_;
    }

    /// @inheritdoc IBuybackAuction
    function open(
        address vault,
        uint256 id,
        uint256 assets,
        uint256 maxPrice,
        IDilution.BuybackTerms calldata terms,
        bool isOfClaims
    ) external {
        if (msg.sender != address(dilution)) revert OnlyDilution(msg.sender);
        // A recovery must never fail here, so an absurd price is cut rather than refused.
        maxPrice = Math.min(maxPrice, type(uint112).max);
        uint256 startPrice = Math.mulDiv(maxPrice, terms.startBps, BPS, Math.Rounding.Ceil);
        uint256 endsAt = block.timestamp + terms.offerSeconds;
        uint256 number = _buybacks[vault][id].rounds++;
        emit RoundOpened(vault, id, number, assets, startPrice, maxPrice, terms.riseSeconds, endsAt);
        _rounds[vault][id][number] = Round({
            assets: assets.toUint128(),
            openedAt: block.timestamp.toUint32(),
            endsAt: endsAt.toUint32(),
            riseSeconds: terms.riseSeconds,
            isOfClaims: isOfClaims,
            startPrice: startPrice.toUint112(),
            maxPrice: maxPrice.toUint112()
        });
    }

    /// @inheritdoc IBuybackAuction
    function sell(
        address vault,
        uint256 id,
        uint256 number,
        uint256 maxTokens,
        uint256 minAssets,
        address receiver
    ) external nonReentrant returns (uint256 tokens, uint256 assets) {
        Round memory current = _openRound(vault, id, number);
        if (block.timestamp >= current.endsAt) revert RoundEnded(vault, id, number, current.endsAt);
        (uint256 buyable, uint256 price) = _terms(vault, id, current);
        (tokens, assets) = _fill(current.assets, price, maxTokens, buyable);
        if (assets == 0) revert NothingToSell(maxTokens, buyable);
        if (assets < minAssets) revert AssetsBelowLimit(assets, minAssets);

        _rounds[vault][id][number].assets = (current.assets - assets).toUint128();
        _buybacks[vault][id].burntTokens += tokens.toUint96();
        emit TokensBoughtBack(vault, id, msg.sender, number, receiver, tokens, assets, price);
        token.burnFrom(msg.sender, tokens);
        IERC20(IERC4626(vault).asset()).safeTransfer(receiver, assets);
    }

    /// @inheritdoc IBuybackAuction
    function settle(address vault, uint256 id, uint256 number) external nonReentrant returns (uint256 unspentAssets) {
        Round memory current = _openRound(vault, id, number);
        uint256 buyable = buyableTokens(vault, id);
        if (block.timestamp < current.endsAt && buyable != 0) {
            revert RoundStillOpen(vault, id, number, current.endsAt, buyable);
        }
        unspentAssets = current.assets;
        _rounds[vault][id][number].assets = 0;
        emit RoundSettled(vault, id, number, unspentAssets);
        IERC20(IERC4626(vault).asset()).safeTransfer(address(dilution), unspentAssets);
        dilution.unspent(vault, id, unspentAssets, current.isOfClaims);
    }

    /// @inheritdoc IBuybackAuction
    function roundCount(address vault, uint256 id) external view returns (uint256) {
        return _buybacks[vault][id].rounds;
    }

    /// @inheritdoc IBuybackAuction
    function burntTokens(address vault, uint256 id) external view returns (uint256) {
        return _buybacks[vault][id].burntTokens;
    }

    /// @inheritdoc IBuybackAuction
    function round(address vault, uint256 id, uint256 number) external view returns (Round memory) {
        return _round(vault, id, number);
    }

    /// @inheritdoc IBuybackAuction
    function buyableTokens(address vault, uint256 id) public view returns (uint256) {
        return dilution.mintedFor(vault, id) - _buybacks[vault][id].burntTokens;
    }

    /// @inheritdoc IBuybackAuction
    function currentPrice(address vault, uint256 id, uint256 number) external view returns (uint256 price) {
        (, price) = _terms(vault, id, _round(vault, id, number));
    }

    /// @inheritdoc IBuybackAuction
    function quoteSell(
        address vault,
        uint256 id,
        uint256 number,
        uint256 maxTokens
    ) external view returns (uint256 tokens, uint256 assets) {
        Round memory current = _rounds[vault][id][number];
        if (block.timestamp >= current.endsAt) return (0, 0);
        (uint256 buyable, uint256 price) = _terms(vault, id, current);
        (tokens, assets) = _fill(current.assets, price, maxTokens, buyable);
        if (assets == 0) tokens = 0;
    }

    /// @dev How much of `maxTokens` the money left pays for and may still be bought back. The last seller gives the
    /// fraction of a token unit that is over.
    function _fill(
        uint256 assetsLeft,
        uint256 price,
        uint256 maxTokens,
        uint256 buyable
    ) private pure returns (uint256 tokens, uint256 assets) {
        tokens = Math.min(maxTokens, buyable);
        assets = DutchPrice.assetsDown(tokens, price);
        if (assets <= assetsLeft) return (tokens, assets);
        return (DutchPrice.tokensUp(assetsLeft, price), assetsLeft);
    }

    /// @dev How many tokens may still be bought back, and the round's price. Tokens that are sold for the same write-off
    /// after the round was opened may lower the average.
    function _terms(
        address vault,
        uint256 id,
        Round memory current
    ) private view returns (uint256 buyable, uint256 price) {
        (uint256 issued, uint256 averagePrice) = dilution.issuedFor(vault, id);
        buyable = issued - _buybacks[vault][id].burntTokens;
        uint256 elapsed = block.timestamp - current.openedAt;
        price = DutchPrice.risingDown(current.startPrice, current.maxPrice, elapsed, current.riseSeconds);
        price = Math.min(price, averagePrice);
    }

    /// @dev A round that was never opened has no time: no need to read how many there are (2,100 gas).
    function _round(address vault, uint256 id, uint256 number) private view returns (Round memory found) {
        found = _rounds[vault][id][number];
        if (found.openedAt == 0) revert UnknownRound(vault, id, number);
    }

    function _openRound(address vault, uint256 id, uint256 number) private view returns (Round memory found) {
        found = _round(vault, id, number);
        if (found.assets == 0) revert RoundClosed(vault, id, number);
    }
}
