// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IWriteOffEngine} from "./IWriteOffEngine.sol";

/// @title Base of every vault that can suffer a bad debt
/// @notice ERC-4626 over internal cash accounting: tokens sent to the vault without a call change nothing. Assets are
/// in the asset's smallest unit, shares in theirs (10^6 per asset unit at the start).
interface IWriteOffVault is IERC4626 {
    /// @notice Rules for paying out reserves.
    /// @param targetAssets Reserves kept back before anything is swept, asset units.
    /// @param recipient Insurance fund that receives what is above the target.
    struct ReservePolicy {
        uint128 targetAssets;
        address recipient;
    }

    /// @notice Reserves above their target went to `recipient`.
    event ReservesSwept(address indexed recipient, uint256 assets);
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

    /// @notice Rules for paying out reserves.
    function reservePolicy() external view returns (uint256 targetAssets, address recipient);

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

    /// @notice Pays collected reserves above the target to the insurance fund. Open to all; refused while any position
    /// is impaired, because a sweep just before a loss would move it from stakers to lenders.
    /// @return assets Paid out, asset units.
    function sweepReserves() external returns (uint256 assets);

    /// @notice Engine only: `assets` that have just been paid to this vault belong to those charged for write-off `id`: in
    /// `epoch`, or in the epochs of its impairment.
    function creditRecovery(uint256 id, uint256 epoch, uint256 assets) external;

    /// @notice Engine only: `assets` that have just been paid to this vault refill its reserves.
    function creditReserves(uint256 assets) external;

    /// @notice Sets the rules for paying out reserves. Governor.
    function setReservePolicy(uint256 targetAssets, address recipient) external;

    /// @notice Stops deposits and new borrowing at once. Guardian. Withdrawals, repayments, liquidations and write-offs
    /// can never be paused.
    function pause(bool deposits, bool borrowing) external;

    /// @notice Lifts every pause. Governor.
    function unpause() external;
}
