// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IUnderwriterBook} from "../interfaces/IUnderwriterBook.sol";
import {DutchPrice} from "../libraries/DutchPrice.sol";

/// @title A vault's standing bids and mint budget, in memory
/// @notice Fills the same bids in the same order and with the same rounding as the chain would, loss after loss, without
/// changing anything. For quotes of several losses: each finds the bids that those before it have left.
library BidBook {
    /// @dev Shares per asset unit in a new generation, and the factor under which one counts as drained: as in
    /// UnderwriterBook.
    uint256 private constant DRAIN_FACTOR = 1e12;

    /// @notice Bids from the best price down. Prices in asset units per whole token.
    /// @param prices Price of each level.
    /// @param assets Committed at each level, asset units.
    /// @param shares Shares of each level's generation, to tell when it is drained.
    /// @param floorPrice No level below it is filled; zero: nothing is minted at all.
    /// @param budgetTokens Tokens that may still be minted or offered.
    struct Book {
        uint256[] prices;
        uint256[] assets;
        uint256[] shares;
        uint256 floorPrice;
        uint256 budgetTokens;
    }

    /// @notice The bids for `vault` in `dilution` now; empty while dilution is paused or has no terms.
    function load(IDilution dilution, address vault) internal view returns (Book memory book) {
        if (dilution.isPaused(vault)) return book;
        book.floorPrice = dilution.saleTerms(vault).floorPrice;
        (, book.budgetTokens) = dilution.budget(vault);
        IUnderwriterBook bids = dilution.underwriters(vault);
        if (address(bids) == address(0)) return book;
        uint256 count = bids.levelCount();
        book.prices = new uint256[](count);
        book.assets = new uint256[](count);
        book.shares = new uint256[](count);
        for (uint256 k; k < count; ++k) {
            IUnderwriterBook.LevelView memory level = bids.levelOf(k);
            (book.prices[k], book.assets[k], book.shares[k]) = (level.price, level.assets, level.shares);
        }
    }

    /// @notice Fills bids against a loss and puts the rest on offer, as `Dilution.cover` does.
    /// @param shortfall Asset units that are left to pay for.
    /// @return paid Asset units that the bids pay at once.
    /// @return minted Tokens for them, token units.
    /// @return offered Tokens put up for sale, token units.
    function cover(
        Book memory book,
        uint256 shortfall
    ) internal pure returns (uint256 paid, uint256 minted, uint256 offered) {
        if (book.floorPrice == 0) return (0, 0, 0);
        uint256 available = book.budgetTokens;
        for (uint256 k; k < book.prices.length && paid < shortfall && minted < available; ++k) {
            if (book.assets[k] == 0) continue;
            if (book.prices[k] < book.floorPrice) break;
            uint256 assets = Math.min(book.assets[k], shortfall - paid);
            uint256 tokens = DutchPrice.tokensDown(assets, book.prices[k]);
            if (tokens == 0) continue;
            if (tokens > available - minted) {
                tokens = available - minted;
                assets = DutchPrice.assetsUp(tokens, book.prices[k]);
            }
            minted += tokens;
            paid += assets;
            book.assets[k] -= assets;
            // A drained level starts anew; what is left of it is nobody's bid.
            if (book.assets[k] * DRAIN_FACTOR < book.shares[k]) book.assets[k] = 0;
        }
        if (paid < shortfall) {
            offered = DutchPrice.lot(available - minted, shortfall - paid, book.floorPrice);
        }
        book.budgetTokens = available - minted - offered;
    }
}
