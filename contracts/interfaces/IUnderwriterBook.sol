// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {IPremiumTaker} from "./IPremiumTaker.sol";
import {IWriteOffVault} from "./IWriteOffVault.sol";

/// @title Standing bids for the backstop token, by price level
/// @notice Anyone commits the vault's asset at one of the fixed levels. A write-off fills the best levels first, pro
/// rata within a level, in the same transaction. Prices are asset units per whole token (1e18 token units).
interface IUnderwriterBook is IPremiumTaker {
    /// @notice One level as it stands.
    /// @param price Asset units per whole token.
    /// @param assets Committed now, asset units.
    /// @param shares Claims on them.
    /// @param noticedShares Part of the shares under notice; it can be filled and earns no premium.
    /// @param generation Counts how often the level has been drained.
    struct LevelView {
        uint256 price;
        uint256 assets;
        uint256 shares;
        uint256 noticedShares;
        uint256 generation;
    }

    /// @notice One bid as it stands.
    /// @param shares Claims on the level's assets.
    /// @param assets What they are worth, asset units, rounded down.
    /// @param notice Notice to leave.
    /// @param drained Whether the bid's level has been drained since: what is left of it is free.
    struct BidView {
        uint256 shares;
        uint256 assets;
        Cooldown.Notice notice;
        bool drained;
    }

    /// @notice `assets` were committed at `level` for `owner`.
    event Committed(address indexed owner, uint256 indexed level, uint256 assets, uint256 shares);
    /// @notice `owner` gave notice for `shares` at `level`; zeros when it took it back.
    event NoticeSet(address indexed owner, uint256 indexed level, uint256 shares, uint256 readyAt, uint256 expiresAt);
    /// @notice `owner` left `level` with `assets`.
    event Withdrawn(address indexed owner, uint256 indexed level, uint256 assets, uint256 shares);
    /// @notice Write-off `id` took `assets` at `level` and gave `tokens`.
    event Filled(uint256 indexed id, uint256 indexed level, uint256 assets, uint256 tokens);
    /// @notice `level` was drained; what was left, `dustAssets`, belongs to those who had bid.
    event LevelDrained(uint256 indexed level, uint256 generation, uint256 dustAssets);
    /// @notice `assets` of premium are paid out over the coming period.
    event PremiumAdded(address indexed payer, uint256 assets);
    /// @notice `owner` was paid tokens of filled bids and asset units of premium and dust.
    event Collected(address indexed owner, address indexed receiver, uint256 tokens, uint256 assets);

    /// @notice A book has between `min` and `max` levels.
    error LevelsOutOfRange(uint256 levels, uint256 min, uint256 max);
    /// @notice Prices must fall from level to level and be above zero.
    error PricesNotFalling(uint256 level, uint256 price);
    /// @notice There is no such level.
    error UnknownLevel(uint256 level, uint256 levels);
    /// @notice The notice period or window lies outside its range, seconds.
    error NoticeOutOfRange(uint256 notice, uint256 window);
    /// @notice A bid must be of at least one unit and give at least one share.
    error NothingCommitted(uint256 assets);
    /// @notice `owner` asked for no shares of its bid at `level`.
    error NothingWithdrawn(address owner, uint256 level);
    /// @notice `owner` has only `held` shares at the level.
    error ExceedsBid(address owner, uint256 level, uint256 shares, uint256 held);
    /// @notice Only `matured` shares may leave now.
    error ExceedsMaturedNotice(address owner, uint256 level, uint256 shares, uint256 matured);
    /// @notice The level is below the floor price and takes no bids.
    error LevelInactive(uint256 level, uint256 price, uint256 floorPrice);
    /// @notice Only the dilution layer fills bids.
    error OnlyDilution(address caller);

    /// @notice Vault whose losses the bids pay for.
    function vault() external view returns (IWriteOffVault);

    /// @notice Token the bids buy.
    function token() external view returns (IERC20);

    /// @notice Time between notice and exit, seconds.
    function noticePeriod() external view returns (uint256);

    /// @notice Number of levels; level 0 is the best price.
    function levelCount() external view returns (uint256);

    /// @notice One level as it stands.
    function levelOf(uint256 level) external view returns (LevelView memory);

    /// @notice One bid as it stands.
    function bidOf(address owner, uint256 level) external view returns (BidView memory);

    /// @notice Tokens and asset units (premium, dust) that `owner` could collect from `levels` now.
    function collectable(
        address owner,
        uint256[] calldata levels
    ) external view returns (uint256 tokens, uint256 assets);

    /// @notice What `fill` would do now.
    function previewFill(
        uint256 shortfallAssets,
        uint256 maxTokens,
        uint256 floorPrice
    ) external view returns (uint256 tokens, uint256 assets);

    /// @notice Commits `assets` at `level` for `owner`; the caller pays.
    /// @return shares Claims on the level's assets, rounded down.
    function commit(uint256 level, uint256 assets, address owner) external returns (uint256 shares);

    /// @notice Gives notice for `shares` of `owner`'s bid; from now on they earn no premium, and can still be filled.
    /// Replaces an earlier notice; zero takes it back. Caller: owner or whom it authorized.
    function giveNotice(uint256 level, uint256 shares, address owner) external;

    /// @notice Takes `shares` out after their notice; without one where the level was drained or is below the floor.
    /// @return assets Paid to `receiver`, rounded down.
    function withdraw(uint256 level, uint256 shares, address owner, address receiver) external returns (uint256 assets);

    /// @notice Pays `owner`'s tokens, premium and dust of `levels` to `receiver`. Caller: owner or whom it authorized.
    function collect(
        uint256[] calldata levels,
        address owner,
        address receiver
    ) external returns (uint256 tokens, uint256 assets);

    /// @notice Brings a level's premium in line with the floor price: below it a bid runs no risk and earns nothing until
    /// the floor has come down and somebody calls this again. Open to everybody.
    function refresh(uint256 level) external;

    /// @notice Fills bids, best price first, for write-off `id`: at most `shortfallAssets` and `maxTokens`, no level
    /// below `floorPrice`. Pays the vault. Dilution only; it mints the tokens to this book right after.
    /// @return tokens Token units sold, rounded down per level.
    /// @return assets Asset units paid to the vault: per level all that is wanted of it, which is less than a token unit's
    /// price more than the tokens cost; or, where `maxTokens` end first, their price rounded up.
    function fill(
        uint256 id,
        uint256 shortfallAssets,
        uint256 maxTokens,
        uint256 floorPrice
    ) external returns (uint256 tokens, uint256 assets);
}
