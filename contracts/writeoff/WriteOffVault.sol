// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {ClaimPayments} from "./ClaimPayments.sol";
import {LossShares} from "./LossShares.sol";
import {ReserveSweep} from "./ReserveSweep.sol";
import {VaultRules} from "./VaultRules.sol";
import {WriteOffBook} from "./WriteOffBook.sol";

/// @title Base of every vault that can suffer a bad debt
/// @notice What lenders and claimants meet in every vault: ERC-4626 entries and exits, recoveries, reserves, pauses. A
/// kind of vault adds where its assets are besides cash (see WriteOffBook). What is `virtual` here a kind may run in a
/// module instead, where its own code is too large.
/// Never: a withdrawal, a claim or a write-off that can be paused. Upholds RE1, LV1, LV3.
abstract contract WriteOffVault is
    IWriteOffVault,
    WriteOffBook,
    ReserveSweep,
    VaultRules,
    ClaimPayments,
    LossShares,
    AccessManaged
{
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    uint8 private immutable _shareDecimals;

    constructor(
        IERC20Metadata asset_,
        string memory name_,
        string memory symbol_,
        address authority_
    ) ERC20(name_, symbol_) ERC20Permit(name_) AccessManaged(authority_) {
        _shareDecimals = asset_.decimals() + ShareMath.DECIMALS_OFFSET;
    }

    modifier onlyEngine() {
        if (msg.sender != address(_engine)) revert OnlyEngine(msg.sender);
        _;
    }

    // ---------------------------------------------------------------- ERC-4626: in and out

    /// @inheritdoc IWriteOffVault
    function cash() external view returns (uint256) {
        return _cash;
    }

    function deposit(uint256 assets, address receiver) external nonReentrant returns (uint256 shares) {
        (uint256 total, uint256 supply) = _openForDeposit();
        shares = ShareMath.toSharesDown(assets, total, supply);
        _takeDeposit(assets, shares, receiver);
    }

    function mint(uint256 shares, address receiver) external nonReentrant returns (uint256 assets) {
        (uint256 total, uint256 supply) = _openForDeposit();
        assets = ShareMath.toAssetsUp(shares, total, supply);
        _takeDeposit(assets, shares, receiver);
    }

    function withdraw(uint256 assets, address receiver, address owner) external nonReentrant returns (uint256 shares) {
        shares = ShareMath.toSharesUp(assets, _forExit(_accrueTotal()), totalSupply());
        _payWithdrawal(assets, shares, receiver, owner);
    }

    function redeem(uint256 shares, address receiver, address owner) external nonReentrant returns (uint256 assets) {
        assets = ShareMath.toAssetsDown(shares, _forExit(_accrueTotal()), totalSupply());
        _payWithdrawal(assets, shares, receiver, owner);
    }

    /// @inheritdoc IWriteOffVault
    function requestExit(uint256 shares, address owner) external virtual {
        _checkAuthorized(owner);
        _requestExit(shares, owner);
    }

    // ---------------------------------------------------------------- Recoveries

    /// @inheritdoc LossShares
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external virtual override nonReentrant returns (uint256 assets) {
        (uint256 claims, uint256 ofProvisions) = _takeClaims(account, epochs);
        return _settleClaims(account, receiver, claims, ofProvisions);
    }

    /// @inheritdoc IWriteOffVault
    function reinvestRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external nonReentrant returns (uint256 assets, uint256 shares) {
        (uint256 total, uint256 supply) = _openForDeposit();
        (assets, ) = _takeClaims(account, epochs);
        shares = ShareMath.toSharesDown(assets, total, supply);
        if (shares == 0) revert NothingForNothing(assets, shares);
        _addCash(_releaseClaims(assets, assets));
        _mint(receiver, shares);
        emit RecoveryReinvested(account, receiver, assets, shares);
    }

    /// @inheritdoc IWriteOffVault
    function creditRecovery(uint256 id, uint256 epoch, uint256 assets) external virtual onlyEngine {
        _bookRecovery(id, epoch, assets);
    }

    /// @inheritdoc IWriteOffVault
    function creditReserves(uint256 assets) external virtual onlyEngine {
        _bookRefill(assets);
    }

    // ---------------------------------------------------------------- Rules

    /// @inheritdoc IWriteOffVault
    function sweepReserves() external virtual nonReentrant returns (uint256 assets) {
        return _sweepReserves();
    }

    /// @inheritdoc IWriteOffVault
    function setReservePolicy(uint256 targetAssets, address recipient) external virtual restricted {
        _setReservePolicy(targetAssets, recipient);
    }

    /// @inheritdoc IWriteOffVault
    function setPremiumShare(address underwriters, uint256 underwriterBps) external virtual restricted {
        _setPremiumShare(underwriters, underwriterBps);
    }

    /// @inheritdoc IWriteOffVault
    function setExitNotice(uint256 noticeSeconds, uint256 windowSeconds) external virtual restricted {
        _setExitNotice(noticeSeconds, windowSeconds);
    }

    /// @inheritdoc IWriteOffVault
    function windUp() external virtual restricted {
        _windUp();
    }

    /// @inheritdoc IWriteOffVault
    function pause(bool deposits, bool borrowing) external restricted {
        if (deposits) _depositsPaused = true;
        if (borrowing) _borrowingPaused = true;
        emit PauseSet(_depositsPaused, _borrowingPaused);
    }

    /// @inheritdoc IWriteOffVault
    function unpause() external restricted {
        _depositsPaused = false;
        _borrowingPaused = false;
        emit PauseSet(false, false);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IWriteOffVault
    function engine() external view returns (IWriteOffEngine) {
        return _engine;
    }

    function asset() external view returns (address) {
        return address(_asset);
    }

    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return _shareDecimals;
    }

    /// @inheritdoc IWriteOffVault
    function reserves() external view virtual returns (uint256) {
        (, uint256 accruedReserves) = _accruedView();
        return accruedReserves;
    }

    /// @inheritdoc IWriteOffVault
    function claimsOwed() external view returns (uint256) {
        return uint256(_claimCash) + _unfundedClaims;
    }

    /// @inheritdoc IWriteOffVault
    function provisions() external view returns (uint256 provisionedAssets, uint256 unfundedClaims) {
        return (_provisions, _unfundedClaims);
    }

    /// @inheritdoc IWriteOffVault
    function provisionOf(
        uint256 id
    ) external view virtual returns (uint256 reserveAssets, uint256 earmarkedAssets, uint256 chargedAssets) {
        return _provisionedFor(id);
    }

    /// @inheritdoc IWriteOffVault
    function paused() external view returns (bool depositsPaused, bool borrowingPaused) {
        return (_depositsPaused, _borrowingPaused);
    }

    function totalAssets() public view returns (uint256) {
        if (_booksOpen != 0) revert BooksOpen();
        return _presentTotalAssets();
    }

    function convertToShares(uint256 assets) public view returns (uint256) {
        return ShareMath.toSharesDown(assets, totalAssets(), totalSupply());
    }

    function convertToAssets(uint256 shares) public view returns (uint256) {
        return ShareMath.toAssetsDown(shares, totalAssets(), totalSupply());
    }

    function previewDeposit(uint256 assets) external view returns (uint256) {
        return ShareMath.toSharesDown(assets, _forEntry(totalAssets()), totalSupply());
    }

    function previewMint(uint256 shares) external view returns (uint256) {
        return ShareMath.toAssetsUp(shares, _forEntry(totalAssets()), totalSupply());
    }

    function previewWithdraw(uint256 assets) external view returns (uint256) {
        return ShareMath.toSharesUp(assets, _forExit(totalAssets()), totalSupply());
    }

    function previewRedeem(uint256 shares) external view returns (uint256) {
        return ShareMath.toAssetsDown(shares, _forExit(totalAssets()), totalSupply());
    }

    /// @dev Both limits hold for either way in: cash fits 112 bits, shares fit 128.
    function maxDeposit(address) external view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        if (shares == 0) return 0;
        // The most that gives no share too many: one unit less than what one share more would cost.
        return Math.min(assets, ShareMath.toAssetsUp(shares + 1, _forEntry(totalAssets()), totalSupply()) - 1);
    }

    function maxMint(address) external view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        if (shares == 0) return 0;
        return Math.min(shares, ShareMath.toSharesDown(assets, _forEntry(totalAssets()), totalSupply()));
    }

    function maxWithdraw(address owner) external view returns (uint256) {
        if (_reentrancyGuardEntered()) return 0;
        uint256 total = _forExit(totalAssets());
        return Math.min(ShareMath.toAssetsDown(_exitable(owner), total, totalSupply()), _exitCash());
    }

    /// @dev Shares that are worth less than one asset unit together cannot be redeemed. Where cash is the limit, no
    /// shares are named that would give nothing for their last part.
    function maxRedeem(address owner) external view returns (uint256 shares) {
        if (_reentrancyGuardEntered()) return 0;
        shares = _exitable(owner);
        uint256 total = _forExit(totalAssets());
        uint256 supply = totalSupply();
        uint256 exitCash = _exitCash();
        if (ShareMath.toAssetsDown(shares, total, supply) > exitCash) {
            shares = ShareMath.toSharesDown(exitCash, total, supply);
        }
        if (ShareMath.toAssetsDown(shares, total, supply) == 0) return 0;
    }

    // ---------------------------------------------------------------- Private

    /// @inheritdoc LossShares
    function _payClaims(address receiver, uint256 assets) internal override {
        _payOut(receiver, assets);
    }

    /// @return total What entries are priced by, asset units.
    /// @return supply Shares.
    function _openForDeposit() private returns (uint256 total, uint256 supply) {
        if (_depositsPaused) revert DepositsPaused();
        total = _accrueTotal();
        supply = _supply;
        uint8 flags = _flags;
        if (flags & WINDING_UP != 0) revert VaultWindingUp();
        if (flags & WIPED_OUT != 0 || ShareMath.isWipedOut(total, supply)) revert VaultWipedOut(total, supply);
        total = _forEntry(total);
    }

    /// @dev What entries are priced by, and exits: nobody gains by coming or going ahead of the next feed round.
    function _forEntry(uint256 total) private view returns (uint256) {
        return total + _priceSpread();
    }

    function _forExit(uint256 total) private view returns (uint256) {
        return Math.saturatingSub(total, _priceSpread());
    }

    function _takeDeposit(uint256 assets, uint256 shares, address receiver) private {
        if (assets == 0 || shares == 0) revert NothingForNothing(assets, shares);
        _asset.pull(msg.sender, assets);
        _addCash(assets);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function _payWithdrawal(uint256 assets, uint256 shares, address receiver, address owner) private {
        if (assets == 0 || shares == 0) revert NothingForNothing(assets, shares);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        uint256 exitCash = _exitCash();
        if (assets > exitCash) revert InsufficientCash(assets, exitCash);
        _spendCash(assets);
        _left = true;
        _burn(owner, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        _asset.safeTransfer(receiver, assets);
    }

    /// @dev Shares are burnt only where they leave the vault, which may take notice; a notice never outlives the shares
    /// it was given for, wherever they go.
    function _update(address from, address to, uint256 shares) internal override {
        super._update(from, to, shares);
        if (from == address(0) || !_is(EXIT_NOTICE)) return;
        if (to == address(0)) _useExit(from, shares);
        else _capExit(from);
    }

    /// @dev Asset units and shares that can still be added; nothing while closed or in the middle of a call.
    function _room() private view returns (uint256 assets, uint256 shares) {
        if (_depositsPaused || _is(WINDING_UP | WIPED_OUT) || _reentrancyGuardEntered()) return (0, 0);
        if (ShareMath.isWipedOut(totalAssets(), totalSupply())) return (0, 0);
        assets = type(uint112).max - _cash;
        shares = type(uint128).max - ShareMath.VIRTUAL_SHARES - totalSupply();
    }
}
