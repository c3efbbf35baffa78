// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IChainlinkOracle} from "../interfaces/IChainlinkOracle.sol";
import {IMarginVault} from "../interfaces/IMarginVault.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {BPS, WAD} from "../libraries/Units.sol";
import {InsuranceWindow} from "./InsuranceWindow.sol";
import {MarginMath} from "./MarginMath.sol";
import {MarginTrades} from "./MarginTrades.sol";
import {SignedMath512} from "./SignedMath512.sol";

/// @title Where an account stands, and what closing it would do, without doing it
/// @notice Every figure of a liquidation, an impairment and a quote is found here, before anything is written, so the
/// three cannot differ. What is wrong is returned as an encoded error: a single call reverts with it, a batch reports it.
/// Never: a loss planned while a live source says that the equity is not negative. Upholds MA4, WO3, OR1.
abstract contract MarginFigures is MarginTrades {
    using InsuranceWindow for InsuranceWindow.Window;
    using SafeCast for uint256;

    /// @dev One position at the prices of this moment. Money in asset units.
    struct Leg {
        uint256 marketId;
        Position position;
        Price price;
        int256 index;
        int256 profit; // at the primary price, without premium, rounded down
        uint256 maintenance;
    }

    /// @dev An account at the prices of this moment. Equities by the primary sources, by the most cautious and by the most
    /// generous of all live ones for each position.
    struct Standing {
        address trader;
        Account account;
        Leg[] legs;
        int256 equity;
        int256 lowEquity;
        int256 highEquity;
        uint256 maintenance;
        uint256 initial;
        address blockedBy; // underlying whose second source has just fallen silent
    }

    /// @dev What closing a whole account does. Asset units.
    struct Closing {
        int256 realized;
        uint256 notional;
        uint256 badDebt;
        uint256 insurable;
        uint256[] insurableOf; // of each leg
    }

    /// @dev Where closings are planned one after the other: what those before would have done to each market.
    struct Before {
        int256[] skew; // change of the skew, WAD
        uint256[] insured; // promised by insurance, asset units
    }

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        IChainlinkOracle oracle_
    ) MarginTrades(asset_, engine_, oracle_) {}

    // ---------------------------------------------------------------- Where it stands

    function _standing(address trader) internal view returns (Standing memory) {
        return _standingAfter(trader, 0, address(0));
    }

    /// @dev The same if the price of the market of `moved` (of all, if zero) were lower by `dropBps`; negative: higher.
    function _standingAfter(
        address trader,
        int256 dropBps,
        address moved
    ) internal view returns (Standing memory standing) {
        standing.trader = trader;
        Account memory account = _accounts[trader];
        standing.account = account;
        standing.equity = int256(uint256(account.margin)) - int256(uint256(account.deficit));
        (standing.lowEquity, standing.highEquity) = (standing.equity, standing.equity);
        standing.legs = new Leg[](_count(account.openMarkets));
        uint256 found;
        for (uint256 id; found < standing.legs.length; ++id) {
            if ((account.openMarkets >> id) & 1 == 0) continue;
            int256 drop = moved == address(0) || moved == _markets[id].underlying ? dropBps : int256(0);
            _addLeg(standing, standing.legs[found++], id, drop);
        }
    }

    function _addLeg(Standing memory standing, Leg memory leg, uint256 id, int256 dropBps) private view {
        Market storage market = _markets[id];
        leg.marketId = id;
        Position memory position = _positions[standing.trader][id];
        leg.position = position;
        Price memory price = _readPrice(market);
        if (dropBps != 0) {
            uint256 leftBps = uint256(int256(BPS) - dropBps);
            price.primary = (price.primary * leftBps) / BPS;
            price.low = (price.low * leftBps) / BPS;
            price.high = (price.high * leftBps) / BPS;
        }
        leg.price = price;
        (, int256 index) = _fundingNow(market);
        leg.index = index;
        MarginMath.Rules memory rules = _marginRules(market);
        leg.profit = _profitAt(leg, price.primary);
        leg.maintenance = MarginMath.maintenanceUp(rules, position.sizeWad, price.primary);
        bool long = position.sizeWad > 0;
        standing.equity += leg.profit;
        standing.lowEquity += _profitAt(leg, long ? price.low : price.high);
        standing.highEquity += _profitAt(leg, long ? price.high : price.low);
        standing.maintenance += leg.maintenance;
        standing.initial += MarginMath.initialUp(rules, position.sizeWad, price.primary, _volatilityWad(market));
        if (price.blocksLoss && standing.blockedBy == address(0)) standing.blockedBy = market.underlying;
    }

    /// @dev Unrealized profit less funding at a price, asset units, rounded down.
    function _profitAt(Leg memory leg, uint256 priceWad) private pure returns (int256) {
        int256 size = leg.position.sizeWad;
        return SignedMath512.mulDivDown(size * (int256(priceWad) - leg.index) - leg.position.basis, 1, WAD_SQUARED);
    }

    /// @dev Ledger entry under which an account's loss is provisioned; zero if it is not.
    function _provisionId(uint32 impairmentId) internal pure returns (uint32) {
        return impairmentId == UNPROVISIONED ? 0 : impairmentId;
    }

    /// @dev Set bits of a bitmap.
    function _count(uint32 bitmap) internal pure returns (uint256 count) {
        while (bitmap != 0) {
            bitmap &= bitmap - 1;
            ++count;
        }
    }

    // ---------------------------------------------------------------- Closing it whole

    /// @dev Nothing has been closed before.
    function _nothingYet() internal view returns (Before memory) {
        return Before({skew: new int256[](_markets.length), insured: new uint256[](_markets.length)});
    }

    /// @dev What closing every position at the primary prices would leave. A premium is charged as far as the equity
    /// reaches: none makes a bad debt.
    function _planClosing(
        Standing memory standing,
        Before memory before
    ) internal view returns (Closing memory closing) {
        uint256 count = standing.legs.length;
        uint256[] memory losses = new uint256[](count);
        uint256 lost;
        for (uint256 i; i < count; ++i) {
            Leg memory leg = standing.legs[i];
            Market storage market = _markets[leg.marketId];
            int256 delta = -int256(leg.position.sizeWad);
            int256 skew = _skewOf(market) + before.skew[leg.marketId];
            int256 cost = _costAt(market, delta, skew, leg.price.primary);
            (int256 realized, ) = _realizedBy(leg.position, delta, cost, leg.index);
            closing.realized += realized;
            closing.notional += MarginMath.notionalUp(delta, leg.price.primary);
            if (realized < 0) losses[i] = uint256(-realized);
            lost += losses[i];
        }
        int256 left =
            int256(uint256(standing.account.margin)) - int256(uint256(standing.account.deficit)) + closing.realized;
        closing.badDebt = uint256(-SignedMath.min(0, SignedMath.max(left, standing.equity)));
        closing.insurableOf = new uint256[](count);
        if (closing.badDebt == 0 || lost == 0) return closing;
        for (uint256 i; i < count; ++i) {
            // Insurance pays for a market's part of the loss, as far as that market has paid for insurance.
            uint256 id = standing.legs[i].marketId;
            Market storage market = _markets[id];
            uint256 allowed = market.insurance.allowance(market.config.insuranceMultipleBps);
            closing.insurableOf[i] = Math.min(
                Math.mulDiv(closing.badDebt, losses[i], lost),
                Math.saturatingSub(allowed, before.insured[id])
            );
            closing.insurable += closing.insurableOf[i];
        }
    }

    /// @dev Reverts with `failure`, an encoded error; does nothing if there is none.
    function _require(bytes memory failure) internal pure {
        if (failure.length == 0) return;
        // Solidity cannot revert with an error that is at hand in its encoded form only.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            revert(add(failure, 32), mload(failure))
        }
    }

    /// @dev Whether every live source says that the equity is negative; else the encoded error.
    function _checkLoss(Standing memory standing) internal pure returns (bytes memory failure) {
        if (standing.blockedBy != address(0)) {
            return abi.encodeWithSelector(IMarginVault.LossBlocked.selector, standing.blockedBy);
        }
        if (standing.highEquity >= 0) {
            return
                abi.encodeWithSelector(
                    IMarginVault.LossDisputed.selector,
                    standing.trader,
                    standing.equity,
                    standing.highEquity
                );
        }
    }

    /// @dev Whether the account may be liquidated at all; else the encoded error. Without positions only a deficit can be.
    function _checkLiquidatable(Standing memory standing) internal pure returns (bytes memory failure) {
        if (standing.equity < standing.maintenance.toInt256()) return "";
        return
            abi.encodeWithSelector(
                IMarginVault.AccountHealthy.selector,
                standing.trader,
                standing.equity,
                standing.maintenance
            );
    }

    // ---------------------------------------------------------------- Closing a part of it

    /// @dev Size of a leg that a partial liquidation closes: as much as restores the target, all of it where that is not
    /// enough or less than the smallest position would be left.
    function _stepOf(Standing memory standing, Leg memory leg) internal view returns (uint256 closedWad) {
        Market storage market = _markets[leg.marketId];
        IMarginVault.MarketConfig storage config = market.config;
        uint256 size = SignedMath.abs(leg.position.sizeWad);
        uint256 targetWad = config.targetMultipleWad;
        uint256 others = Math.mulDiv(standing.maintenance - leg.maintenance, targetWad, WAD, Math.Rounding.Ceil);
        // The fee is at least the keeper's least reward.
        int256 equity = standing.equity - others.toInt256() - int256(uint256(_risk.minKeeperReward));
        uint256 left = MarginMath.remainingDown(
            _marginRules(market),
            equity,
            (uint256(config.liquidationFeeBps) * WAD) / BPS + _premiumWad(market, leg),
            targetWad,
            size,
            leg.price.primary
        );
        if (MarginMath.notionalUp(left.toInt256(), leg.price.primary) < _risk.minNotional) left = 0;
        // It is below its maintenance margin, so something must be closed.
        return left < size ? size - left : size;
    }

    /// @dev Premium of closing all of a leg, of its notional, WAD, rounded up; zero where closing it earns one.
    function _premiumWad(Market storage market, Leg memory leg) private view returns (uint256) {
        if (market.settledPriceWad != 0) return 0;
        int256 size = leg.position.sizeWad;
        // Average of the skew before and after, seen from the side that closes.
        int256 twiceSkew = 2 * _skewOf(market) - size;
        if (size > 0) twiceSkew = -twiceSkew;
        if (twiceSkew <= 0) return 0;
        return Math.mulDiv(uint256(twiceSkew), WAD, 2 * uint256(market.config.skewScaleWad), Math.Rounding.Ceil);
    }
}
