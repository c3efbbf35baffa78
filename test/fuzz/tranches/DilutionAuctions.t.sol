// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {IBuybackAuction} from "../../../contracts/interfaces/IBuybackAuction.sol";
import {IDebtAuction} from "../../../contracts/interfaces/IDebtAuction.sol";
import {IDilution} from "../../../contracts/interfaces/IDilution.sol";
import {IPriceOracle} from "../../../contracts/interfaces/IPriceOracle.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {DilutionStandInVault} from "../../../contracts/testing/tranches/DilutionStandInVault.sol";
import {HostilePriceOracle} from "../../../contracts/testing/tranches/HostilePriceOracle.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {BackstopToken} from "../../../contracts/tranches/BackstopToken.sol";
import {Dilution} from "../../../contracts/tranches/Dilution.sol";
import {WriteOffEngine} from "../../../contracts/writeoff/WriteOffEngine.sol";

/// @notice Any history of losses, purchases, recoveries, buybacks and settlements of two vaults that share a layer and an
/// asset, over a real engine. This contract is everybody: governor, buyer, seller and payer.
contract DilutionAuctionsFuzzTest is Test {
    uint256 private constant STEPS = 28;
    uint256 private constant MAX_TOKENS = 1e24;
    uint256 private constant INITIAL_TOKENS = 1e22;

    struct Step {
        uint8 action;
        uint8 pick;
        uint256 size;
        uint256 wait;
    }

    TestToken private asset;
    WriteOffEngine private engine;
    Dilution private dilution;
    IDebtAuction private sale;
    IBuybackAuction private buyback;
    BackstopToken private token;
    HostilePriceOracle private oracle;
    DilutionStandInVault[2] private vaults;
    uint256 private unit;

    /// @dev Price limits of the vaults, asset units per whole token.
    uint256 private floorPrice;
    uint256 private burnt;

    /// @notice Authority of engine and layer: this contract may do everything at once.
    function canCall(address, address, bytes4) external pure returns (bool, uint32) {
        return (true, 0);
    }

    /// @notice DI1, RE1, IN2 and the books after every step.
    function testDI1RE1IN2AnyHistoryKeepsTheBooks(uint8 decimals, Step[STEPS] memory steps) public {
        _deploy([0, 2, 6, 8, 18, 24][decimals % 6]);
        for (uint256 i; i < STEPS; ++i) {
            vm.warp(vm.getBlockTimestamp() + bound(steps[i].wait, 0, i % 4 == 3 ? 3 days : 2 hours));
            _do(steps[i]);
            _checkBooks();
        }
    }

    /// @notice WO3: quote and purchase agree, and a purchase never pays under the floor nor beyond what is owed.
    function testWO3DI1APurchaseIsItsQuote(uint8 decimals, uint256 loss, uint256 wait, uint256 wanted) public {
        _deploy([0, 2, 6, 8, 18, 24][decimals % 6]);
        address vault = address(vaults[0]);
        loss = bound(loss, 1, 100_000 * unit);
        uint256 offered = dilution.previewOffer(vault, loss);
        vaults[0].lose(loss, 0);
        assertEq(sale.remainingTokens(vault, 1), offered, "offer");
        vm.warp(vm.getBlockTimestamp() + bound(wait, 0, 2 days - 1));
        wanted = bound(wanted, 1, MAX_TOKENS);
        (uint256 tokens, uint256 assets) = sale.quoteBuy(vault, 1, wanted);
        if (tokens == 0) return;
        uint256 price = sale.currentPrice(vault, 1);
        (uint256 bought, uint256 paid) = sale.buy(vault, 1, wanted, price, address(this), vm.getBlockTimestamp());
        assertEq(bought, tokens, "tokens");
        assertEq(paid, assets, "assets");
        assertGe(paid * 1e18, bought * floorPrice, "floor");
        assertLe(paid, loss, "charge");
    }

    // ---------------------------------------------------------------- Steps

    function _do(Step memory step) private {
        DilutionStandInVault vault = vaults[step.pick % 2];
        uint256 count = engine.writeOffCount(address(vault));
        if (step.action % 6 == 0 || count == 0) {
            _lose(vault, count, step.size);
            return;
        }
        uint256 id = 1 + (step.size % count);
        if (step.action % 6 == 1 || step.action % 6 == 2) _buy(address(vault), id, step.size);
        else if (step.action % 6 == 3) _recover(address(vault), id, step.size);
        else if (step.action % 6 == 4) _sell(address(vault), id, step.size);
        else _settle(address(vault), id, step.size);
    }

    /// @dev A new loss, or one more of a write-off that there is; the oracle says anything, or nothing.
    function _lose(DilutionStandInVault vault, uint256 count, uint256 size) private {
        oracle.behave(HostilePriceOracle.Behavior(size % 7), size >> (size % 256));
        uint256 start = dilution.previewStartPrice(address(vault));
        uint256 assets = bound(size >> 8, 1, 100_000 * unit);
        uint256 id = size % 3 == 0 && count != 0 ? 1 + ((size >> 4) % count) : 0;
        uint256 offered = id == 0 ? dilution.previewOffer(address(vault), assets) : 0;
        (uint256 booked, uint256 covered) = vault.loseMore(uint32(id), assets);
        IDebtAuction.Lot memory lot = sale.lot(address(vault), booked);
        assertEq(covered, 0, "no bids");
        if (offered != 0) assertEq(lot.offeredTokens, offered, "WO4: offered whatever the oracle did");
        if (lot.openedAt == vm.getBlockTimestamp()) assertEq(lot.startPrice, start, "start price");
        assertGe(lot.startPrice, lot.floorPrice, "DI1: floor");
        assertLe(lot.startPrice, 11 * unit, "highest start");
    }

    function _buy(address vault, uint256 id, uint256 size) private {
        uint256 wanted = bound(size >> 8, 1, 300e18);
        (uint256 tokens, uint256 quoted) = sale.quoteBuy(vault, id, wanted);
        if (tokens == 0) return;
        (, uint256 assets) = sale.buy(vault, id, wanted, type(uint256).max, address(this), type(uint256).max);
        assertEq(assets, quoted, "quote");
        assertGe(assets * 1e18, tokens * floorPrice, "DI1: floor");
    }

    function _recover(address vault, uint256 id, uint256 size) private {
        if (engine.outstanding(vault, id) == 0) return;
        engine.recover(vault, id, bound(size >> 8, 1, 100_000 * unit));
    }

    function _sell(address vault, uint256 id, uint256 size) private {
        uint256 rounds = buyback.roundCount(vault, id);
        if (rounds == 0) return;
        uint256 number = size % rounds;
        uint256 wanted = bound(size >> 8, 1, 300e18);
        (uint256 tokens, ) = buyback.quoteSell(vault, id, number, wanted);
        if (tokens == 0) return;
        (uint256 sold, uint256 assets) = buyback.sell(vault, id, number, wanted, 0, address(this));
        assertEq(sold, tokens, "quote");
        burnt += sold;
        IDilution.Issue memory issue = dilution.issueOf(vault, id);
        assertLe(assets * issue.mintedTokens, sold * issue.raisedAssets, "above the average issue price");
    }

    /// @dev LI1: whatever has run out can be closed, now.
    function _settle(address vault, uint256 id, uint256 size) private {
        IDebtAuction.Lot memory lot = sale.lot(vault, id);
        if (lot.offeredTokens != lot.soldTokens && vm.getBlockTimestamp() >= lot.expiresAt) sale.settle(vault, id);
        uint256 rounds = buyback.roundCount(vault, id);
        if (rounds == 0) return;
        IBuybackAuction.Round memory round = buyback.round(vault, id, size % rounds);
        if (round.assets != 0 && vm.getBlockTimestamp() >= round.endsAt) buyback.settle(vault, id, size % rounds);
    }

    // ---------------------------------------------------------------- What must hold

    function _checkBooks() private view {
        uint256 minted;
        uint256 toSpend;
        for (uint256 v; v < 2; ++v) {
            address vault = address(vaults[v]);
            (uint256 vaultMinted, uint256 vaultToSpend, uint256 onOffer) = _checkVault(vault);
            minted += vaultMinted;
            toSpend += vaultToSpend;
            (uint256 issued, ) = dilution.budget(vault);
            assertEq(issued, vaultMinted + onOffer, "IN2: budget");
            assertLe(issued, dilution.limits(vault).lifetimeCap, "DI1: lifetime");
            assertEq(asset.balanceOf(vault), vaults[v].creditedAssets(), "vault's money");
        }
        assertLe(minted, dilution.globalCap(), "DI1: global");
        assertEq(token.totalSupply(), INITIAL_TOKENS + minted - burnt, "supply");
        assertEq(asset.balanceOf(address(buyback)), toSpend, "buyback's money");
        assertEq(asset.balanceOf(address(dilution)) + asset.balanceOf(address(sale)), 0, "nobody else's money");
    }

    function _checkVault(address vault) private view returns (uint256 minted, uint256 toSpend, uint256 onOffer) {
        uint256 count = engine.writeOffCount(vault);
        for (uint256 id = 1; id <= count; ++id) {
            IWriteOffEngine.LedgerEntry memory entry = engine.ledger(vault, id);
            IDilution.Issue memory issue = dilution.issueOf(vault, id);
            IDebtAuction.Lot memory lot = sale.lot(vault, id);
            assertEq(entry.auctionProceeds, issue.raisedAssets, "proceeds");
            assertLe(entry.auctionProceeds, entry.socialized, "RE1: proceeds");
            assertLe(DilutionStandInVault(vault).recoveredOf(id), entry.socialized, "RE1: lenders");
            assertLe(entry.recovered, entry.badDebt, "RE1: recovered");
            assertEq(lot.soldTokens, issue.mintedTokens, "sold");
            assertGe(uint256(issue.raisedAssets) * 1e18, issue.mintedTokens * floorPrice, "DI1: floor");
            assertLe(buyback.burntTokens(vault, id), issue.mintedTokens, "burnt");
            minted += issue.mintedTokens;
            onOffer += lot.offeredTokens - lot.soldTokens;
            for (uint256 r; r < buyback.roundCount(vault, id); ++r) toSpend += buyback.round(vault, id, r).assets;
        }
    }

    // ---------------------------------------------------------------- Setting

    function _deploy(uint8 decimals) private {
        vm.warp(1_800_000_000);
        unit = 10 ** decimals;
        floorPrice = 7 * unit;
        asset = new TestToken("Asset", "AST", decimals);
        engine = new WriteOffEngine(address(this));
        dilution = new Dilution(
            address(this),
            engine,
            IDilution.TokenTerms("Backstop", "BKS", uint96(MAX_TOKENS), uint96(INITIAL_TOKENS), address(this)),
            80_000e18
        );
        (sale, buyback, token) = (
            dilution.debtAuction(),
            dilution.buybackAuction(),
            BackstopToken(address(dilution.token()))
        );
        oracle = new HostilePriceOracle();
        for (uint256 v; v < 2; ++v) _addVault(v);
        dilution.setTokenOracle(address(vaults[1]), IPriceOracle(address(oracle)));
        asset.mint(address(this), 1_000_000_000 * unit);
        asset.approve(address(sale), type(uint256).max);
        asset.approve(address(engine), type(uint256).max);
        token.approve(address(buyback), type(uint256).max);
    }

    function _addVault(uint256 v) private {
        vaults[v] = new DilutionStandInVault(address(asset), engine);
        address vault = address(vaults[v]);
        IWriteOffEngine.Tranche[] memory stack = new IWriteOffEngine.Tranche[](1);
        stack[0] = IWriteOffEngine.Tranche(address(dilution), 350_000, IWriteOffEngine.Kind.Dilution);
        engine.registerVault(vault, stack);
        dilution.setLimits(vault, IDilution.Limits(5_000e18, 20_000e18, 40_000e18));
        uint104 start = uint104(11 * unit);
        dilution.setSaleTerms(vault, IDilution.SaleTerms(start, uint104(floorPrice), 6 hours, 2 days));
        dilution.setBuybackTerms(vault, IDilution.BuybackTerms(3_333, 6 hours, 2 days));
    }
}
