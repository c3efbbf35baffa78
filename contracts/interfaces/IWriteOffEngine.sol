// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title The waterfall: who pays for a bad debt, in which order, and who is paid back
/// @notice Per vault an ordered stack of tranches and a ledger of write-offs. The vault's own reserves pay before the
/// stack, its lenders after it. Recoveries climb the same ladder in reverse.
interface IWriteOffEngine {
    /// @notice Why a debt left the books.
    enum Cause {
        Liquidation,
        WriteOff,
        Restructuring
    }

    /// @notice What a tranche stands for in the ledger.
    enum Kind {
        Insurance,
        Dilution
    }

    /// @notice One layer of a stack.
    /// @param tranche Contract that pays.
    /// @param gasStipend Gas given to each call of `cover`.
    /// @param kind Layer it is booked under.
    struct Tranche {
        address tranche;
        uint64 gasStipend;
        Kind kind;
    }

    /// @notice A vault's report of a bad debt whose own reserves have already paid.
    /// @param debtor Account whose debt it was.
    /// @param cause Why it left the books.
    /// @param previousId Earlier write-off of the same position that is not yet repaid; zero if none.
    /// @param id Entry opened when the debt was impaired; zero for a debt that was not. An entry takes several
    /// reports, when an impaired debt is closed in parts.
    /// @param epoch Loss epoch that the vault will close if anything is socialized; zero where reserves have paid all of it.
    /// @param badDebtAssets Debt extinguished, asset units.
    /// @param reserveAssets Part of it that the vault's reserves have paid, asset units.
    /// @param coverableAssets Most that tranches may pay of it, asset units: all of a default, the principal alone of a
    /// restructuring.
    /// @param insurableAssets Part of it that insurance may pay for, asset units.
    struct BadDebt {
        address debtor;
        Cause cause;
        uint32 previousId;
        uint32 id;
        uint32 epoch;
        uint256 badDebtAssets;
        uint256 reserveAssets;
        uint256 coverableAssets;
        uint256 insurableAssets;
    }

    /// @notice One write-off as it stands in the ledger. All figures in asset units.
    /// @param cause Why the debt left the books.
    /// @param timestamp When, seconds.
    /// @param epoch Loss epoch of the vault that carries the socialized part, or is passed over where the shares were worth
    /// nothing before it; zero where reserves have paid all of it.
    /// @param previousId Earlier unpaid write-off of the same position; zero if none.
    /// @param stackVersion Version of the tranche stack that paid.
    /// @param badDebt Debt extinguished: reserves + insurance + dilutionCash + socialized.
    /// @param reserves Paid by the vault's reserves.
    /// @param insurance Paid by tranches of kind Insurance.
    /// @param dilutionCash Paid by tranches of kind Dilution within the write-off.
    /// @param socialized Charged to the lenders.
    /// @param auctionProceeds Paid to the charged lenders later by the sale of minted tokens.
    /// @param recovered Outside money received for this write-off.
    struct LedgerEntry {
        Cause cause;
        uint64 timestamp;
        uint32 epoch;
        uint32 previousId;
        uint32 stackVersion;
        uint256 badDebt;
        uint256 reserves;
        uint256 insurance;
        uint256 dilutionCash;
        uint256 socialized;
        uint256 auctionProceeds;
        uint256 recovered;
    }

    /// @notice How a bad debt would be split if it were written off now. Asset units.
    struct Preview {
        uint256 reserves;
        uint256 insurance;
        uint256 dilutionCash;
        uint256 socialized;
    }

    /// @notice A debt of `debtor` was impaired; its losses will be booked under `id`.
    event ImpairmentOpened(address indexed vault, uint256 indexed id, address indexed debtor);
    /// @notice A vault was admitted.
    event VaultRegistered(address indexed vault);
    /// @notice A vault has a new ordered stack of tranches; earlier entries keep the stack they were paid by.
    event StackSet(address indexed vault, uint256 indexed version, Tranche[] tranches);
    /// @notice A bad debt was written off; every layer's figure, in asset units.
    event WrittenOff(
        address indexed vault,
        uint256 indexed id,
        address indexed debtor,
        Cause cause,
        uint256 epoch,
        uint256 badDebt,
        uint256 reserves,
        uint256 insurance,
        uint256 dilutionCash,
        uint256 socialized
    );
    /// @notice A tranche could not be called, reverted, or ran out of its stipend; the loss moved on.
    event TrancheFailed(address indexed vault, uint256 indexed id, address indexed tranche);
    /// @notice Sold tokens brought `assets` to the lenders charged by write-off `id`.
    event ProceedsCredited(address indexed vault, uint256 indexed id, uint256 assets);
    /// @notice Outside money came in for write-off `id` and went to these layers, in asset units.
    event Recovered(
        address indexed vault,
        uint256 indexed id,
        address indexed payer,
        uint256 toLenders,
        uint256 toDilution,
        uint256 toInsurance,
        uint256 toReserves
    );
    /// @notice `tranche` did not take `assets` recovered for `id`; the engine keeps them for it.
    event RecoveryRefused(address indexed vault, uint256 indexed id, address indexed tranche, uint256 assets);
    /// @notice `tranche` took what it had refused.
    event RecoveryDelivered(address indexed vault, uint256 indexed id, address indexed tranche, uint256 assets);
    /// @notice Money a tranche of kind Dilution could not spend on its own layer went up to the layers above.
    event Returned(address indexed vault, uint256 indexed id, uint256 toInsurance, uint256 toReserves);

    /// @notice `vault` is not registered.
    error UnknownVault(address vault);
    /// @notice `vault` has no code, or does not name the token it lends.
    error NotAVault(address vault);
    /// @notice `vault` is registered already.
    error VaultAlreadyRegistered(address vault);
    /// @notice A stack may have at most `maxTranches` layers.
    error TooManyTranches(uint256 tranches, uint256 maxTranches);
    /// @notice `tranche` has no code.
    error TrancheWithoutCode(address tranche);
    /// @notice A stack may have `tranche` only once.
    error DuplicateTranche(address tranche);
    /// @notice A stipend lies outside [`min`, `max`] gas.
    error StipendOutOfRange(address tranche, uint256 gasStipend, uint256 min, uint256 max);
    /// @notice Insurance comes before dilution in every stack; this one has it the other way round.
    error StackOutOfOrder(address tranche);
    /// @notice The transaction has too little gas left to give a tranche its stipend; nothing was changed.
    error InsufficientGas(uint256 gasLeft, uint256 gasNeeded);
    /// @notice There is no write-off `id` for `vault`.
    error UnknownWriteOff(address vault, uint256 id);
    /// @notice Nothing of write-off `id` is left to recover.
    error NothingOutstanding(address vault, uint256 id);
    /// @notice The caller is not a tranche of kind Dilution in the stack that paid for write-off `id`.
    error NotADilutionTranche(address caller, uint256 id);
    /// @notice Proceeds of `assets` would exceed what the lenders are still owed (`outstanding`).
    error ProceedsExceedCharge(uint256 id, uint256 assets, uint256 outstanding);
    /// @notice `tranche` still does not take what is kept for it.
    error StillRefused(address vault, uint256 id, address tranche, uint256 assets);
    /// @notice The tranche tried to return more than its layer has received for `id`.
    error ReturnExceedsReceived(uint256 id, uint256 assets, uint256 received);

    /// @notice Whether `vault` is registered.
    function isVault(address vault) external view returns (bool);

    /// @notice All registered vaults, in order of registration.
    function vaults() external view returns (address[] memory);

    /// @notice The vault's current ordered stack.
    function stackOf(address vault) external view returns (Tranche[] memory);

    /// @notice Number of write-offs of `vault`; ids run from 1 to this number.
    function writeOffCount(address vault) external view returns (uint256);

    /// @notice Ledger entry `id` of `vault`.
    function ledger(address vault, uint256 id) external view returns (LedgerEntry memory);

    /// @notice Part of write-off `id` that no outside money has repaid yet, asset units. Zero for id 0.
    function outstanding(address vault, uint256 id) external view returns (uint256 assets);

    /// @notice Part of write-off `id` that its debtor still owes, asset units: what is outstanding, less what was forgiven
    /// by a restructuring. Zero for id 0.
    function owedByDebtor(address vault, uint256 id) external view returns (uint256 assets);

    /// @notice What a debtor owes of write-off `id` and of all earlier ones of the same position, asset units.
    /// @return assets Sum of what is owed.
    /// @return latestId Newest of them that is not fully repaid; zero if none.
    function defaultOf(address vault, uint256 id) external view returns (uint256 assets, uint256 latestId);

    /// @notice Recovered money that `tranche` refused for write-off `id`, asset units; `retryRecovery` hands it over.
    function refusedRecovery(address vault, uint256 id, address tranche) external view returns (uint256 assets);

    /// @notice What the lenders charged by `id` have not got back yet, from recoveries or proceeds, asset units.
    function lendersOutstanding(address vault, uint256 id) external view returns (uint256 assets);

    /// @notice Longest time that anybody who pays in a layer of the vault's stack needs to leave it, seconds; at most
    /// sixty days. Announced losses wait so long.
    function exitDelay(address vault) external view returns (uint256 delay);

    /// @notice How `absorb` would split this report of `vault` now, for tranches that quote honestly. Debtor, previous id
    /// and epoch do not matter; `id` counts, because earmarks and the stack of an impaired debt belong to it. Reverts
    /// for a vault that is not registered.
    function preview(address vault, BadDebt calldata badDebt) external view returns (Preview memory);

    /// @notice Admits `vault`. Governor.
    function registerVault(address vault, Tranche[] calldata tranches) external;

    /// @notice Replaces the vault's stack for future write-offs. Governor.
    function setStack(address vault, Tranche[] calldata tranches) external;

    /// @notice Opens a ledger entry for an impaired debt of the calling vault; fixes the stack that will pay for it.
    function openImpairment(address debtor, uint32 previousId) external returns (uint256 id);

    /// @notice Has the insurance tranches of the entry's stack set up to `assets` apart for it, in order.
    /// @return earmarkedAssets What they set apart, asset units.
    function earmark(uint256 id, uint256 assets) external returns (uint256 earmarkedAssets);

    /// @notice Has the tranches give back `assets` of what they had set apart for entry `id`, in reverse order.
    function releaseEarmark(uint256 id, uint256 assets) external;

    /// @notice What the tranches have set apart for entry `id` of `vault`, asset units.
    function earmarkOf(address vault, uint256 id) external view returns (uint256 assets);

    /// @notice Writes into the slots that the next `count` write-offs of `vault` will write, so that each of these pays
    /// 17,100 gas less for each such slot: header, what reserves and first tranche paid, and with `withProceeds` that of
    /// sale proceeds. What is prepared already is not written again. Changes no figure; open to all. Reverts for a vault that is
    /// not registered (`UnknownVault`) and with `PreparedCountOutOfRange` unless `count` is 1 to 128.
    /// @return slots How many slots were written.
    function prepareEntries(address vault, uint256 count, bool withProceeds) external returns (uint256 slots);

    /// @notice For how many of the next write-offs of `vault`, without a gap and at most 128, the entry is prepared, and the
    /// slot of its sale proceeds.
    function preparedEntries(address vault) external view returns (uint256 entries, uint256 proceeds);

    /// @notice Takes a bad debt of the calling vault down its stack.
    /// @return id Number of the ledger entry.
    /// @return coveredAssets Sum that the tranches paid to the vault, asset units.
    function absorb(BadDebt calldata badDebt) external returns (uint256 id, uint256 coveredAssets);

    /// @notice Takes several bad debts of the calling vault down its stack, one after the other, as `absorb` does. Each gets
    /// an entry of its own, with consecutive numbers in order; a report that names an entry opened before is refused
    /// (`UnknownWriteOff`).
    /// @return firstId Number of the first entry.
    /// @return coveredAssets For each, the sum that the tranches paid to the vault, asset units; empty if they paid nothing.
    function absorbBatch(
        BadDebt[] calldata badDebts
    ) external returns (uint256 firstId, uint256[] memory coveredAssets);

    /// @notice Takes outside money for write-off `id`: first the charged lenders, then dilution, insurance, reserves.
    /// Takes no more than is outstanding.
    /// @param assets Most to take from the caller, asset units.
    /// @return takenAssets What was taken, asset units.
    function recover(address vault, uint256 id, uint256 assets) external returns (uint256 takenAssets);

    /// @notice Hands over what `tranche` refused earlier. Open to all; reverts while it still refuses.
    function retryRecovery(address vault, uint256 id, address tranche) external;

    /// @notice Books sale proceeds that have just been paid to `vault` for the lenders charged by `id`. Only a tranche
    /// of kind Dilution of that write-off's stack.
    /// @return proceedsAssets All proceeds of `id`, these included, asset units.
    function creditProceeds(address vault, uint256 id, uint256 assets) external returns (uint256 proceedsAssets);

    /// @notice Sale proceeds of write-off `id` so far, asset units; zero if there is no such write-off.
    function proceedsOf(address vault, uint256 id) external view returns (uint256 assets);

    /// @notice Sends money that a dilution tranche could not spend up to insurance and reserves. Pulls it from the
    /// caller, a tranche of kind Dilution of that write-off's stack.
    function returnUnspent(address vault, uint256 id, uint256 assets) external;
}
