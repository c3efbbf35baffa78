// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginVault} from "../../../contracts/interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../../../contracts/interfaces/IWriteOffEngine.sol";
import {MarginVault} from "../../../contracts/margin/MarginVault.sol";
import {MarginOrders} from "./MarginOrders.sol";

/// @notice Liquidations and impairments: never of an account that has what it needs, never a loss where the equity is
/// positive (MA4), every unit of a loss in one of the layers (WO1), insurance within the fees of the markets.
abstract contract MarginLosses is MarginOrders {
    function liquidate(uint256 seed, uint256) external turn {
        _liquidate(_weakest(seed), _pick(seed, "market", 2));
    }

    /// @notice A batch does to each what a single call would.
    function liquidateBatch(uint256 seed, uint256) external turn {
        address[] memory accounts = new address[](2);
        uint256[] memory markets = new uint256[](2);
        for (uint256 i; i < 2; ++i) (accounts[i], markets[i]) = (_traders[((seed % TRADERS) + i) % TRADERS], i);
        int256[2] memory equities = [_health(accounts[0]).equityAssets, _health(accounts[1]).equityAssets];
        bytes memory data = abi.encodeCall(MarginVault.liquidateBatch, (accounts, markets, type(uint256).max));
        (bool done, bytes memory result) = _do(_keeper, address(_system.vault), data);
        if (!done) return;
        IMarginVault.Liquidation[] memory liquidations = abi.decode(result, (IMarginVault.Liquidation[]));
        for (uint256 i; i < 2; ++i) {
            // The first one moves the skew, and with it the premium of the second, but nobody's equity.
            if (equities[i] > 0)
                _mustEqual(int256(liquidations[i].badDebtAssets), 0, "MA4", "wrote off what was positive");
        }
        ++count["liquidateBatch"];
    }

    function impair(uint256 seed, uint256) external turn {
        address trader = _weakest(seed);
        int256 equity = _health(trader).equityAssets;
        bool impaired = _system.vault.accountOf(trader).impairedAt != 0;
        if (impaired && equity < 0 && _pick(seed, "heal", 2) == 0) equity = _heal(trader, equity);
        // What makes an account whole ends its impairment by itself.
        if (impaired && _system.vault.accountOf(trader).impairedAt == 0) {
            _mustBe(equity >= 0, "LV2", "an impairment ended while something is missing");
            ++count["cleared"];
            return;
        }
        (bool done, bytes memory result) = _do(
            _keeper,
            address(_system.vault),
            abi.encodeCall(MarginVault.impair, (trader))
        );
        if (!done) {
            _mustBe(equity >= 0 || !impaired, "LV2", "a known loss could not be followed");
            return;
        }
        uint256 shortfall = abi.decode(result, (uint256));
        _mustNotExceed(int256(shortfall), equity < 0 ? -equity : int256(0), "MA4", "impaired for more than is missing");
        ++count[shortfall == 0 ? bytes32("cleared") : bytes32("impaired")];
    }

    /// @dev Somebody brings what is missing.
    function _heal(address trader, int256 equity) private returns (int256) {
        uint256 assets = uint256(-equity) + _system.unit;
        _do(trader, address(_system.vault), abi.encodeCall(MarginVault.depositMargin, (assets, trader)));
        return _health(trader).equityAssets;
    }

    function _liquidate(address trader, uint256 m) private {
        IMarginVault.HealthView memory health = _health(trader);
        uint256 drawable = _allowances();
        uint256 entries = _system.engine.writeOffCount(address(_system.vault));
        int256 before = _poolValue();
        bytes memory data = abi.encodeCall(MarginVault.liquidate, (trader, m, type(uint256).max));
        (bool done, bytes memory result) = _do(_keeper, address(_system.vault), data);
        if (!done) return;
        _mustNotExceed(
            health.equityAssets + 1,
            int256(health.maintenanceAssets),
            "LV2",
            "a healthy account was liquidated"
        );
        IMarginVault.Liquidation memory told = abi.decode(result, (IMarginVault.Liquidation));
        ++count[told.complete ? bytes32("closedWhole") : bytes32("closedInPart")];
        if (health.equityAssets >= 0)
            _mustEqual(int256(told.badDebtAssets), 0, "MA4", "wrote off what was not negative");
        _mustNotExceed(
            int256(told.badDebtAssets),
            _positive(-health.equityAssets),
            "MA4",
            "wrote off more than was missing"
        );
        if (told.complete) _checkClosed(trader);
        else _mustBe(health.equityAssets > 0, "LV2", "an account without equity was closed in part");
        if (told.badDebtAssets != 0) _checkWriteOff(trader, told, drawable, entries);
        // A liquidation takes fees and the premium; nothing leaves the pool but the keeper's reward out of the reserves,
        // and a premium that the account could not pay.
        if (!told.complete) _mustNotExceed(-2, _poolValue() - before, "MA3", "the pool paid for a partial liquidation");
    }

    function _checkClosed(address trader) private {
        IMarginVault.AccountView memory account = _system.vault.accountOf(trader);
        _mustEqual(int256(account.deficitAssets), 0, "LV2", "a deficit was left");
        _mustEqual(int256(uint256(account.openMarkets)), 0, "LV2", "a position was left");
        _mustEqual(int256(uint256(account.impairmentId)), 0, "LV2", "still impaired");
    }

    function _checkWriteOff(
        address trader,
        IMarginVault.Liquidation memory told,
        uint256 drawable,
        uint256 entries
    ) private {
        ++count["writtenOff"];
        uint256 id = _system.vault.accountOf(trader).writeOffId;
        IWriteOffEngine.LedgerEntry memory entry = _system.engine.ledger(address(_system.vault), id);
        _mustEqual(
            int256(uint256(entry.badDebt)),
            int256(uint256(entry.reserves) + entry.insurance + entry.dilutionCash + entry.socialized),
            "WO1",
            "the layers do not add up"
        );
        if (id > entries) {
            _mustEqual(int256(uint256(entry.badDebt)), int256(told.badDebtAssets), "WO1", "another loss was booked");
            _mustNotExceed(int256(uint256(entry.insurance)), int256(drawable), "MA7", "more insurance than fees allow");
        }
        if (entry.insurance != 0) ++count["insured"];
        if (entry.socialized != 0) ++count["socialized"];
    }

    /// @dev What insurance may pay for both markets together.
    function _allowances() private view returns (uint256 assets) {
        for (uint256 m; m < 2; ++m) {
            (uint256 allowance, , ) = _system.vault.insuranceAllowance(m);
            assets += allowance;
        }
    }

    /// @dev Mostly the account that is worst off, sometimes anybody.
    function _weakest(uint256 seed) private view returns (address worst) {
        worst = _traders[seed % TRADERS];
        if (_pick(seed, "anybody", 4) == 0) return worst;
        int256 least = type(int256).max;
        for (uint256 i; i < TRADERS; ++i) {
            IMarginVault.HealthView memory health = _health(_traders[i]);
            int256 room = health.equityAssets - int256(health.maintenanceAssets);
            if (room < least && health.maintenanceAssets != 0) (worst, least) = (_traders[i], room);
        }
    }

    function _health(address trader) internal view returns (IMarginVault.HealthView memory) {
        return _system.vault.healthOf(trader);
    }

    function _positive(int256 value) private pure returns (int256) {
        return value > 0 ? value : int256(0);
    }
}
