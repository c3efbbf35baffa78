// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILendingVault} from "../../../contracts/interfaces/ILendingVault.sol";
import {FixedPriceOracle} from "../../../contracts/testing/oracle/FixedPriceOracle.sol";
import {Ghosts} from "./Ghosts.sol";
import {Terms} from "./System.sol";

/// @notice What the campaign knows of prices, because it made them, and the arithmetic of health and solvency written a
/// second time.
abstract contract Market is Ghosts {
    /// @notice State of one collateral's price source.
    struct Price {
        uint256 primaryE36;
        uint256 lowE36;
        uint256 highE36;
        uint256 setAt;
        bool blocked;
        bool dead;
        bool retired;
        uint256 retiredPriceWad;
        /// @dev Number of the call after which trouble of the source ends.
        uint256 troubleUntil;
    }

    /// @notice A position and its surroundings before something is done to it.
    struct Case {
        address borrower;
        uint256 c;
        ILendingVault.PositionView position;
        uint256 defaulted;
        uint256 primary;
        uint256 high;
        bool readable;
        bool blocked;
    }

    Price[2] internal _prices;

    constructor() {
        for (uint256 c; c < 2; ++c) {
            uint256 start = _system.startPricesE36[c];
            _prices[c] = Price(start, start, start, _now, false, false, false, 0, 0);
        }
    }

    /// @notice State of the price source of a collateral.
    function price(uint256 c) external view returns (Price memory) {
        return _prices[c];
    }

    // ---------------------------------------------------------------- Time

    function _pass(uint256 secondsPassed) internal {
        _now += secondsPassed;
        vm.warp(_now);
    }

    // ---------------------------------------------------------------- Making prices

    /// @dev All sources say the same; trouble is over.
    function _setPrice(uint256 c, uint256 priceE36) internal {
        Price storage current = _prices[c];
        if (current.retired) return;
        _oracle().set(address(_system.collaterals[c]), address(_system.asset), uint216(priceE36));
        (current.primaryE36, current.lowE36, current.highE36) = (priceE36, priceE36, priceE36);
        (current.setAt, current.blocked, current.dead) = (_now, false, false);
    }

    /// @dev The sources disagree: the second one says `otherE36`.
    function _dispute(uint256 c, uint256 otherE36) internal {
        Price storage current = _prices[c];
        uint256 priceE36 = current.primaryE36;
        current.lowE36 = Math.min(priceE36, otherE36);
        current.highE36 = Math.max(priceE36, otherE36);
        current.setAt = _now;
        _oracle().setRange(
            address(_system.collaterals[c]),
            address(_system.asset),
            uint216(priceE36),
            current.lowE36,
            current.highE36
        );
    }

    /// @dev The second source has just fallen silent, so no loss may be booked.
    function _block(uint256 c) internal {
        _prices[c].blocked = true;
        address collateral = address(_system.collaterals[c]);
        _oracle().setLossBlockedBy(collateral, address(_system.asset), collateral);
    }

    /// @dev No source answers.
    function _kill(uint256 c) internal {
        _prices[c].dead = true;
        _oracle().setDead(address(_system.collaterals[c]), address(_system.asset), true);
    }

    /// @dev Governance has put `priceWad` in the place of a dead source, for good.
    function _setRetired(uint256 c, uint256 priceWad) internal {
        (_prices[c].retired, _prices[c].retiredPriceWad) = (true, priceWad);
        (_prices[c].blocked, _prices[c].dead, _prices[c].troubleUntil) = (false, false, 0);
        _prices[c].highE36 = _prices[c].primaryE36;
        _prices[c].lowE36 = _prices[c].primaryE36;
    }

    // ---------------------------------------------------------------- Reading them

    function _value(uint256 c, uint256 collateralAssets, uint256 priceE36) internal view returns (uint256) {
        if (_prices[c].retired) return Math.mulDiv(collateralAssets, _prices[c].retiredPriceWad, 1e18);
        return Math.mulDiv(collateralAssets, priceE36, 1e36);
    }

    function _case(address borrower, uint256 c) internal view returns (Case memory found) {
        Price memory current = _prices[c];
        found.borrower = borrower;
        found.c = c;
        found.position = _system.vault.positionOf(borrower, address(_system.collaterals[c]));
        found.defaulted = _defaultedDebt(borrower, c);
        uint256 collateralAssets = _collateralOf[borrower][c];
        found.primary = _value(c, collateralAssets, current.primaryE36);
        found.high = _value(c, collateralAssets, current.highE36);
        bool needsPrice = collateralAssets != 0 && !current.retired;
        found.readable = !needsPrice || !current.dead;
        found.blocked = needsPrice && current.blocked;
    }

    /// @dev What the write-offs of a position have left unpaid, by what was seen of them.
    function _defaultedDebt(address borrower, uint256 c) internal view returns (uint256 assets) {
        uint256[] storage ids = _idsOf[borrower][c];
        for (uint256 i; i < ids.length; ++i) {
            WriteOff storage writeOff = _writeOffs[ids[i] - 1];
            assets += writeOff.badDebt - writeOff.recovered;
        }
    }

    // ---------------------------------------------------------------- Positions

    /// @dev A position that owes something, searched from a random one on; the random one if none does.
    function _owing(uint256 seed) internal view returns (address borrower, uint256 c) {
        uint256 first = _pick(seed, "position", 6);
        for (uint256 i; i < 6; ++i) {
            (borrower, c) = (_borrowers[((first + i) % 6) / 2], (first + i) % 2);
            if (_case(borrower, c).position.debtAssets != 0) return (borrower, c);
        }
    }

    function _position(uint256 seed) internal view returns (address borrower, uint256 c) {
        return (_borrowers[_pick(seed, "borrower", 3)], _pick(seed, "collateral", 2));
    }

    /// @dev Collateral worth about `wholeAssets` at the present price.
    function _collateralFor(uint256 c, uint256 wholeAssets) internal view returns (uint256) {
        return Math.max(Math.mulDiv(wholeAssets * _system.unit, 1e36, _prices[c].primaryE36), 1);
    }

    function _isHealthy(Case memory found) internal pure returns (bool) {
        uint256 debt = found.position.debtAssets + found.defaulted;
        return found.primary * Terms.LLTV_BPS >= debt * Terms.BPS;
    }

    function _isInsolvent(Case memory found, uint256 value) internal pure returns (bool) {
        return found.position.debtAssets * (Terms.BPS + Terms.MIN_INCENTIVE_BPS) > value * Terms.BPS;
    }

    /// @dev Most that may be borrowed against what a position holds, debt that was written off included.
    function _maxDebt(address borrower, uint256 c) internal view returns (uint256) {
        uint256 value = _value(c, _collateralOf[borrower][c], _prices[c].lowE36);
        return (value * Terms.LTV_BPS) / Terms.BPS;
    }

    function _oracle() private view returns (FixedPriceOracle) {
        return _system.oracle;
    }
}
