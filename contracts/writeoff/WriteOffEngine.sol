// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEarmarkTranche} from "../interfaces/IEarmarkTranche.sol";
import {IRestructuringTranche} from "../interfaces/IRestructuringTranche.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";
import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {ExactTransfer} from "../libraries/ExactTransfer.sol";
import {Waterfall} from "../libraries/Waterfall.sol";
import {PreparedEntries} from "./PreparedEntries.sol";
import {TrancheCall} from "./TrancheCall.sol";
import {WriteOffRegistry} from "./WriteOffRegistry.sol";

/// @title The waterfall
/// @notice Vaults call `absorb` with a bad debt that their reserves could not pay; the tranches of their stack pay in
/// order, and what remains is socialized by the vault. Anybody may `recover`; money climbs the same ladder in reverse.
/// Holds no money between calls but what a tranche refused to take back. Never: a layer paid out of turn, a figure that was not seen in the vault's balance, a
/// tranche that stops a write-off. Upholds WO1, WO2, WO3, WO4, RE1, RE2, IN2.
contract WriteOffEngine is PreparedEntries, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using SafeCast for uint256;

    constructor(address authority_) WriteOffRegistry(authority_) {}

    // ---------------------------------------------------------------- Down: a loss

    /// @inheritdoc IWriteOffEngine
    function absorb(BadDebt calldata badDebt) external nonReentrant returns (uint256 id, uint256 coveredAssets) {
        id = badDebt.id;
        uint256 opening;
        uint256 version;
        uint256 layers;
        if (id == 0) {
            (id, version, layers) = _takeNumbers(1);
            opening = _openingOf(badDebt.previousId, version);
        } else {
            (opening, version, layers) = _openedEntry(id);
        }
        coveredAssets = _absorb(_records[msg.sender][id], badDebt, id, opening, version, layers);
    }

    /// @inheritdoc IWriteOffEngine
    function absorbBatch(
        BadDebt[] calldata badDebts
    ) external nonReentrant returns (uint256 firstId, uint256[] memory coveredAssets) {
        // All numbers are taken at once, before a tranche is called: that is one write of the book.
        uint256 version;
        uint256 layers;
        (firstId, version, layers) = _takeNumbers(badDebts.length);
        uint256 opening = _openedAt(block.timestamp, version);
        mapping(uint256 id => Record) storage records = _records[msg.sender];
        for (uint256 i; i < badDebts.length; ++i) {
            BadDebt calldata badDebt = badDebts[i];
            if (badDebt.id != 0) revert UnknownWriteOff(msg.sender, badDebt.id);
            uint256 id = firstId + i;
            uint256 covered = _absorb(
                records[id],
                badDebt,
                id,
                _withPrevious(opening, badDebt.previousId),
                version,
                layers
            );
            if (covered == 0) continue;
            if (coveredAssets.length == 0) coveredAssets = new uint256[](badDebts.length);
            coveredAssets[i] = covered;
        }
    }

    /// @dev Takes one bad debt down a stack and keeps what it came to under `id`.
    /// @param opening What its entry holds so far, as a word of its slot.
    /// @param version The stack that pays, of so many `layers`.
    function _absorb(
        Record storage record,
        BadDebt calldata badDebt,
        uint256 id,
        uint256 opening,
        uint256 version,
        uint256 layers
    ) private returns (uint256 coveredAssets) {
        uint256 shortfall = badDebt.badDebtAssets - badDebt.reserveAssets;
        uint256 insurance;
        if (shortfall != 0 && layers != 0) {
            // Tranches may look the entry up. Read back, because one more word does not fit the stack meanwhile.
            _storeHeader(record, opening);
            (insurance, coveredAssets) = _drawStack(record, id, version, layers, shortfall, badDebt);
            opening = _headerOf(record);
            shortfall -= coveredAssets;
        }
        bool byReserves = shortfall == 0 && coveredAssets == 0 && opening & WAS_IMPAIRED == 0;
        _keep(record, badDebt, opening, shortfall, byReserves);
        _report(badDebt, id, insurance, coveredAssets - insurance, shortfall);
    }

    /// @dev Writes what reserves and lenders bear of a bad debt into its entry. Where nobody but the reserves has paid, that
    /// is in the slot of the header, which saves 22,100 gas.
    function _keep(
        Record storage record,
        BadDebt calldata badDebt,
        uint256 opening,
        uint256 socialized,
        bool byReserves
    ) private {
        uint256 borne = socialized;
        if (byReserves) borne = badDebt.reserveAssets;
        else if (badDebt.reserveAssets != 0) _addPaid(record, 0, badDebt.reserveAssets);
        if (badDebt.cause == Cause.Restructuring) record.forgiven += badDebt.badDebtAssets.toUint128();
        _storeHeader(record, _closingOf(opening, borne, byReserves, badDebt.epoch, badDebt.cause));
    }

    function _report(
        BadDebt calldata badDebt,
        uint256 id,
        uint256 insurance,
        uint256 dilutionCash,
        uint256 socialized
    ) private {
        emit WrittenOff(
            msg.sender,
            id,
            badDebt.debtor,
            badDebt.cause,
            badDebt.epoch,
            badDebt.badDebtAssets,
            badDebt.reserveAssets,
            insurance,
            dilutionCash,
            socialized
        );
    }

    /// @dev Takes the next `count` numbers of the calling vault.
    /// @return first The first of them.
    /// @return version The present stack.
    /// @return layers Its size.
    function _takeNumbers(uint256 count) private returns (uint256 first, uint256 version, uint256 layers) {
        Book storage book = _books[msg.sender];
        if (book.asset == address(0)) revert UnknownVault(msg.sender);
        uint256 latest = book.writeOffCount;
        (first, version, layers) = (latest + 1, book.stackVersion, book.stackSize);
        if (count != 0) book.writeOffCount = (latest + count).toUint32();
    }

    /// @dev Reads the entry of an impaired debt, which is paid by the stack of the time when it was opened.
    /// @return opening What was known of it then, and what the lenders have borne of it since, as a word of its slot.
    function _openedEntry(uint256 id) private returns (uint256 opening, uint256 version, uint256 layers) {
        Record storage record = _record(msg.sender, id);
        Header memory opened = record.header;
        version = opened.stackVersion;
        layers = _shapes[msg.sender][version].size;
        opening = _withPrevious(_openedAt(opened.timestamp, version), opened.previousId) | WAS_IMPAIRED;
        // What reserves have paid alone goes to its own place, now that others may pay for the same entry.
        if (opened.byReserves) record.paid[0].even = opened.borne;
        else opening |= opened.borne;
    }

    /// @dev Calls the tranches in order until nothing is left for them to pay: of `shortfall`, at most what the report says
    /// that they may cover.
    /// @return insurance What those of kind Insurance paid, asset units.
    /// @return covered What all of them paid, asset units.
    function _drawStack(
        Record storage record,
        uint256 id,
        uint256 version,
        uint256 layers,
        uint256 shortfall,
        BadDebt calldata badDebt
    ) private returns (uint256 insurance, uint256 covered) {
        IERC20 asset = IERC20(_books[msg.sender].asset);
        uint256 balance = asset.balanceOf(msg.sender);
        shortfall = Math.min(shortfall, badDebt.coverableAssets);
        uint256 insurable = badDebt.insurableAssets;
        for (uint256 i; i < layers && shortfall != 0; ++i) {
            // A version of a stack never changes, so a layer is read only when its turn has come.
            Tranche memory layer = _stacks[msg.sender][version][i];
            if (badDebt.cause == Cause.Restructuring && !_coversRestructuring(layer, msg.sender)) continue;
            if (!TrancheCall.cover(layer.tranche, layer.gasStipend, msg.sender, id, shortfall, insurable)) {
                emit TrancheFailed(msg.sender, id, layer.tranche);
                continue;
            }
            uint256 balanceAfter = asset.balanceOf(msg.sender);
            uint256 paid = Math.min(Math.saturatingSub(balanceAfter, balance), shortfall);
            balance = balanceAfter;
            if (paid == 0) continue;
            _addPaid(record, 1 + i, paid);
            shortfall -= paid;
            covered += paid;
            if (layer.kind != Kind.Insurance) continue;
            insurance += paid;
            insurable = Math.saturatingSub(insurable, paid);
        }
    }

    /// @dev Whether a tranche has agreed to pay for principal that governance forgives; one that cannot say has not.
    function _coversRestructuring(Tranche memory layer, address vault) private view returns (bool) {
        bytes memory data = abi.encodeCall(IRestructuringTranche.coversRestructuring, (vault));
        return TrancheCall.read(layer.tranche, layer.gasStipend, data) == 1;
    }

    // ---------------------------------------------------------------- A loss that is expected

    /// @inheritdoc IWriteOffEngine
    function openImpairment(address debtor, uint32 previousId) external returns (uint256 id) {
        uint256 version;
        (id, version, ) = _takeNumbers(1);
        _storeHeader(_records[msg.sender][id], _openingOf(previousId, version) | WAS_IMPAIRED);
        emit ImpairmentOpened(msg.sender, id, debtor);
    }

    /// @inheritdoc IWriteOffEngine
    function earmark(uint256 id, uint256 assets) external nonReentrant returns (uint256 earmarkedAssets) {
        Tranche[] memory stack = _stackOf(msg.sender, _record(msg.sender, id).header.stackVersion);
        for (uint256 i; i < stack.length && earmarkedAssets < assets; ++i) {
            if (stack[i].kind != Kind.Insurance) continue;
            uint256 before = _earmarkOf(stack[i], msg.sender, id);
            bytes memory data = abi.encodeCall(IEarmarkTranche.earmark, (msg.sender, id, assets - earmarkedAssets));
            if (!TrancheCall.run(stack[i].tranche, stack[i].gasStipend, data)) {
                emit TrancheFailed(msg.sender, id, stack[i].tranche);
                continue;
            }
            uint256 added = Math.saturatingSub(_earmarkOf(stack[i], msg.sender, id), before);
            earmarkedAssets += Math.min(added, assets - earmarkedAssets);
        }
    }

    /// @inheritdoc IWriteOffEngine
    function releaseEarmark(uint256 id, uint256 assets) external nonReentrant {
        Tranche[] memory stack = _stackOf(msg.sender, _record(msg.sender, id).header.stackVersion);
        for (uint256 i = stack.length; i != 0 && assets != 0; --i) {
            Tranche memory layer = stack[i - 1];
            if (layer.kind != Kind.Insurance) continue;
            uint256 part = Math.min(assets, _earmarkOf(layer, msg.sender, id));
            if (part == 0) continue;
            assets -= part;
            bytes memory data = abi.encodeCall(IEarmarkTranche.releaseEarmark, (msg.sender, id, part));
            if (!TrancheCall.run(layer.tranche, layer.gasStipend, data)) {
                emit TrancheFailed(msg.sender, id, layer.tranche);
            }
        }
    }

    /// @inheritdoc IWriteOffEngine
    function earmarkOf(address vault, uint256 id) external view returns (uint256 assets) {
        if (id == 0) return 0;
        Tranche[] memory stack = _stackOf(vault, _record(vault, id).header.stackVersion);
        for (uint256 i; i < stack.length; ++i) {
            if (stack[i].kind == Kind.Insurance) assets += _earmarkOf(stack[i], vault, id);
        }
    }

    function _earmarkOf(Tranche memory layer, address vault, uint256 id) private view returns (uint256) {
        return
            Math.min(
                TrancheCall.read(
                    layer.tranche,
                    layer.gasStipend,
                    abi.encodeCall(IEarmarkTranche.earmarkOf, (vault, id))
                ),
                type(uint128).max
            );
    }

    // ---------------------------------------------------------------- Up: money that comes back

    /// @inheritdoc IWriteOffEngine
    function recover(address vault, uint256 id, uint256 assets) external nonReentrant returns (uint256 takenAssets) {
        Record storage record = _record(vault, id);
        takenAssets = Math.min(assets, outstanding(vault, id));
        if (takenAssets == 0) revert NothingOutstanding(vault, id);
        record.recovered += takenAssets.toUint128();
        (uint256 toLenders, uint256 toDilution, uint256 toInsurance, uint256 toReserves) = _climb(
            vault,
            id,
            takenAssets,
            _gaps(vault, record)
        );
        emit Recovered(vault, id, msg.sender, toLenders, toDilution, toInsurance, toReserves);
    }

    /// @inheritdoc IWriteOffEngine
    function retryRecovery(address vault, uint256 id, address tranche) external nonReentrant {
        uint256 assets = refusedRecovery[vault][id][tranche];
        if (assets == 0) revert NothingOutstanding(vault, id);
        uint256 left = _deliver(tranche, MAX_STIPEND, vault, id, assets);
        if (left == assets) revert StillRefused(vault, id, tranche, assets);
        refusedRecovery[vault][id][tranche] = left;
        emit RecoveryDelivered(vault, id, tranche, assets - left);
    }

    /// @inheritdoc IWriteOffEngine
    function creditProceeds(
        address vault,
        uint256 id,
        uint256 assets
    ) external nonReentrant returns (uint256 proceedsAssets) {
        Record storage record = _record(vault, id);
        _checkDilutionTranche(vault, id, record);
        uint256 owed = _lendersOutstanding(record);
        if (assets > owed) revert ProceedsExceedCharge(id, assets, owed);
        proceedsAssets = record.proceeds + assets;
        record.proceeds = proceedsAssets.toUint120();
        emit ProceedsCredited(vault, id, assets);
        _creditLenders(vault, id, record, assets);
    }

    /// @inheritdoc IWriteOffEngine
    function returnUnspent(address vault, uint256 id, uint256 assets) external nonReentrant {
        Record storage record = _record(vault, id);
        _checkDilutionTranche(vault, id, record);
        uint256[] memory gaps = _gaps(vault, record);
        uint256 returned = record.returned;
        uint256 held = record.repaid[gaps.length - 2] - returned;
        if (assets > held) revert ReturnExceedsReceived(id, assets, held);
        record.returned = (returned + assets).toUint120();
        // It goes to the layers above dilution, which counts as paid back all the same.
        (gaps[0], gaps[1]) = (0, 0);
        (, , uint256 toInsurance, uint256 toReserves) = _climb(vault, id, assets, gaps);
        emit Returned(vault, id, toInsurance, toReserves);
    }

    /// @dev Moves `assets` from the caller to the layers, each up to its gap, and what is left to the reserves.
    function _climb(
        address vault,
        uint256 id,
        uint256 assets,
        uint256[] memory gaps
    ) private returns (uint256 toLenders, uint256 toDilution, uint256 toInsurance, uint256 toReserves) {
        IERC20 asset = IERC20(_books[vault].asset);
        Record storage record = _records[vault][id];
        uint256[] memory taken;
        (taken, toReserves) = Waterfall.split(assets, gaps);
        toLenders = taken[0];

        // The vault itself pays when a liquidator has settled defaulted debt: the money is there already.
        if (toLenders + toReserves != 0 && msg.sender != vault) {
            asset.pullTo(msg.sender, vault, toLenders + toReserves);
        }
        if (toLenders != 0) {
            record.toLenders += toLenders.toUint128();
            _creditLenders(vault, id, record, toLenders);
        }
        for (uint256 i = 1; i < taken.length; ++i) {
            if (taken[i] == 0) continue;
            uint256 position = taken.length - 1 - i;
            record.repaid[position] += taken[i].toUint128();
            Tranche memory layer = _stacks[vault][record.header.stackVersion][position];
            if (layer.kind == Kind.Dilution) toDilution += taken[i];
            else toInsurance += taken[i];
            asset.pull(msg.sender, taken[i]);
            _deliverOrKeep(layer, vault, id, taken[i]);
        }
        if (toReserves != 0) IWriteOffVault(vault).creditReserves(toReserves);
    }

    /// @dev Hands `assets` to a tranche; one that fails must not stand between the money and the layers above it.
    function _deliverOrKeep(Tranche memory layer, address vault, uint256 id, uint256 assets) private {
        uint256 left = _deliver(layer.tranche, layer.gasStipend, vault, id, assets);
        if (left == 0) return;
        refusedRecovery[vault][id][layer.tranche] += left;
        emit RecoveryRefused(vault, id, layer.tranche, left);
    }

    /// @dev Lets a tranche take `assets` with a fixed stipend. Believes only the engine's own balance: what is still
    /// there was refused, whatever the tranche returned, took of it, or sent here to confuse.
    /// @return left What it did not take.
    function _deliver(
        address tranche,
        uint256 gasStipend,
        address vault,
        uint256 id,
        uint256 assets
    ) private returns (uint256 left) {
        IERC20 asset = IERC20(_books[vault].asset);
        uint256 balance = asset.balanceOf(address(this));
        asset.forceApprove(tranche, assets);
        TrancheCall.recover(tranche, gasStipend, vault, id, assets);
        uint256 taken = Math.saturatingSub(balance, asset.balanceOf(address(this)));
        if (taken > assets) revert ExactTransfer.InexactTransfer(address(asset), assets, taken);
        left = assets - taken;
        if (left != 0) asset.forceApprove(tranche, 0);
    }

    /// @dev What each layer still lacks, in the order in which recoveries fill them: lenders, then the tranches from the
    /// last of the stack to the first. Sale proceeds move capacity from the lenders to dilution.
    function _gaps(address vault, Record storage record) private view returns (uint256[] memory gaps) {
        uint256 size = _shapes[vault][record.header.stackVersion].size;
        gaps = new uint256[](size + 1);
        gaps[0] = _lendersOutstanding(record);
        for (uint256 i = 1; i <= size; ++i) {
            uint256 position = size - i;
            uint256 capacity = _paid(record, 1 + position);
            if (_stacks[vault][record.header.stackVersion][position].kind == Kind.Dilution) capacity += record.proceeds;
            gaps[i] = capacity - record.repaid[position];
        }
    }

    // ---------------------------------------------------------------- Views of what tranches say

    /// @inheritdoc IWriteOffEngine
    function exitDelay(address vault) external view returns (uint256 delay) {
        Tranche[] memory stack = _stackOf(vault, _books[vault].stackVersion);
        for (uint256 i; i < stack.length; ++i) {
            bytes memory data = abi.encodeCall(IRestructuringTranche.exitDelay, (vault));
            delay = Math.max(delay, TrancheCall.read(stack[i].tranche, stack[i].gasStipend, data));
        }
        return Math.min(delay, MAX_EXIT_DELAY);
    }

    /// @inheritdoc IWriteOffEngine
    function preview(address vault, BadDebt calldata badDebt) external view returns (Preview memory split) {
        if (_books[vault].asset == address(0)) revert UnknownVault(vault);
        uint256 version = badDebt.id == 0 ? _books[vault].stackVersion : _record(vault, badDebt.id).header.stackVersion;
        Tranche[] memory stack = _stackOf(vault, version);
        split.reserves = badDebt.reserveAssets;
        split.socialized = badDebt.badDebtAssets - badDebt.reserveAssets;
        uint256 coverable = Math.min(split.socialized, badDebt.coverableAssets);
        for (uint256 i; i < stack.length && coverable != 0; ++i) {
            if (badDebt.cause == Cause.Restructuring && !_coversRestructuring(stack[i], vault)) continue;
            uint256 paid = TrancheCall.previewCover(
                stack[i].tranche,
                stack[i].gasStipend,
                vault,
                badDebt.id,
                coverable,
                Math.saturatingSub(badDebt.insurableAssets, split.insurance)
            );
            if (stack[i].kind == Kind.Insurance) split.insurance += paid;
            else split.dilutionCash += paid;
            coverable -= paid;
            split.socialized -= paid;
        }
    }

    // ---------------------------------------------------------------- Private

    /// @dev Tells the vault of `assets` for those it has charged. Only an impaired debt has listed charges: for any other the
    /// vault is told the one epoch and need not look for a list (2,100 gas).
    function _creditLenders(address vault, uint256 id, Record storage record, uint256 assets) private {
        IWriteOffVault(vault).creditRecovery(id, record.header.wasImpaired ? 0 : record.header.epoch, assets);
    }

    function _checkDilutionTranche(address vault, uint256 id, Record storage record) private view {
        address dilution = _shapes[vault][record.header.stackVersion].dilution;
        if (msg.sender != dilution) revert NotADilutionTranche(msg.sender, id);
    }
}
