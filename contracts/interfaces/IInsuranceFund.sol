// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {LeakyBucket} from "../libraries/LeakyBucket.sol";
import {IEarmarkTranche} from "./IEarmarkTranche.sol";
import {IPremiumTaker} from "./IPremiumTaker.sol";
import {IRestructuringTranche} from "./IRestructuringTranche.sol";
import {IWriteOffEngine} from "./IWriteOffEngine.sol";
import {IWriteOffVault} from "./IWriteOffVault.sol";

/// @title Staked insurance of one vault
/// @notice ERC-4626 over internal cash accounting, except that leaving takes notice: `startCooldown`, wait `cooldown`
/// seconds, then withdraw within `withdrawalWindow` seconds. Stake pays for losses at every moment, also under notice.
/// Assets are in the asset's smallest unit, shares in theirs (10^6 per asset unit at the start). A fund takes at most
/// 2^96 - 1 asset units, which are 79 billion whole ones of 18 decimals (`maxDeposit`).
///
/// Whoever is staked at the moment of a premium has a part of it. A stake made just before one cannot leave at once,
/// it is at risk for a whole cooldown like any other; that risk is the price of its part, and what remains of the
/// advantage is bounded by the size of one premium. So premiums should come often and small, and a fund should be
/// seeded before it is made the recipient of a vault's reserves.
///
/// The first charge for a write-off, a loss or an earmark, closes the epoch that has its number, unless that has passed.
interface IInsuranceFund is IERC4626, IEarmarkTranche, IRestructuringTranche, IPremiumTaker {
    /// @notice Terms of the stake and limits of what losses may draw.
    /// @param cooldown Seconds from a notice until its shares may leave.
    /// @param withdrawalWindow Seconds after the cooldown in which they may.
    /// @param hourCap Asset units that losses may draw within an hour, as a leaky bucket.
    /// @param monthCap The same within thirty days.
    struct Terms {
        uint32 cooldown;
        uint32 withdrawalWindow;
        uint112 hourCap;
        uint112 monthCap;
    }

    /// @notice The fund paid `assets` for write-off `id`, of `shortfallAssets` asked for and `insurableAssets` insured.
    event Covered(uint256 indexed id, uint256 assets, uint256 shortfallAssets, uint256 insurableAssets);
    /// @notice `assets` were charged to the stakers and set apart for the impaired debt `id`.
    event Earmarked(uint256 indexed id, uint256 assets);
    /// @notice `assets` of the earmark for `id` were not needed; those who had been charged may claim them.
    event EarmarkReleased(uint256 indexed id, uint256 assets);
    /// @notice Write-off `id` left less than a millionth of the start per share; the fund takes no stake any more.
    event WipedOut(uint256 indexed id, uint256 totalAssets, uint256 totalShares);
    /// @notice `payer` gave `assets` to the stakers.
    event PremiumAdded(address indexed payer, uint256 assets);
    /// @notice `owner`'s notice is now for `shares`, which may leave from second `readyAt` until before `expiresAt`.
    /// Zeros when there is none any more.
    event NoticeSet(address indexed owner, uint256 shares, uint256 readyAt, uint256 expiresAt);
    /// @notice `account` turned `assets` of recoveries into `shares` for `receiver`.
    event RecoveryReinvested(address indexed account, address indexed receiver, uint256 assets, uint256 shares);
    /// @notice New notices have these terms, in seconds.
    event CooldownSet(uint256 cooldown, uint256 withdrawalWindow);
    /// @notice Losses may draw this much within an hour and within thirty days, asset units.
    event DrawCapsSet(uint256 hourCap, uint256 monthCap);
    /// @notice New stake is refused, or accepted again.
    event PauseSet(bool depositsPaused);

    /// @notice This fund insures another vault than `vault`.
    error ForeignVault(address vault);
    /// @notice A notice must be for at least one share and at most `balance`.
    error NoticeOutOfRange(address owner, uint256 shares, uint256 balance);
    /// @notice `shares` were to leave; `owner` has notice for `maturedShares` at this moment.
    error ExceedsMaturedNotice(address owner, uint256 shares, uint256 maturedShares);
    /// @notice A cooldown lies between `min` and `max` seconds.
    error CooldownOutOfRange(uint256 cooldown, uint256 min, uint256 max);
    /// @notice A withdrawal window lies between `min` and `max` seconds.
    error WindowOutOfRange(uint256 withdrawalWindow, uint256 min, uint256 max);
    /// @notice The fund has suffered a total loss; it takes no stake and no premium any more.
    error FundWipedOut(uint256 totalAssets, uint256 totalShares);
    /// @notice Nobody is staked; a premium would belong to nobody.
    error NoStakers();

    /// @notice The only vault whose losses this fund pays for.
    function vault() external view returns (IWriteOffVault);

    /// @notice The only caller of `cover` and `recover`.
    function engine() external view returns (IWriteOffEngine);

    /// @notice Assets set apart for impaired debts, outside `totalAssets`, asset units.
    function totalEarmarked() external view returns (uint256 assets);

    /// @notice What was released of the earmark for `id` and is not claimable yet, because it was charged in more steps
    /// than one release reaches: `settleRelease` makes it so. Asset units.
    function unsettledRelease(uint256 id) external view returns (uint256 assets);

    /// @notice Cash set aside for recoveries and releases not yet claimed, outside `totalAssets`, asset units.
    function claimsOwed() external view returns (uint256 assets);

    /// @notice What losses could draw at this moment by the draw caps alone, asset units.
    function drawable() external view returns (uint256 assets);

    /// @notice Limits of what losses may draw, asset units.
    function drawCaps() external view returns (LeakyBucket.Caps memory);

    /// @notice Fill levels of both buckets at this moment, asset units, rounded up.
    function drawLevels() external view returns (uint256 hourLevel, uint256 monthLevel);

    /// @notice Seconds from a notice until its shares may leave.
    function cooldown() external view returns (uint32);

    /// @notice Seconds after the cooldown in which they may.
    function withdrawalWindow() external view returns (uint32);

    /// @notice `owner`'s notice, whether or not it is usable now.
    function noticeOf(address owner) external view returns (Cooldown.Notice memory);

    /// @notice Whether the guardian has stopped new stake.
    function depositsPaused() external view returns (bool);

    /// @notice Whether a total loss has closed the fund for good.
    function isWipedOut() external view returns (bool);

    /// @notice Gives notice that `shares` of `owner` want to leave; replaces an earlier notice. Callable by `owner` or
    /// an operator it authorized. A notice never exceeds the balance: a transfer out that leaves less shrinks it for
    /// good, and shares that come in later are not under it.
    function startCooldown(uint256 shares, address owner) external;

    /// @notice Drops `owner`'s notice. Callable by `owner` or an operator it authorized.
    function cancelCooldown(address owner) external;

    /// @notice Makes what was released of the earmark for `id` claimable by those it was charged to, over at most
    /// `maxSteps` of the steps in which it was charged, the latest first. Open to everybody.
    /// @return leftAssets What is still not reached, asset units.
    function settleRelease(uint256 id, uint256 maxSteps) external returns (uint256 leftAssets);

    /// @notice Turns `account`'s recoveries of `epochs` into stake at the present price instead of paying them out.
    /// Callable by `account` or an operator it authorized.
    /// @return assets Recoveries used, asset units.
    /// @return shares Shares minted to `receiver`, rounded down.
    function reinvestRecovery(
        address account,
        uint256[] calldata epochs,
        address receiver
    ) external returns (uint256 assets, uint256 shares);

    /// @notice Sets the terms of future notices, in seconds. Governor.
    function setCooldown(uint32 cooldownSeconds, uint32 windowSeconds) external;

    /// @notice Sets what losses may draw within an hour and within thirty days, asset units. Governor.
    function setDrawCaps(uint112 hourCap, uint112 monthCap) external;

    /// @notice Sets whether the stake pays for aged principal that governance forgives. Agreeing takes effect after a
    /// cooldown, so that stakers can leave first; withdrawing the agreement at once. Governor.
    function setRestructuringCover(bool covers) external;

    /// @notice Stops new stake at once. Guardian. Exits, claims and cover can never be paused.
    function pauseDeposits() external;

    /// @notice Lets new stake in again. Governor.
    function unpauseDeposits() external;
}
