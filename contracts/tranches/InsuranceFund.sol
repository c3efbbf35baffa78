// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IEarmarkTranche} from "../interfaces/IEarmarkTranche.sol";
import {ILossTranche} from "../interfaces/ILossTranche.sol";
import {IPremiumTaker} from "../interfaces/IPremiumTaker.sol";
import {IRestructuringTranche} from "../interfaces/IRestructuringTranche.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {ShareMath} from "../libraries/ShareMath.sol";
import {LossShares} from "../writeoff/LossShares.sol";
import {EarmarkLedger} from "./EarmarkLedger.sol";

/// @title Staked insurance of one vault
/// @notice Stakers hold shares of the fund's cash; the engine draws on it for the vault's losses, governance sets the
/// limits. A loss closes the fund's loss epoch, so what is recovered later goes to those who were staked then.
/// Never: stake that leaves without its notice, a loss paid twice or for another vault, a recovery that a later
/// staker shares. Upholds IN1, IN2, RE1, LV3 and its part of WO3 and WO4: the quote is what is paid, and a fund that
/// is too small pays all that it has.
contract InsuranceFund is IInsuranceFund, AccessManaged, EarmarkLedger, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;
    using LeakyBucket for LeakyBucket.Levels;
    using Cooldown for Cooldown.Notice;

    /// @dev Without a cooldown a stake could enter before a premium and leave after it in one transaction.
    uint256 private constant MIN_COOLDOWN = 1 days;
    uint256 private constant MAX_COOLDOWN = 60 days;
    uint256 private constant MIN_WINDOW = 1 days;
    uint256 private constant MAX_WINDOW = 14 days;
    /// @dev One part in so many of the stake is never earmarked.
    uint256 private constant UNMARKED_DIVISOR = 1_000;

    IERC20 private immutable _asset;
    uint8 private immutable _shareDecimals;
    /// @inheritdoc IInsuranceFund
    IWriteOffVault public immutable vault;
    /// @inheritdoc IInsuranceFund
    IWriteOffEngine public immutable engine;

    // One slot, beside that of supply, open epoch and cash (slot S of LossLedger, FundCash). 16 bits free.
    /// @dev Cash set aside for claims; not part of `_cash`.
    uint128 private _claimCash;
    /// @inheritdoc IInsuranceFund
    uint32 public cooldown;
    /// @inheritdoc IInsuranceFund
    uint32 public withdrawalWindow;
    /// @inheritdoc IInsuranceFund
    bool public depositsPaused;
    /// @inheritdoc IInsuranceFund
    bool public isWipedOut;
    /// @dev When the draw caps last changed, seconds.
    uint32 private _drawCapsSetAt;

    /// @dev Second from which stake pays for forgiven principal; zero: it does not.
    uint48 private _coversRestructuringFrom;

    // One slot each.
    LeakyBucket.Levels private _drawLevels;
    LeakyBucket.Caps private _drawCaps;

    /// @dev One slot per account. Never for more than the account's balance.
    mapping(address owner => Cooldown.Notice) private _notices;

    constructor(
        IWriteOffVault vault_,
        string memory name_,
        string memory symbol_,
        address authority_,
        Terms memory terms
    ) ERC20(name_, symbol_) ERC20Permit(name_) AccessManaged(authority_) {
        address asset_ = vault_.asset();
        vault = vault_;
        engine = vault_.engine();
        _asset = IERC20(asset_);
        _shareDecimals = IERC20Metadata(asset_).decimals() + ShareMath.DECIMALS_OFFSET;
        _setCooldown(terms.cooldown, terms.withdrawalWindow);
        _setDrawCaps(terms.hourCap, terms.monthCap);
    }

    /// @dev Only the engine, and only for the vault that this fund insures.
    modifier onlyEngineFor(address insuredVault) {
        if (msg.sender != address(engine)) revert IWriteOffVault.OnlyEngine(msg.sender);
        if (insuredVault != address(vault)) revert ForeignVault(insuredVault);
        _;
    }

    // ---------------------------------------------------------------- Losses

    /// @inheritdoc ILossTranche
    /// @dev Not `nonReentrant`: a token that calls its receiver would let a staker start the write-off from inside its
    /// own withdrawal, and a refused `cover` would spare the stakers. So what pays out completes the books first; what
    /// takes in fails as a whole when the balance moved otherwise meanwhile (ExactTransfer).
    function cover(
        address insuredVault,
        uint256 id,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) external onlyEngineFor(insuredVault) {
        uint256 asked = Math.min(shortfallAssets, insurableAssets);
        uint256 fromEarmark = Math.min(_earmarkOf(id), asked);
        uint256 fresh = _draw(asked - fromEarmark);
        uint256 assets = fromEarmark + fresh;
        if (assets == 0) return;
        if (fromEarmark != 0) _useEarmark(id, fromEarmark);
        if (fresh != 0) _chargeFresh(id, fresh);
        _checkWipeOut(id);
        emit Covered(id, assets, shortfallAssets, insurableAssets);
        _asset.safeTransfer(insuredVault, assets);
    }

    /// @inheritdoc IEarmarkTranche
    function earmark(address insuredVault, uint256 id, uint256 assets) external onlyEngineFor(insuredVault) {
        // Charges are given back from the latest on: what is still owed of earlier ones must go first.
        if (_unsettled[id] != 0) return;
        // What may turn out a false alarm must not end the share price: a trace of the stake is left unmarked.
        uint256 most = Math.min(assets, _cash - Math.ceilDiv(_cash, UNMARKED_DIVISOR));
        uint256 earmarked = _draw(most);
        if (earmarked == 0) return;
        _setApart(id, earmarked);
        emit Earmarked(id, earmarked);
    }

    /// @inheritdoc IEarmarkTranche
    function releaseEarmark(address insuredVault, uint256 id, uint256 assets) external onlyEngineFor(insuredVault) {
        Earmark memory mark = _earmarks[id];
        uint256 released = Math.min(assets, mark.assets);
        if (released == 0) return;
        _claimCash += released.toUint128();
        // After a change of the caps nobody can say how much has leaked: what was drawn before it is left to leak.
        if (mark.since >= _drawCapsSetAt) _drawLevels = _drawLevels.released(_drawCaps, released, mark.since);
        _giveBack(id, released);
        emit EarmarkReleased(id, released);
    }

    /// @inheritdoc IInsuranceFund
    function settleRelease(uint256 id, uint256 maxSteps) external returns (uint256 leftAssets) {
        return _settle(id, maxSteps);
    }

    /// @inheritdoc IEarmarkTranche
    function earmarkOf(address insuredVault, uint256 id) external view returns (uint256) {
        return insuredVault == address(vault) ? _earmarks[id].assets : 0;
    }

    /// @inheritdoc ILossTranche
    function previewCover(
        address insuredVault,
        uint256 id,
        uint256 shortfallAssets,
        uint256 insurableAssets
    ) external view returns (uint256) {
        if (insuredVault != address(vault)) return 0;
        uint256 asked = Math.min(shortfallAssets, insurableAssets);
        uint256 fromEarmark = Math.min(_earmarks[id].assets, asked);
        return fromEarmark + _payable(asked - fromEarmark, _cash, drawable());
    }

    /// @inheritdoc ILossTranche
    function recover(address insuredVault, uint256 id, uint256 assets) external onlyEngineFor(insuredVault) {
        _asset.pull(msg.sender, assets);
        _claimCash += assets.toUint128();
        uint256 left = _creditFor(id, id, assets);
        if (left != 0) revert RecoveryExceedsCharge(id, assets, assets - left);
    }

    // ---------------------------------------------------------------- Stake: in and out

    function deposit(uint256 assets, address receiver) external nonReentrant returns (uint256 shares) {
        _checkOpen();
        shares = convertToShares(assets);
        _takeStake(assets, shares, receiver);
    }

    function mint(uint256 shares, address receiver) external nonReentrant returns (uint256 assets) {
        _checkOpen();
        assets = previewMint(shares);
        _takeStake(assets, shares, receiver);
    }

    function withdraw(uint256 assets, address receiver, address owner) external nonReentrant returns (uint256 shares) {
        shares = previewWithdraw(assets);
        _payStake(assets, shares, receiver, owner);
    }

    function redeem(uint256 shares, address receiver, address owner) external nonReentrant returns (uint256 assets) {
        assets = convertToAssets(shares);
        _payStake(assets, shares, receiver, owner);
    }

    /// @inheritdoc IInsuranceFund
    function startCooldown(uint256 shares, address owner) external {
        _checkAuthorized(owner);
        uint256 balance = balanceOf(owner);
        if (shares == 0 || shares > balance) revert NoticeOutOfRange(owner, shares, balance);
        _setNotice(owner, Cooldown.given(shares, cooldown, withdrawalWindow));
    }

    /// @inheritdoc IInsuranceFund
    function cancelCooldown(address owner) external {
        _checkAuthorized(owner);
        _setNotice(owner, _notices[owner].cappedAt(0));
    }

    // ---------------------------------------------------------------- Income and recoveries

    /// @inheritdoc IPremiumTaker
    /// @dev Mints no shares.
    function addPremium(uint256 assets) external nonReentrant {
        if (isWipedOut) revert FundWipedOut(_cash, totalSupply());
        if (totalSupply() == 0) revert NoStakers();
        _asset.pull(msg.sender, assets);
        _addCash(assets);
        emit PremiumAdded(msg.sender, assets);
    }

    /// @inheritdoc LossShares
    function claimRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external override nonReentrant returns (uint256 assets) {
        (assets, ) = _takeClaims(account, epochs);
        _payClaims(receiver, assets);
    }

    /// @inheritdoc IInsuranceFund
    function reinvestRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external nonReentrant returns (uint256 assets, uint256 shares) {
        _checkOpen();
        (assets, ) = _takeClaims(account, epochs);
        shares = convertToShares(assets);
        if (shares == 0) revert IWriteOffVault.NothingForNothing(assets, shares);
        _claimCash -= assets.toUint128();
        _addCash(assets);
        _mint(receiver, shares);
        emit RecoveryReinvested(account, receiver, assets, shares);
    }

    // ---------------------------------------------------------------- Governance

    /// @inheritdoc IInsuranceFund
    function setCooldown(uint32 cooldownSeconds, uint32 windowSeconds) external restricted {
        _setCooldown(cooldownSeconds, windowSeconds);
    }

    /// @inheritdoc IInsuranceFund
    function setDrawCaps(uint112 hourCap, uint112 monthCap) external restricted {
        // What has leaked until now has leaked at the old rate.
        _drawLevels = _drawLevels.leaked(_drawCaps);
        _setDrawCaps(hourCap, monthCap);
    }

    /// @inheritdoc IInsuranceFund
    function setRestructuringCover(bool covers) external restricted {
        uint256 from = covers ? block.timestamp + cooldown : 0;
        _coversRestructuringFrom = from.toUint48();
        emit RestructuringCoverSet(address(vault), from);
    }

    /// @inheritdoc IInsuranceFund
    function pauseDeposits() external restricted {
        _setPaused(true);
    }

    /// @inheritdoc IInsuranceFund
    function unpauseDeposits() external restricted {
        _setPaused(false);
    }

    // ---------------------------------------------------------------- Views

    function asset() external view returns (address) {
        return address(_asset);
    }

    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return _shareDecimals;
    }

    function totalAssets() public view returns (uint256) {
        return _cash;
    }

    /// @inheritdoc IRestructuringTranche
    function coversRestructuring(address insuredVault) external view returns (bool) {
        uint256 from = _coversRestructuringFrom;
        return insuredVault == address(vault) && from != 0 && block.timestamp >= from;
    }

    /// @inheritdoc IRestructuringTranche
    function exitDelay(address) external view returns (uint256) {
        return cooldown;
    }

    /// @inheritdoc IInsuranceFund
    function totalEarmarked() external view returns (uint256) {
        return _totalEarmarked;
    }

    /// @inheritdoc IInsuranceFund
    function unsettledRelease(uint256 id) external view returns (uint256) {
        return _unsettled[id];
    }

    /// @inheritdoc IInsuranceFund
    function claimsOwed() external view returns (uint256) {
        return _claimCash;
    }

    /// @inheritdoc IInsuranceFund
    function drawable() public view returns (uint256) {
        return _drawLevels.available(_drawCaps);
    }

    /// @inheritdoc IInsuranceFund
    function drawCaps() external view returns (LeakyBucket.Caps memory) {
        return _drawCaps;
    }

    /// @inheritdoc IInsuranceFund
    function drawLevels() external view returns (uint256 hourLevel, uint256 monthLevel) {
        LeakyBucket.Levels memory present = _drawLevels.leaked(_drawCaps);
        return (present.hourLevel, present.monthLevel);
    }

    /// @inheritdoc IInsuranceFund
    function noticeOf(address owner) external view returns (Cooldown.Notice memory) {
        return _notices[owner];
    }

    function convertToShares(uint256 assets) public view returns (uint256) {
        return ShareMath.toSharesDown(assets, _cash, totalSupply());
    }

    function convertToAssets(uint256 shares) public view returns (uint256) {
        return ShareMath.toAssetsDown(shares, _cash, totalSupply());
    }

    function previewDeposit(uint256 assets) external view returns (uint256) {
        return convertToShares(assets);
    }

    function previewMint(uint256 shares) public view returns (uint256) {
        return ShareMath.toAssetsUp(shares, _cash, totalSupply());
    }

    function previewWithdraw(uint256 assets) public view returns (uint256) {
        return ShareMath.toSharesUp(assets, _cash, totalSupply());
    }

    function previewRedeem(uint256 shares) external view returns (uint256) {
        return convertToAssets(shares);
    }

    /// @dev Both limits hold for either way in: shares fit 128 bits, cash 96.
    function maxDeposit(address) external view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        return Math.min(assets, convertToAssets(shares));
    }

    function maxMint(address) external view returns (uint256) {
        (uint256 assets, uint256 shares) = _room();
        return Math.min(shares, convertToShares(assets));
    }

    function maxWithdraw(address owner) external view returns (uint256) {
        return convertToAssets(_notices[owner].matured());
    }

    /// @dev Shares that are worth less than one asset unit together cannot be redeemed.
    function maxRedeem(address owner) external view returns (uint256 shares) {
        shares = _notices[owner].matured();
        if (convertToAssets(shares) == 0) return 0;
    }

    // ---------------------------------------------------------------- Private

    /// @inheritdoc LossShares
    function _payClaims(address receiver, uint256 assets) internal override {
        if (assets == 0) return;
        _claimCash -= assets.toUint128();
        _asset.safeTransfer(receiver, assets);
    }

    /// @inheritdoc LossShares
    /// @dev A loss closes the epoch of its number, or the open one where that has passed.
    function _nextLossEpoch() internal view override returns (uint256) {
        return Math.max(_openEpoch, engine.writeOffCount(address(vault)) + 1);
    }

    /// @dev A notice never outlives the shares it was given for: what is left of the balance bounds it, so that a
    /// matured one cannot be used for shares that came later.
    function _update(address from, address to, uint256 shares) internal override {
        super._update(from, to, shares);
        if (from == address(0)) return;
        uint256 balance = balanceOf(from);
        Cooldown.Notice memory notice = _notices[from];
        if (notice.quantity > balance) _setNotice(from, notice.cappedAt(balance));
    }

    /// @dev The one figure behind quote and payment: the smallest of what is asked for, what the fund holds and what the
    /// draw caps allow.
    function _payable(uint256 asked, uint256 held, uint256 drawableAssets) private pure returns (uint256) {
        return Math.min(asked, Math.min(held, drawableAssets));
    }

    /// @dev Takes what may be paid of `asked` out of cash and draw limits; the caller charges and pays it, or sets it apart.
    function _draw(uint256 asked) private returns (uint256 assets) {
        if (asked == 0) return 0;
        LeakyBucket.Caps memory caps = _drawCaps;
        LeakyBucket.Levels memory present = _drawLevels.leaked(caps);
        uint256 held = _cash;
        assets = _payable(asked, held, present.room(caps));
        if (assets == 0) return 0;
        _cash = uint96(held - assets);
        _drawLevels = present.filled(assets);
    }

    function _checkWipeOut(uint256 id) private {
        // Cash alone is enough to know, as a rule; the earmarks are in a slot of their own (2,100 gas).
        if (!ShareMath.isWipedOut(_cash, totalSupply()) || isWipedOut) return;
        if (!ShareMath.isWipedOut(_cash + _totalEarmarked, totalSupply())) return;
        isWipedOut = true;
        emit WipedOut(id, _cash, totalSupply());
    }

    function _checkOpen() private view {
        if (depositsPaused) revert IWriteOffVault.DepositsPaused();
        if (_isClosed()) revert FundWipedOut(_cash, totalSupply());
    }

    /// @dev Whether a share is worth nothing any more.
    function _isClosed() private view returns (bool) {
        return isWipedOut || ShareMath.isWipedOut(_cash, totalSupply());
    }

    function _takeStake(uint256 assets, uint256 shares, address receiver) private {
        if (assets == 0 || shares == 0) revert IWriteOffVault.NothingForNothing(assets, shares);
        _asset.pull(msg.sender, assets);
        _addCash(assets);
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function _payStake(uint256 assets, uint256 shares, address receiver, address owner) private {
        if (assets == 0 || shares == 0) revert IWriteOffVault.NothingForNothing(assets, shares);
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        Cooldown.Notice memory notice = _notices[owner];
        uint256 maturedShares = notice.matured();
        if (shares > maturedShares) revert ExceedsMaturedNotice(owner, shares, maturedShares);
        _setNotice(owner, notice.cappedAt(maturedShares - shares));
        // A part of the shares is worth a part of the cash, rounded down: it cannot be more than there is.
        _cash -= uint96(assets);
        _burn(owner, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        _asset.safeTransfer(receiver, assets);
    }

    function _setPaused(bool paused) private {
        depositsPaused = paused;
        emit PauseSet(paused);
    }

    function _setNotice(address owner, Cooldown.Notice memory notice) private {
        _notices[owner] = notice;
        emit NoticeSet(owner, notice.quantity, notice.readyAt, notice.expiresAt);
    }

    function _setCooldown(uint32 cooldownSeconds, uint32 windowSeconds) private {
        if (cooldownSeconds < MIN_COOLDOWN || cooldownSeconds > MAX_COOLDOWN) {
            revert CooldownOutOfRange(cooldownSeconds, MIN_COOLDOWN, MAX_COOLDOWN);
        }
        if (windowSeconds < MIN_WINDOW || windowSeconds > MAX_WINDOW) {
            revert WindowOutOfRange(windowSeconds, MIN_WINDOW, MAX_WINDOW);
        }
        cooldown = cooldownSeconds;
        withdrawalWindow = windowSeconds;
        emit CooldownSet(cooldownSeconds, windowSeconds);
    }

    /// @dev Capacities fit the 112 bits of a level, so a draw up to a capacity can always be booked.
    function _setDrawCaps(uint112 hourCap, uint112 monthCap) private {
        _drawCaps = LeakyBucket.Caps({hourCap: hourCap, monthCap: monthCap});
        _drawCapsSetAt = uint32(block.timestamp);
        emit DrawCapsSet(hourCap, monthCap);
    }

    /// @dev Asset units and shares that can still be added; nothing while closed.
    function _room() private view returns (uint256 assets, uint256 shares) {
        if (depositsPaused || _isClosed()) return (0, 0);
        assets = type(uint96).max - _cash;
        shares = type(uint128).max - ShareMath.VIRTUAL_SHARES - totalSupply();
    }
}
