// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVaultRules} from "./IVaultRules.sol";
import {IWriteOffEngine} from "./IWriteOffEngine.sol";

/// @title Base of every vault that can suffer a bad debt
/// @notice ERC-4626 over internal cash accounting: tokens sent to the vault without a call change nothing. Assets are
/// in the asset's smallest unit, shares in theirs (10^6 per asset unit at the start).
interface IWriteOffVault is IVaultRules, IERC4626 {
    /// @notice Rules for paying out reserves.
    /// @param targetAssets Reserves kept back before anything is swept, asset units.
    /// @param underwriterBps Part of what is above the target that goes to the underwriters, the rest to the fund.
    /// @param recipient Insurance fund.
    /// @param underwriters Underwriter book; zero if it has no part.
    struct ReservePolicy {
        uint128 targetAssets;
        uint16 underwriterBps;
        address recipient;
        address underwriters;
    }

    /// @notice Reserves above their target went to `recipient`.
    event ReservesSwept(address indexed recipient, uint256 assets);
    /// @notice `recipient` did not take `assets` of its part; they stay in the reserves and are offered again.
    event PremiumRefused(address indexed recipient, uint256 assets);
    /// @notice `underwriterBps` of what is swept go to `underwriters` from now on.
    event PremiumShareSet(address indexed underwriters, uint256 underwriterBps);
    /// @notice Leaving takes this notice, and must happen within this window after it, seconds; zeros: it takes none.
    event ExitNoticeSet(uint256 noticeSeconds, uint256 windowSeconds);
    /// @notice `owner`'s notice to leave is now for `shares`, which may leave from second `readyAt` until before
    /// `expiresAt`. Zeros when there is none any more.
    event ExitRequested(address indexed owner, uint256 shares, uint256 readyAt, uint256 expiresAt);
    /// @notice No more deposits and no more debt, ever. Everything else goes on until the vault is empty.
    event WindUpStarted();
    /// @notice Outside money refilled the reserves.
    event ReservesRefilled(uint256 assets);
    /// @notice New rules for paying out reserves.
    event ReservePolicySet(uint256 targetAssets, address indexed recipient);
    /// @notice A loss left the shares less than a millionth of their start; no more deposits, ever. Claims stay alive.
    event WipedOut(uint256 totalAssets, uint256 totalShares);
    /// @notice New inflow into the vault (`deposits`) or new risk (`borrowing`) is stopped or allowed again.
    event PauseSet(bool depositsPaused, bool borrowingPaused);
    /// @notice For the impaired debt `id`, assets were set apart out of reserves, earmarked in the fund, and charged to
    /// the lenders through a loss epoch.
    event Provisioned(uint256 indexed id, uint256 fromReserves, uint256 earmarked, uint256 charged);
    /// @notice A provision turned out too high: it went back to reserves, fund and those who had been charged.
    event ProvisionReleased(uint256 indexed id, uint256 toReserves, uint256 toFund, uint256 toLenders);
    /// @notice `lostAssets` of `account`'s claims on reversed provisions were not paid: later losses have taken more than
    /// the shares were worth, and all such claims bear the rest alike.
    event ClaimsReduced(address indexed account, uint256 lostAssets);
    /// @notice `account` turned `assets` of recoveries into `shares` for `receiver`.
    event RecoveryReinvested(address indexed account, address indexed receiver, uint256 assets, uint256 shares);

    /// @notice Deposits are paused.
    error DepositsPaused();
    /// @notice The share price has fallen under a millionth of its start; the vault takes no more deposits.
    error VaultWipedOut(uint256 totalAssets, uint256 totalShares);
    /// @notice A deposit of `assets` would give no share, or a redemption of `shares` no asset.
    error NothingForNothing(uint256 assets, uint256 shares);
    /// @notice Only `cash` asset units are at hand; the rest is lent out.
    error InsufficientCash(uint256 requested, uint256 cash);
    /// @notice Only the write-off engine may call this.
    error OnlyEngine(address caller);
    /// @notice The vault's balance does not hold what was reported as paid to it.
    error PaymentMissing(uint256 expectedBalance, uint256 balance);
    /// @notice The books are being changed in this very call; no figure of them is right until it ends.
    error BooksOpen();
    /// @notice Nothing above the target can be swept: `reserves`, of which `uncollected` is interest not yet paid.
    error NothingToSweep(uint256 reserves, uint256 uncollected, uint256 target);
    /// @notice Reserves stay while `impairments` positions are impaired.
    error SweepWhileImpaired(uint256 impairments);
    /// @notice No recipient has been set for swept reserves.
    error NoSweepRecipient();
    /// @notice Nobody took any of the `assets` that were offered.
    error SweepRefused(uint256 assets);
    /// @notice A share of premium needs a recipient, a recipient a share, and it is at most `max`, bps.
    error PremiumShareOutOfRange(address underwriters, uint256 underwriterBps, uint256 max);
    /// @notice The vault is being wound up: no deposit, no reinvestment, no new debt, no exit notice any more.
    error VaultWindingUp();
    /// @notice Leaving this vault takes no notice.
    error NoExitNotice();
    /// @notice An exit notice is zero, or at least its window and at most `max` seconds.
    error ExitNoticeOutOfRange(uint256 noticeSeconds, uint256 windowSeconds, uint256 max);
    /// @notice The window after an exit notice lies between `min` and `max` seconds.
    error ExitWindowOutOfRange(uint256 windowSeconds, uint256 min, uint256 max);
    /// @notice Notice was to be given for more shares than `owner` holds.
    error ExitExceedsBalance(address owner, uint256 shares, uint256 balance);
    /// @notice `shares` were to leave; `owner` has notice for `maturedShares` at this moment.
    error ExceedsMaturedExit(address owner, uint256 shares, uint256 maturedShares);
    /// @notice Nothing is left for claims of `owedAssets` on reversed provisions: later losses have taken it. They stay, and
    /// are worth something again if any of those losses is recovered.
    error ClaimsWithoutBacking(uint256 owedAssets);
    /// @notice Somebody left the vault in this transaction: nothing may be charged to those who stay in the same one.
    error ExitAndLossInOneTransaction();
    /// @notice The write-off would charge the lenders more than the caller accepts, asset units.
    error ExceedsMaxSocialized(uint256 socializedAssets, uint256 maxSocializedAssets);

    /// @notice The waterfall this vault's losses go down.
    function engine() external view returns (IWriteOffEngine);

    /// @notice Cash at hand that lenders may withdraw or borrowers borrow, asset units.
    function cash() external view returns (uint256 assets);

    /// @notice Fees earned and not yet paid out, to the present second, asset units.
    function reserves() external view returns (uint256 assets);

    /// @notice What is owed for recoveries not yet claimed, outside `totalAssets`, asset units: recovered money that is
    /// set aside, and reversed provisions, which are paid from cash like a withdrawal.
    function claimsOwed() external view returns (uint256 assets);

    /// @notice Provisions for impaired debts (reserves and charges; the fund's earmark is its own), and claims from
    /// reversed ones that are not paid yet. Asset units.
    function provisions() external view returns (uint256 provisionedAssets, uint256 unfundedClaims);

    /// @notice What is set apart for the impaired debt `id`: out of reserves, earmarked in the fund, charged to lenders.
    function provisionOf(
        uint256 id
    ) external view returns (uint256 reserveAssets, uint256 earmarkedAssets, uint256 chargedAssets);

    /// @notice Whether deposits and new borrowing are paused.
    function paused() external view returns (bool depositsPaused, bool borrowingPaused);

    /// @notice Turns `account`'s recoveries of `epochs` into shares at the present price instead of paying them out.
    /// Callable by `account` or an operator it authorized.
    /// @return assets Recoveries used, asset units.
    /// @return shares Shares minted to `receiver`, rounded down.
    function reinvestRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external returns (uint256 assets, uint256 shares);

    /// @notice Gives notice that `shares` of `owner` want to leave, where that takes notice; replaces an earlier notice,
    /// and zero takes it back. Only matured notice can be used to withdraw or redeem, within its window. It never
    /// exceeds the balance: shares that leave by a transfer shrink it for good, and shares that come in later are not
    /// under it. Callable by `owner` or an operator it authorized.
    function requestExit(uint256 shares, address owner) external;

    /// @notice Pays collected reserves above the target to the underwriters (their share, rounded down) and the insurance
    /// fund (the rest). A part that its recipient does not take stays in the reserves and remains its own; the other
    /// is paid all the same. Open to all; refused while any position is impaired, because a sweep just before a loss
    /// would move it from stakers to lenders. A vault that is being wound up keeps no target once it has no debt.
    /// @return assets Paid out, asset units.
    function sweepReserves() external returns (uint256 assets);

    /// @notice Engine only: `assets` that have just been paid to this vault belong to those charged for write-off `id`: in
    /// `epoch`, or where that is zero in the epochs of its impairment.
    function creditRecovery(uint256 id, uint256 epoch, uint256 assets) external;

    /// @notice Engine only: `assets` that have just been paid to this vault refill its reserves.
    function creditReserves(uint256 assets) external;

    /// @notice Sets the rules for paying out reserves. Governor.
    function setReservePolicy(uint256 targetAssets, address recipient) external;

    /// @notice Sets which share of swept reserves goes to standing underwriters, bps; both zero for none. Governor.
    function setPremiumShare(address underwriters, uint256 underwriterBps) external;

    /// @notice Sets which notice leaving takes, at most thirty days, and the window after it, one to fourteen days and no
    /// longer than the notice; both zero turn it off. On, it applies to all who hold shares; off, it frees all.
    /// Notices already given keep their times unless it was off in between, which voids them. Claims of recoveries
    /// take no notice. Governor.
    function setExitNotice(uint256 noticeSeconds, uint256 windowSeconds) external;

    /// @notice Closes the vault for good to deposits, reinvestment and new debt, and ends any exit notice; everything
    /// else goes on. Cannot be undone. Governor.
    function windUp() external;

    /// @notice Stops deposits and new borrowing at once. Guardian. Withdrawals, repayments, liquidations and write-offs
    /// can never be paused.
    function pause(bool deposits, bool borrowing) external;

    /// @notice Lifts every pause. Governor.
    function unpause() external;
}
