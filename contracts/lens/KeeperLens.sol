// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBuybackAuction} from "../interfaces/IBuybackAuction.sol";
import {IDebtAuction} from "../interfaces/IDebtAuction.sol";
import {IKeeperLens} from "../interfaces/IKeeperLens.sol";
import {ILendingVault} from "../interfaces/ILendingVault.sol";
import {ISolventVault} from "../interfaces/ISolventVault.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {LiquidationMath} from "../lending/LiquidationMath.sol";
import {WAD} from "../libraries/Units.sol";

/// @title What a bot needs to know, in pages
/// @notice Stateless: anybody may deploy another. Health and shortfall come from the library that the vault itself uses,
/// over prices read once a page; what would be done with a position is planned by the vault (`planLosses`).
/// Never: a state changed. Upholds WO3.
contract KeeperLens is IKeeperLens {
    /// @dev A page must fit what nodes allow for one call.
    uint256 private constant MAX_ROWS = 1_000;

    modifier onlyPage(uint256 rows) {
        if (rows > MAX_ROWS) revert TooManyRows(rows, MAX_ROWS);
        _;
    }

    // ---------------------------------------------------------------- Positions

    /// @inheritdoc IKeeperLens
    function positions(
        ILendingVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view onlyPage(keys.length) returns (Row[] memory rows) {
        rows = new Row[](keys.length);
        for (uint256 i; i < keys.length; ++i) _readPosition(vault, keys[i], rows[i]);
        address[] memory collaterals = vault.collaterals();
        for (uint256 i; i < collaterals.length; ++i) _value(vault, collaterals[i], keys, rows);
    }

    function _readPosition(ILendingVault vault, ISolventVault.PositionKey calldata key, Row memory row) private view {
        ILendingVault.PositionView memory position = vault.positionOf(key.borrower, key.collateral);
        row.collateralAssets = position.collateralAssets;
        row.debtAssets = position.debtAssets;
        row.impairedAt = position.impairedAt;
        row.writeOffId = position.writeOffId;
        row.healthWad = type(uint256).max;
        row.oldestRoundAt = type(uint64).max;
        if (position.writeOffId != 0) {
            (row.defaultedAssets, ) = vault.engine().defaultOf(address(vault), position.writeOffId);
        }
        if (position.impairmentId != 0) {
            (uint256 reserves, uint256 earmarked, uint256 charged) = vault.provisionOf(position.impairmentId);
            row.provisionedAssets = reserves + earmarked + charged;
        }
    }

    /// @dev Prices the rows of one collateral and judges them.
    function _value(
        ILendingVault vault,
        address collateral,
        ISolventVault.PositionKey[] calldata keys,
        Row[] memory rows
    ) private view {
        uint256[] memory amounts = new uint256[](keys.length);
        bool any;
        for (uint256 i; i < keys.length; ++i) {
            if (keys[i].collateral != collateral) continue;
            amounts[i] = rows[i].collateralAssets;
            any = any || amounts[i] != 0 || rows[i].debtAssets != 0;
        }
        if (!any) return;
        (, bool retired, uint256 retiredPriceWad) = vault.retirementOf(collateral);
        (IPriceOracle.LossQuote[] memory quotes, bytes4[] memory failures) = _quotes(
            vault,
            collateral,
            amounts,
            retired
        );
        ILendingVault.CollateralConfig memory rules = vault.collateralConfig(collateral);
        for (uint256 i; i < keys.length; ++i) {
            if (keys[i].collateral != collateral) continue;
            if (retired)
                quotes[i] = _retired(Math.mulDiv(amounts[i], retiredPriceWad, WAD));
                // What is worth nothing by rule needs no price.
            else if (amounts[i] == 0) (quotes[i], failures[i]) = (_retired(0), 0);
            _judge(rows[i], quotes[i], failures[i], rules);
        }
    }

    /// @dev All at once; one by one where that fails, so that one position never hides the others.
    function _quotes(
        ILendingVault vault,
        address collateral,
        uint256[] memory amounts,
        bool retired
    ) private view returns (IPriceOracle.LossQuote[] memory quotes, bytes4[] memory failures) {
        failures = new bytes4[](amounts.length);
        if (retired) return (new IPriceOracle.LossQuote[](amounts.length), failures);
        IPriceOracle oracle = vault.oracle();
        address asset = vault.asset();
        try oracle.getLossQuotes(amounts, collateral, asset) returns (IPriceOracle.LossQuote[] memory read) {
            return (read, failures);
        } catch {
            quotes = new IPriceOracle.LossQuote[](amounts.length);
        }
        for (uint256 i; i < amounts.length; ++i) {
            if (amounts[i] == 0) continue;
            try oracle.getLossQuote(amounts[i], collateral, asset) returns (IPriceOracle.LossQuote memory read) {
                quotes[i] = read;
            } catch (bytes memory reason) {
                failures[i] = reason.length < 4 ? bytes4(0xffffffff) : bytes4(reason);
            }
        }
    }

    function _retired(uint256 value) private pure returns (IPriceOracle.LossQuote memory) {
        return IPriceOracle.LossQuote(value, value, type(uint64).max, address(0));
    }

    function _judge(
        Row memory row,
        IPriceOracle.LossQuote memory quote,
        bytes4 failure,
        ILendingVault.CollateralConfig memory rules
    ) private pure {
        row.failure = failure;
        if (failure != 0) {
            if (row.debtAssets + row.defaultedAssets != 0) row.healthWad = 0;
            return;
        }
        (row.valueAssets, row.highAssets) = (quote.primaryAssets, quote.highAssets);
        (row.oldestRoundAt, row.lossBlockedBy) = (quote.oldestRoundAt, quote.lossBlockedBy);
        uint256 claim = row.debtAssets + row.defaultedAssets;
        row.healthWad = LiquidationMath.healthWad(quote.primaryAssets, rules.lltvBps, claim);
        if (LiquidationMath.isInsolvent(quote.highAssets, row.debtAssets, rules.minIncentiveBps)) {
            row.shortfallAssets = row.debtAssets - LiquidationMath.coveredDown(quote.highAssets, rules.minIncentiveBps);
        }
    }

    // ---------------------------------------------------------------- What may be done, and why not

    /// @inheritdoc IKeeperLens
    function explain(
        ILendingVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view onlyPage(keys.length) returns (Outlook[] memory outlooks) {
        ILendingVault.RiskConfig memory risk = vault.riskConfig();
        outlooks = new Outlook[](keys.length);
        ISolventVault.PositionKey[] memory one = new ISolventVault.PositionKey[](1);
        for (uint256 i; i < keys.length; ++i) {
            one[0] = keys[i];
            outlooks[i].liquidation = vault.planLosses(one, 0, true)[0];
            outlooks[i].writeOff = vault.planLosses(one, 0, false)[0];
            _explainWriteOff(vault, keys[i], risk, outlooks[i]);
        }
    }

    /// @dev In the order in which `writeOff` looks: solvent or blocked first, then confirmed, then of a size to do.
    function _explainWriteOff(
        ILendingVault vault,
        ISolventVault.PositionKey calldata key,
        ILendingVault.RiskConfig memory risk,
        Outlook memory outlook
    ) private view {
        uint256 impairedAt = vault.positionOf(key.borrower, key.collateral).impairedAt;
        if (impairedAt != 0) {
            outlook.earliestWriteOff = impairedAt + risk.confirmationDelay;
            outlook.latestWriteOff = outlook.earliestWriteOff + risk.confirmationWindow;
        }
        outlook.writeOffFailure = outlook.writeOff.failure;
        bytes4 kind = outlook.writeOffFailure.length < 4 ? bytes4(0) : bytes4(outlook.writeOffFailure);
        bool isOfSize = kind == ILendingVault.FractionTooSmall.selector || kind == ILendingVault.BelowMinDebt.selector;
        if (outlook.writeOffFailure.length != 0 && !isOfSize) return;
        if (impairedAt == 0 || block.timestamp < outlook.earliestWriteOff || block.timestamp > outlook.latestWriteOff) {
            outlook.writeOffFailure = abi.encodeWithSelector(
                ILendingVault.NotConfirmed.selector,
                key.borrower,
                key.collateral,
                impairedAt,
                impairedAt + risk.confirmationDelay,
                impairedAt + risk.confirmationDelay + risk.confirmationWindow
            );
            return;
        }
        uint256 oldestRoundAt = _oldestRoundAt(vault, key);
        if (oldestRoundAt <= impairedAt) {
            outlook.writeOffFailure = abi.encodeWithSelector(
                ILendingVault.NoNewerRound.selector,
                oldestRoundAt,
                impairedAt
            );
        }
    }

    function _oldestRoundAt(
        ILendingVault vault,
        ISolventVault.PositionKey calldata key
    ) private view returns (uint256) {
        uint256 held = vault.positionOf(key.borrower, key.collateral).collateralAssets;
        (, bool retired, ) = vault.retirementOf(key.collateral);
        if (held == 0 || retired) return type(uint64).max;
        return vault.oracle().getLossQuote(held, key.collateral, vault.asset()).oldestRoundAt;
    }

    // ---------------------------------------------------------------- Auctions

    /// @inheritdoc IKeeperLens
    function lots(
        IDebtAuction auction,
        address vault,
        uint256[] calldata ids
    ) external view onlyPage(ids.length) returns (LotRow[] memory rows) {
        rows = new LotRow[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            IDebtAuction.Lot memory lot = auction.lot(vault, ids[i]);
            uint256 remaining = uint256(lot.offeredTokens) - lot.soldTokens;
            (rows[i].expiresAt, rows[i].closesAt) = (lot.expiresAt, uint256(lot.expiresAt) + lot.claimSeconds);
            if (remaining == 0) continue;
            rows[i].remainingTokens = remaining;
            rows[i].price = auction.currentPrice(vault, ids[i]);
            (rows[i].buyableTokens, rows[i].buyableAssets) = auction.quoteBuy(vault, ids[i], remaining);
        }
    }

    /// @inheritdoc IKeeperLens
    function rounds(
        IBuybackAuction auction,
        address vault,
        RoundKey[] calldata keys
    ) external view onlyPage(keys.length) returns (RoundRow[] memory rows) {
        rows = new RoundRow[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            (uint256 id, uint256 number) = (keys[i].id, keys[i].number);
            if (number >= auction.roundCount(vault, id)) continue;
            IBuybackAuction.Round memory round = auction.round(vault, id, number);
            (rows[i].assets, rows[i].endsAt) = (round.assets, round.endsAt);
            if (round.assets == 0) continue;
            rows[i].price = auction.currentPrice(vault, id, number);
            (rows[i].sellableTokens, rows[i].sellableAssets) = auction.quoteSell(vault, id, number, type(uint256).max);
        }
    }
}
