// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBuybackAuction} from "../../../contracts/interfaces/IBuybackAuction.sol";
import {IDebtAuction} from "../../../contracts/interfaces/IDebtAuction.sol";
import {LadderBook} from "../setting/LadderBook.sol";
import {Terms} from "../setting/System.sol";

/// @notice Buyers take minted tokens off lots and sell them back when there is money for it. Never under the floor, never
/// above the average price they were issued at (DI1), and what has run out can be closed (LI1).
abstract contract DilutionActions is LadderBook {
    function buy(uint256 seed, uint256 size) external turn(seed, size) {
        uint256 id = _openLot(seed);
        if (id != 0) _buy(_buyers[_pick(seed, "buyer", 2)], id, _size(size, 1, 3_000e18));
    }

    function settleLot(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Auction) {
        uint256 id = _openLot(seed);
        if (id == 0) return;
        address vault = address(_system.vault);
        bool expired = _now >= _system.sale.lot(vault, id).openedAt + Terms.SALE_SECONDS;
        (bool done, ) = _try(_donor, address(_system.sale), abi.encodeCall(IDebtAuction.settle, (vault, id)));
        _mustBe(done || !expired, "LI1", "a lot that has expired could not be closed");
        if (done) ++count["settleLot"];
    }

    function sell(uint256 seed, uint256 size) external turn(seed, size) {
        (uint256 id, uint256 round) = _openRound(seed);
        if (id != 0) _sell(_buyers[_pick(seed, "seller", 2)], id, round, _size(size, 1, 3_000e18));
    }

    function settleRound(uint256 seed, uint256 size) external turn(seed, size) {
        (uint256 id, uint256 round) = _openRound(seed);
        if (id != 0) _settleRound(id, round);
    }

    // ---------------------------------------------------------------- Steps

    function _buy(address buyer, uint256 id, uint256 wanted) internal watched(Step.Auction) {
        address vault = address(_system.vault);
        (uint256 quotedTokens, uint256 quotedAssets) = _system.sale.quoteBuy(vault, id, wanted);
        bytes memory data = abi.encodeCall(IDebtAuction.buy, (vault, id, wanted, type(uint256).max, buyer, _now));
        _system.asset.mint(buyer, quotedAssets);
        Holdings memory before = _holdings(buyer, address(_system.token));
        uint256 supply = _system.token.totalSupply();
        uint256 owed = _system.vault.claimsOwed();
        (bool done, ) = _try(buyer, address(_system.sale), data);
        _mustBe(done == (quotedTokens != 0), "LI1", "a purchase was refused that was quoted, or the other way round");
        if (!done) return;
        ++count["buy"];
        Holdings memory afterwards = _holdings(buyer, address(_system.token));
        _mustEqual(
            before.assets - afterwards.assets,
            quotedAssets,
            "WO3",
            "a purchase costs another amount than quoted"
        );
        _mustEqual(afterwards.tokens - before.tokens, quotedTokens, "WO3", "a purchase gives other tokens than quoted");
        _mustEqual(_system.token.totalSupply() - supply, quotedTokens, "DI1", "tokens were minted to somebody else");
        _mustEqual(_system.vault.claimsOwed() - owed, quotedAssets, "RE1", "proceeds did not reach the lenders");
        _bookPurchase(id, before.assets - afterwards.assets, afterwards.tokens - before.tokens);
    }

    function _bookPurchase(uint256 id, uint256 assets, uint256 tokens) private {
        WriteOff storage writeOff = _writeOffs[id - 1];
        _mustNotExceed(tokens * Terms.FLOOR_PRICE * _system.unit, assets * 1e18, "DI1", "sold under the floor");
        _mustNotExceed(assets, _lendersOutstanding(writeOff), "RE1", "sold for more than the lenders are owed");
        writeOff.proceeds += assets;
        writeOff.minted += tokens;
        _mints.push(Draw(_system.sale.lot(address(_system.vault), id).openedAt, tokens, id));
        _expected[address(_system.vault)][id] += assets;
        _sync(id);
    }

    function _sell(address seller, uint256 id, uint256 round, uint256 wanted) internal watched(Step.Auction) {
        address vault = address(_system.vault);
        Holdings memory before = _holdings(seller, address(_system.token));
        wanted = Math.min(wanted, before.tokens);
        (uint256 quotedTokens, uint256 quotedAssets) = _system.buyback.quoteSell(vault, id, round, wanted);
        bytes memory data = abi.encodeCall(IBuybackAuction.sell, (vault, id, round, wanted, 0, seller));
        uint256 supply = _system.token.totalSupply();
        (bool done, ) = _try(seller, address(_system.buyback), data);
        _mustBe(done == (quotedTokens != 0), "LI1", "a sale was refused that was quoted, or the other way round");
        if (!done) return;
        ++count["sell"];
        Holdings memory afterwards = _holdings(seller, address(_system.token));
        _mustEqual(afterwards.assets - before.assets, quotedAssets, "WO3", "a sale brings another amount than quoted");
        _mustEqual(before.tokens - afterwards.tokens, quotedTokens, "WO3", "a sale takes other tokens than quoted");
        _mustEqual(supply - _system.token.totalSupply(), quotedTokens, "DI1", "bought back and not burnt");
        _bookBuyback(id, afterwards.assets - before.assets, before.tokens - afterwards.tokens);
    }

    function _bookBuyback(uint256 id, uint256 assets, uint256 tokens) private {
        WriteOff storage writeOff = _writeOffs[id - 1];
        writeOff.burnt += tokens;
        uint256 issued = writeOff.minted + writeOff.bidTokens;
        _mustNotExceed(writeOff.burnt, issued, "DI1", "more bought back than minted");
        uint256 raised = writeOff.proceeds + writeOff.bids;
        _mustNotExceed(assets * issued, tokens * raised, "DI1", "above the average issue price");
    }

    function _settleRound(uint256 id, uint256 round) internal watched(Step.Recover) {
        address vault = address(_system.vault);
        IBuybackAuction.Round memory open = _system.buyback.round(vault, id, round);
        Arrivals memory before = _arrivals(id);
        bytes memory data = abi.encodeCall(IBuybackAuction.settle, (vault, id, round));
        (bool done, ) = _try(_donor, address(_system.buyback), data);
        _mustBe(done || _now < open.endsAt, _liveness(), "a round that has ended could not be closed");
        if (!done) return;
        ++count["settleRound"];
        Arrivals memory seen = _arrivals(id);
        uint256 unspent = before.dilution - seen.dilution;
        _mustEqual(unspent, open.assets, "RE2", "a round was closed with another amount than it held");
        _checkArrivals(before, seen, _climbOn(id, unspent));
        _sync(id);
    }

    // ---------------------------------------------------------------- Private

    /// @dev A write-off with tokens on offer, searched from a random one on; zero if there is none.
    function _openLot(uint256 seed) private view returns (uint256) {
        uint256 all = _writeOffs.length;
        for (uint256 i; i < all; ++i) {
            uint256 id = 1 + ((_pick(seed, "id", all) + i) % all);
            if (_system.sale.remainingTokens(address(_system.vault), id) != 0) return id;
        }
        return 0;
    }

    /// @dev A buyback round with money left, searched likewise.
    function _openRound(uint256 seed) private view returns (uint256, uint256) {
        uint256 all = _writeOffs.length;
        address vault = address(_system.vault);
        for (uint256 i; i < all; ++i) {
            uint256 id = 1 + ((_pick(seed, "id", all) + i) % all);
            uint256 rounds = _system.buyback.roundCount(vault, id);
            for (uint256 round; round < rounds; ++round) {
                if (_system.buyback.round(vault, id, round).assets != 0) return (id, round);
            }
        }
        return (0, 0);
    }
}
