// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IAssignableClaims} from "../interfaces/IAssignableClaims.sol";
import {IAuthorizations} from "../interfaces/IAuthorizations.sol";
import {IDebtAuction} from "../interfaces/IDebtAuction.sol";
import {IDilution} from "../interfaces/IDilution.sol";
import {IInKindClaims} from "../interfaces/IInKindClaims.sol";
import {ILossShares} from "../interfaces/ILossShares.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {DutchPrice} from "../libraries/DutchPrice.sol";

/// @title Tokens in place of a claim
/// @notice Charged lenders take what a sale has left, at its floor price. The engine's books do not change: this contract
/// takes the lender's place in the loss epoch, and what is recovered for it buys tokens back. An epoch may be shared by
/// several write-offs; what comes in is divided by the shares that were given for each one's tokens.
/// Never: a claim given by anybody but its owner, a token under the floor price, more tokens than the lot has left, a
/// claim worth more than the lenders of that write-off are owed. Upholds DI1, RE1.
contract InKindClaims is IInKindClaims, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @dev Scale of assets per share: shares and assets fit 128 bits, so nothing overflows and at most a unit is lost.
    uint256 private constant PER_SHARE_SCALE = 1 << 128;

    /// @dev Claims of one epoch that were given here.
    struct Pool {
        uint256 shares;
        uint256 assetsPerShare; // come in per share so far, scaled
    }

    /// @dev The part of a pool that was given for tokens of one write-off.
    struct Part {
        uint128 shares;
        uint128 dueAssets; // come in and not spent, up to `assetsPerShare`
        uint256 assetsPerShare; // the pool's when this was last brought to now
    }

    /// @inheritdoc IInKindClaims
    IDilution public immutable dilution;
    IWriteOffEngine private immutable _engine;
    IDebtAuction private immutable _debtAuction;
    address private immutable _buybackAuction;

    mapping(address vault => mapping(uint256 epoch => Pool)) private _pools;
    mapping(address vault => mapping(uint256 epoch => mapping(uint256 id => Part))) private _parts;

    /// @param dilution_ Layer whose unsold tokens are taken; it must be told of this contract (`setInKindClaims`).
    constructor(IDilution dilution_) {
        dilution = dilution_;
        _engine = dilution_.engine();
        _debtAuction = dilution_.debtAuction();
        _buybackAuction = address(dilution_.buybackAuction());
    }

    /// @inheritdoc IInKindClaims
    /// @dev A lot exists only for a vault that the engine knows, so no stranger's code is called here.
    function take(
        address vault,
        uint256 id,
        uint256 epoch,
        address account,
        uint256 maxShares,
        uint256 minTokens,
        address receiver
    ) external nonReentrant returns (uint256 shares, uint256 assets, uint256 tokens) {
        if (_debtAuction.remainingTokens(vault, id) == 0) revert NothingLeft(vault, id);
        if (dilution.isPaused(vault)) revert ClaimsPaused(vault);
        if (msg.sender != account && !IAuthorizations(vault).isAuthorized(account, msg.sender)) {
            revert NotAuthorized(account, msg.sender);
        }
        if (!_isChargedFor(vault, id, epoch)) revert NotCharged(vault, id, epoch);
        // What has come in stays the lender's; only what is outstanding is given.
        _claim(vault, epoch, account, receiver);
        _collect(vault, epoch);
        (shares, assets, tokens) = _value(vault, id, epoch, maxShares);
        if (tokens == 0 || tokens < minTokens) revert TooFewTokens(assets, tokens, minTokens);
        Part storage part = _settled(vault, id, epoch);
        part.shares += shares.toUint128();
        _pools[vault][epoch].shares += shares;
        IAssignableClaims(vault).takeOverRecovery(account, epoch, shares);
        dilution.taken(vault, id, tokens, assets, receiver);
        emit ClaimExchanged(vault, id, account, epoch, shares, assets, tokens, receiver);
    }

    /// @inheritdoc IInKindClaims
    function fundBuyback(address vault, uint256 id, uint256 epoch) external nonReentrant returns (uint256 assets) {
        if (_parts[vault][epoch][id].shares == 0) revert NothingCollected(vault, id, epoch);
        _collect(vault, epoch);
        Part storage part = _settled(vault, id, epoch);
        assets = part.dueAssets;
        if (assets == 0) revert NothingCollected(vault, id, epoch);
        part.dueAssets = 0;
        emit BuybackFunded(vault, id, epoch, assets);
        IERC20(IERC4626(vault).asset()).safeTransfer(_buybackAuction, assets);
        dilution.buyBack(vault, id, assets);
    }

    /// @inheritdoc IInKindClaims
    function quote(
        address vault,
        uint256 id,
        uint256 epoch,
        uint256 maxShares
    ) external view returns (uint256 shares, uint256 assets, uint256 tokens) {
        IDebtAuction.Lot memory lot = _debtAuction.lot(vault, id);
        if (
            lot.offeredTokens == lot.soldTokens ||
            block.timestamp < lot.expiresAt ||
            block.timestamp >= uint256(lot.expiresAt) + lot.claimSeconds ||
            dilution.isPaused(vault) ||
            !_isChargedFor(vault, id, epoch)
        ) return (0, 0, 0);
        (shares, assets, tokens) = _value(vault, id, epoch, maxShares);
        if (tokens == 0) return (0, 0, 0);
    }

    /// @inheritdoc IInKindClaims
    function sharesOf(address vault, uint256 id, uint256 epoch) external view returns (uint256) {
        return _parts[vault][epoch][id].shares;
    }

    // ---------------------------------------------------------------- Private

    /// @dev Whether the holders at the close of `epoch` were charged for write-off `id`: the vault lists it, or the ledger
    /// names the one epoch. That one is the vault's running epoch where nothing was socialized.
    function _isChargedFor(address vault, uint256 id, uint256 epoch) private view returns (bool) {
        (bool isListed, bool isFound) = IAssignableClaims(vault).findCharge(id, epoch);
        if (isListed) return isFound;
        IWriteOffEngine.LedgerEntry memory entry = _engine.ledger(vault, id);
        return entry.epoch == epoch && entry.socialized != 0;
    }

    /// @dev What is outstanding on `maxShares` of `epoch`, cut to what the lenders of `id` are owed beyond what was taken
    /// before and to what is left of the lot at its floor price. Everything rounded down: at least the floor is paid.
    function _value(
        address vault,
        uint256 id,
        uint256 epoch,
        uint256 maxShares
    ) private view returns (uint256 shares, uint256 assets, uint256 tokens) {
        ILossShares.LossEpoch memory loss = ILossShares(vault).lossEpoch(epoch);
        uint256 outstanding = loss.chargedAssets - ILossShares(vault).recoveredOf(epoch);
        if (outstanding == 0) return (0, 0, 0);
        IDebtAuction.Lot memory lot = _debtAuction.lot(vault, id);
        uint256 most = Math.min(
            Math.saturatingSub(_engine.lendersOutstanding(vault, id), dilution.takenOf(vault, id).raisedAssets),
            DutchPrice.assetsDown(lot.offeredTokens - lot.soldTokens, lot.floorPrice)
        );
        shares = Math.min(maxShares, loss.shares);
        assets = Math.mulDiv(outstanding, shares, loss.shares);
        if (assets > most) {
            shares = Math.mulDiv(most, loss.shares, outstanding);
            assets = Math.mulDiv(outstanding, shares, loss.shares);
        }
        tokens = DutchPrice.tokensDown(assets, lot.floorPrice);
    }

    /// @dev Brings what has come in for the pool's claims here.
    function _collect(address vault, uint256 epoch) private {
        Pool storage pool = _pools[vault][epoch];
        if (pool.shares == 0) return;
        uint256 assets = _claim(vault, epoch, address(this), address(this));
        if (assets == 0) return;
        pool.assetsPerShare += Math.mulDiv(assets, PER_SHARE_SCALE, pool.shares);
        emit RecoveryCollected(vault, epoch, assets);
    }

    function _claim(address vault, uint256 epoch, address account, address receiver) private returns (uint256 assets) {
        if (ILossShares(vault).claimableRecovery(account, epoch) == 0) return 0;
        uint256[] memory epochs = new uint256[](1);
        epochs[0] = epoch;
        return ILossShares(vault).claimRecovery(account, epochs, receiver);
    }

    /// @dev The part of `id`, with what has come in until now.
    function _settled(address vault, uint256 id, uint256 epoch) private returns (Part storage part) {
        part = _parts[vault][epoch][id];
        uint256 perShare = _pools[vault][epoch].assetsPerShare;
        part.dueAssets += Math.mulDiv(part.shares, perShare - part.assetsPerShare, PER_SHARE_SCALE).toUint128();
        part.assetsPerShare = perShare;
    }
}
