// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../../interfaces/IWriteOffEngine.sol";
import {ExactTransfer} from "../../libraries/ExactTransfer.sol";
import {CreditBook} from "../../writeoff/CreditBook.sol";
import {WriteOffBook} from "../../writeoff/WriteOffBook.sol";
import {WriteOffVault} from "../../writeoff/WriteOffVault.sol";

/// @title A vault that is nothing but the base
/// @notice For tests of what every vault has. Anybody may lend its cash out, let it earn, and lose any debt.
contract PlainVault is CreditBook, WriteOffVault {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    uint256 private _lent;
    uint256 private _uncollected;
    uint256 private _incomePerSecond;
    uint256 private _reservesPerSecond;

    constructor(
        IERC20Metadata asset_,
        IWriteOffEngine engine_,
        address authority_
    ) WriteOffBook(asset_, engine_) WriteOffVault(asset_, "Plain Vault", "PLAIN", authority_) {}

    /// @notice Lends `assets` of the vault's cash to `debtor`.
    function lend(uint256 assets, address debtor) external {
        _accrue();
        _spendCash(assets);
        _lent += assets;
        _asset.safeTransfer(debtor, assets);
    }

    /// @notice The caller pays `assets` of debt back.
    function payBack(uint256 assets) external {
        _takeIn(assets);
        _lent -= assets;
    }

    /// @notice From now on debts grow by `income` a second, of which `toReserves` is the reserves' part, all unpaid.
    function setIncome(uint256 income, uint256 toReserves) external {
        _accrue();
        (_incomePerSecond, _reservesPerSecond) = (income, toReserves);
    }

    /// @notice The caller pays `assets` of fees, all for the reserves.
    function payFee(uint256 assets) external {
        _takeIn(assets);
        _addReserves(assets);
    }

    /// @notice Sets what a sweep asks about: reserves that rest on unpaid income, and how many positions are impaired.
    function pretend(uint256 uncollected, uint32 impairments) external {
        (_uncollected, _impairments) = (uncollected, impairments);
    }

    /// @notice Loses a debt of `badDebt`, of which `insurable` may be insured.
    function lose(
        address debtor,
        IWriteOffEngine.Cause cause,
        uint32 previousId,
        uint256 badDebt,
        uint256 insurable
    ) external nonReentrant returns (uint256 id, uint256 socialized) {
        _accrue();
        _lent -= badDebt;
        (id, socialized) = _writeOffDebt(
            IWriteOffEngine.BadDebt({
                debtor: debtor,
                cause: cause,
                previousId: previousId,
                id: 0,
                epoch: 0,
                badDebtAssets: badDebt,
                reserveAssets: 0,
                coverableAssets: badDebt,
                insurableAssets: insurable
            }),
            0,
            0,
            _reserveAssets()
        );
        if (socialized != 0) _closeIfWipedOut();
    }

    function _takeIn(uint256 assets) private {
        _accrue();
        _addCash(assets);
        _asset.pull(msg.sender, assets);
    }

    function _accrue() internal override {
        (uint256 lentNow, uint256 reservesNow) = _accruedView();
        _lastAccrual = uint32(block.timestamp);
        _lent = lentNow;
        _reserveBase = int112(reservesNow.toInt256());
    }

    function _accrueTotal() internal override returns (uint256) {
        _accrue();
        return _storedTotalAssets();
    }

    function _storedTotalAssets() internal view override returns (uint256) {
        return _netAssets(_grossAssets(), _reserveAssets());
    }

    function _reserveAssets() internal view override returns (uint256) {
        return uint256(int256(_reserveBase));
    }

    function _outstandingAssets() internal view override returns (uint256) {
        return _lent;
    }

    function _accruedView() internal view override returns (uint256 outstandingAssets, uint256 accruedReserves) {
        uint256 elapsed = block.timestamp - _lastAccrual;
        return (_lent + elapsed * _incomePerSecond, _reserveAssets() + elapsed * _reservesPerSecond);
    }

    function _uncollectedReserves() internal view override returns (uint256) {
        return _uncollected;
    }
}
