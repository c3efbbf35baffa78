// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";

/// @title Vaults, their stacks, and the ledger of write-offs
/// @notice What the waterfall knows and what anybody may read of it; `WriteOffEngine` moves the money. Entries keep the
/// stack they were paid by. Upholds RE1, IN2.
abstract contract WriteOffRegistry is IWriteOffEngine, AccessManaged {
    using SafeCast for uint256;

    /// @dev Most layers between a vault's reserves and its lenders.
    uint256 public constant MAX_TRANCHES = 4;
    /// @dev Least gas a tranche may be given. An insurance fund needs up to 152,000 (taking back money for a loss with
    /// two charges, everything cold); the rest is for assets whose transfers are dear.
    uint256 public constant MIN_STIPEND = 250_000;
    /// @dev Most gas a tranche may be given, so that a full stack fits into any block.
    uint256 public constant MAX_STIPEND = 3_000_000;
    /// @dev Most that a tranche's claim about its notice period is believed, seconds.
    uint256 public constant MAX_EXIT_DELAY = 60 days;

    /// @dev One slot per vault. The size of the present stack is here too, so that a new loss need not look it up.
    struct Book {
        address asset;
        uint32 writeOffCount;
        uint32 stackVersion;
        uint8 stackSize;
    }

    /// @dev What can be said of a stack without its layers. One slot, so that a sale of tokens is told from a stranger's call by
    /// one cold read instead of two (2,100 gas).
    struct StackShape {
        uint8 size;
        address dilution; // its last layer, where that is of this kind
    }

    /// @dev One slot, written as a whole. Without a timestamp it is no entry; `byReserves` alone marks one that is prepared.
    struct Header {
        /// @dev Charged to the lenders; or, where nobody but the reserves has paid, what they have.
        uint112 borne;
        bool wasImpaired;
        bool byReserves;
        uint32 epoch;
        uint32 timestamp;
        uint32 previousId;
        uint24 stackVersion;
        Cause cause;
    }

    /// @dev What two layers paid within the write-off, and whether the slot was prepared. One slot.
    struct PaidPair {
        uint120 even;
        uint120 odd;
        bool prepared;
    }

    /// @dev Figures that are zero are never written, so a loss that the lenders bear alone costs one slot here, and so does
    /// one that the reserves bear alone.
    struct Record {
        // slot 1
        Header header;
        // slots 2 to 4: what reserves and each tranche of the stack paid within the write-off, in this order, so that what
        // the reserves and the first tranche pay is one slot
        PaidPair[MAX_TRANCHES / 2 + 1] paid;
        // slot 5: what has come back, and what the lenders have had of it
        uint128 recovered;
        uint128 toLenders;
        // slot 6
        uint120 proceeds;
        uint120 returned;
        bool proceedsPrepared;
        // slots 7 and 8: what each tranche has received of `recovered`; the rest went to reserves. Stored and not worked out
        // from `recovered`, because a debt that is lost in parts adds to its layers after some of it has come back.
        uint128[MAX_TRANCHES] repaid;
        // slot 9: only a restructuring has any
        uint128 forgiven;
    }

    address[] internal _vaults;
    mapping(address vault => Book) internal _books;
    mapping(address vault => mapping(uint256 version => Tranche[MAX_TRANCHES])) internal _stacks;
    mapping(address vault => mapping(uint256 version => StackShape)) internal _shapes;
    mapping(address vault => mapping(uint256 id => Record)) internal _records;
    /// @inheritdoc IWriteOffEngine
    mapping(address vault => mapping(uint256 id => mapping(address tranche => uint256 assets))) public refusedRecovery;

    constructor(address authority_) AccessManaged(authority_) {}

    // ---------------------------------------------------------------- Registry

    /// @inheritdoc IWriteOffEngine
    function registerVault(address vault, Tranche[] calldata tranches) external restricted {
        if (_books[vault].asset != address(0)) revert VaultAlreadyRegistered(vault);
        _books[vault].asset = _assetOf(vault);
        _vaults.push(vault);
        emit VaultRegistered(vault);
        _setStack(vault, tranches);
    }

    /// @inheritdoc IWriteOffEngine
    function setStack(address vault, Tranche[] calldata tranches) external restricted {
        if (_books[vault].asset == address(0)) revert UnknownVault(vault);
        _setStack(vault, tranches);
    }

    function _setStack(address vault, Tranche[] calldata tranches) private {
        uint256 count = tranches.length;
        if (count > MAX_TRANCHES) revert TooManyTranches(count, MAX_TRANCHES);
        Book storage book = _books[vault];
        uint32 version = ++book.stackVersion;
        StackShape storage shape = _shapes[vault][version];
        shape.size = book.stackSize = uint8(count);
        for (uint256 i; i < count; ++i) {
            Tranche calldata layer = tranches[i];
            if (layer.tranche.code.length == 0) revert TrancheWithoutCode(layer.tranche);
            // Money that climbs is kept and handed over by tranche: two layers of one could not be told apart.
            for (uint256 k; k < i; ++k) {
                if (tranches[k].tranche == layer.tranche) revert DuplicateTranche(layer.tranche);
            }
            if (layer.gasStipend < MIN_STIPEND || layer.gasStipend > MAX_STIPEND) {
                revert StipendOutOfRange(layer.tranche, layer.gasStipend, MIN_STIPEND, MAX_STIPEND);
            }
            // Dilution is the last layer before the lenders and there is only one: its sale proceeds go to them.
            if (layer.kind == Kind.Dilution) {
                if (i + 1 != count) revert StackOutOfOrder(layer.tranche);
                shape.dilution = layer.tranche;
            }
            _stacks[vault][version][i] = layer;
        }
        emit StackSet(vault, version, tranches);
    }

    // ---------------------------------------------------------------- Views

    /// @inheritdoc IWriteOffEngine
    function isVault(address vault) external view returns (bool) {
        return _books[vault].asset != address(0);
    }

    /// @inheritdoc IWriteOffEngine
    function vaults() external view returns (address[] memory) {
        return _vaults;
    }

    /// @inheritdoc IWriteOffEngine
    function stackOf(address vault) external view returns (Tranche[] memory) {
        return _stackOf(vault, _books[vault].stackVersion);
    }

    /// @inheritdoc IWriteOffEngine
    function writeOffCount(address vault) external view returns (uint256) {
        return _books[vault].writeOffCount;
    }

    /// @inheritdoc IWriteOffEngine
    function ledger(address vault, uint256 id) external view returns (LedgerEntry memory entry) {
        Record storage record = _record(vault, id);
        entry.cause = record.header.cause;
        entry.timestamp = record.header.timestamp;
        entry.epoch = record.header.epoch;
        entry.previousId = record.header.previousId;
        entry.stackVersion = record.header.stackVersion;
        entry.reserves = record.header.byReserves ? record.header.borne : record.paid[0].even;
        entry.socialized = _socializedOf(record);
        entry.auctionProceeds = record.proceeds;
        entry.recovered = record.recovered;
        uint256 size = _shapes[vault][record.header.stackVersion].size;
        for (uint256 i; i < size; ++i) {
            uint256 paid = _paid(record, 1 + i);
            if (_stacks[vault][record.header.stackVersion][i].kind == Kind.Insurance) entry.insurance += paid;
            else entry.dilutionCash += paid;
        }
        entry.badDebt = entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized;
    }

    /// @inheritdoc IWriteOffEngine
    function outstanding(address vault, uint256 id) public view returns (uint256) {
        if (id == 0) return 0;
        Record storage record = _record(vault, id);
        uint256 badDebt = record.header.borne;
        for (uint256 i; i <= MAX_TRANCHES; ++i) badDebt += _paid(record, i);
        return badDebt - record.recovered;
    }

    /// @inheritdoc IWriteOffEngine
    function owedByDebtor(address vault, uint256 id) public view returns (uint256 assets) {
        return Math.saturatingSub(outstanding(vault, id), _records[vault][id].forgiven);
    }

    /// @inheritdoc IWriteOffEngine
    function defaultOf(address vault, uint256 id) external view returns (uint256 assets, uint256 latestId) {
        while (id != 0) {
            uint256 left = owedByDebtor(vault, id);
            if (left != 0 && latestId == 0) latestId = id;
            assets += left;
            id = _records[vault][id].header.previousId;
        }
    }

    /// @inheritdoc IWriteOffEngine
    function lendersOutstanding(address vault, uint256 id) external view returns (uint256) {
        return _lendersOutstanding(_record(vault, id));
    }

    /// @inheritdoc IWriteOffEngine
    function proceedsOf(address vault, uint256 id) external view returns (uint256) {
        return _records[vault][id].proceeds;
    }

    // ---------------------------------------------------------------- Private

    /// @dev The asset that `vault` names. The vault is a stranger still, so its answer is read with care.
    function _assetOf(address vault) private view returns (address) {
        (bool succeeded, bytes memory answer) = vault.staticcall(abi.encodeCall(IERC4626.asset, ()));
        if (!succeeded || answer.length != 32) revert NotAVault(vault);
        uint256 word = abi.decode(answer, (uint256));
        address asset = address(uint160(word));
        if (word > type(uint160).max || asset.code.length == 0) revert NotAVault(vault);
        return asset;
    }

    function _stackOf(address vault, uint256 version) internal view returns (Tranche[] memory stack) {
        uint256 size = version == _books[vault].stackVersion ? _books[vault].stackSize : _shapes[vault][version].size;
        stack = new Tranche[](size);
        for (uint256 i; i < size; ++i) stack[i] = _stacks[vault][version][i];
    }

    function _record(address vault, uint256 id) internal view returns (Record storage record) {
        record = _records[vault][id];
        if (record.header.timestamp == 0) revert UnknownWriteOff(vault, id);
    }

    // Headers are put together as words: as a struct in memory, or member by member, one costs 400 to 600 gas more.

    /// @dev In the word of a header: the entry is that of an impaired debt.
    uint256 internal constant WAS_IMPAIRED = 1 << 112;

    /// @dev What is known of a new entry before anybody has paid for it.
    function _openingOf(uint32 previousId, uint256 version) internal view returns (uint256 word) {
        return _withPrevious(_openedAt(block.timestamp, version), previousId);
    }

    /// @dev The same, but for the entry before it.
    function _openedAt(uint256 timestamp, uint256 version) internal pure returns (uint256 word) {
        return (timestamp << 160) | (uint256(uint24(version)) << 224);
    }

    function _withPrevious(uint256 opening, uint32 previousId) internal pure returns (uint256 word) {
        return opening | (uint256(previousId) << 192);
    }

    /// @dev The same when it has been paid for: `opening`, with what has been borne on top of what was borne already.
    function _closingOf(
        uint256 opening,
        uint256 borne,
        bool byReserves,
        uint32 epoch,
        Cause cause
    ) internal pure returns (uint256 word) {
        uint256 borneBefore = opening & type(uint112).max;
        word = (opening ^ borneBefore) | (borneBefore + borne).toUint112();
        if (byReserves) word |= 1 << 120;
        word |= (uint256(epoch) << 128) | (uint256(cause) << 248);
    }

    function _headerOf(Record storage record) internal view returns (uint256 word) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := sload(record.slot)
        }
    }

    function _storeHeader(Record storage record, uint256 word) internal {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            sstore(record.slot, word)
        }
    }

    /// @dev What a layer paid within the write-off, asset units: 0 for the reserves, 1 for the first tranche.
    function _paid(Record storage record, uint256 layer) internal view returns (uint256) {
        PaidPair storage pair = record.paid[layer / 2];
        return layer % 2 == 0 ? pair.even : pair.odd;
    }

    /// @dev Adds `assets` to what a layer has paid.
    function _addPaid(Record storage record, uint256 layer, uint256 assets) internal {
        PaidPair storage pair = record.paid[layer / 2];
        if (layer % 2 == 0) pair.even += assets.toUint120();
        else pair.odd += assets.toUint120();
    }

    function _lendersOutstanding(Record storage record) internal view returns (uint256) {
        return _socializedOf(record) - record.proceeds - record.toLenders;
    }

    function _socializedOf(Record storage record) private view returns (uint256) {
        return record.header.byReserves ? 0 : record.header.borne;
    }
}
