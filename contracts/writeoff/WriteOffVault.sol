// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {LossShares} from "./LossShares.sol";
import {Reinvestment} from "./Reinvestment.sol";
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
    Reinvestment,
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
    ) external virtual nonReentrant returns (uint256 assets, uint256 shares) {
        _checkAuthorized(account);
        return _reinvest(account, epochs, receiver);
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
    function pause(bool deposits, bool borrowing) external virtual restricted {
        _pause(deposits, borrowing);
    }

    /// @inheritdoc IWriteOffVault
    function unpause() external virtual restricted {
        _unpause();
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

    function totalAssets() external view returns (uint256) {
        return _totalAssets();
    }

    function convertToShares(uint256 assets) external view returns (uint256) {
        return ShareMath.toSharesDown(assets, _totalAssets(), _supply);
    }

    function convertToAssets(uint256 shares) external view returns (uint256) {
        return ShareMath.toAssetsDown(shares, _totalAssets(), _supply);
    }

    function previewDeposit(uint256 assets) external view virtual returns (uint256) {
        return _previewDeposit(assets);
    }

    function previewMint(uint256 shares) external view virtual returns (uint256) {
        return _previewMint(shares);
    }

    function previewWithdraw(uint256 assets) external view virtual returns (uint256) {
        return _previewWithdraw(assets);
    }

    function previewRedeem(uint256 shares) external view virtual returns (uint256) {
        return _previewRedeem(shares);
    }

    function maxDeposit(address) external view virtual returns (uint256) {
        return _maxDeposit();
    }

    function maxMint(address) external view virtual returns (uint256) {
        return _maxMint();
    }

    function maxWithdraw(address owner) external view virtual returns (uint256) {
        return _maxWithdraw(owner);
    }

    function maxRedeem(address owner) external view virtual returns (uint256) {
        return _maxRedeem(owner);
    }

    // ---------------------------------------------------------------- Private

    /// @inheritdoc LossShares
    function _payClaims(address receiver, uint256 assets) internal override {
        _payOut(receiver, assets);
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
}
