// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IDilution} from "./IDilution.sol";

/// @title Tokens in place of a claim
/// @notice When a lot has expired with tokens left, the lenders it was to pay may take them at its floor price, each in
/// place of as much of its own claim, until the lot's claim window is over. This contract takes the claim over: what is
/// recovered for it later buys tokens back. A lender must have authorized this contract in the vault first; it uses
/// that for nothing but the claims of whoever calls it. Tokens are in units of 10^-18, assets in the vault's asset
/// units, prices in asset units per whole token, shares in the vault's share units.
interface IInKindClaims {
    /// @notice `account` gave its claim of `shares` on the recoveries of `epoch`, worth `assets`, for `tokens` of the
    /// lot of write-off `id`; they were minted to `receiver`.
    event ClaimExchanged(
        address indexed vault,
        uint256 indexed id,
        address indexed account,
        uint256 epoch,
        uint256 shares,
        uint256 assets,
        uint256 tokens,
        address receiver
    );
    /// @notice `assets` have come in for claims of `epoch`.
    event RecoveryCollected(address indexed vault, uint256 indexed epoch, uint256 assets);
    /// @notice `assets` that came in for claims given for tokens of write-off `id` are to buy tokens back.
    event BuybackFunded(address indexed vault, uint256 indexed id, uint256 indexed epoch, uint256 assets);

    /// @notice The caller is neither `account` nor authorized by it in the vault.
    error NotAuthorized(address account, address caller);
    /// @notice The lot of write-off `id` has no tokens left, or there is none.
    error NothingLeft(address vault, uint256 id);
    /// @notice Sales of this vault's tokens are paused.
    error ClaimsPaused(address vault);
    /// @notice The holders of `epoch` were not charged for write-off `id`.
    error NotCharged(address vault, uint256 id, uint256 epoch);
    /// @notice The claim is worth `assets`, for which there are `tokens`: none, or fewer than `minTokens`.
    error TooFewTokens(uint256 assets, uint256 tokens, uint256 minTokens);
    /// @notice No money has come in for claims of `epoch` given for tokens of write-off `id`.
    error NothingCollected(address vault, uint256 id, uint256 epoch);

    /// @notice The dilution layer this belongs to.
    function dilution() external view returns (IDilution);

    /// @notice What `take` would do now with the claim of `maxShares` of `epoch`, leaving aside whose they are; zeros
    /// when it would revert.
    /// @return shares Of the claim, at most `maxShares`: no more than pays for what is left of the lot and than the
    /// lenders of `id` are owed beyond what was taken before.
    /// @return assets What is outstanding on them, rounded down.
    /// @return tokens That pays for at the lot's floor price, rounded down.
    function quote(
        address vault,
        uint256 id,
        uint256 epoch,
        uint256 maxShares
    ) external view returns (uint256 shares, uint256 assets, uint256 tokens);

    /// @notice Gives `account`'s claim of up to `maxShares` on the recoveries of `epoch` for tokens of the expired lot of
    /// write-off `id`. What has come in for `epoch` so far is paid to `receiver` first. The caller is `account` or whom
    /// it authorized in the vault, where `account` must have authorized this contract too.
    /// @param minTokens Least tokens to receive.
    /// @param receiver Account that receives the tokens, and what had come in.
    /// @return shares Of the claim given.
    /// @return assets What was outstanding on them, rounded down.
    /// @return tokens Minted, at the lot's floor price, rounded down.
    function take(
        address vault,
        uint256 id,
        uint256 epoch,
        address account,
        uint256 maxShares,
        uint256 minTokens,
        address receiver
    ) external returns (uint256 shares, uint256 assets, uint256 tokens);

    /// @notice Collects what has come in for the claims of `epoch` that were given here, and spends the part of those
    /// given for tokens of write-off `id` on a round of buying them back. Open to all.
    /// @return assets The round's money, asset units, rounded down.
    function fundBuyback(address vault, uint256 id, uint256 epoch) external returns (uint256 assets);

    /// @notice Shares whose recoveries of `epoch` were given for tokens of write-off `id`.
    function sharesOf(address vault, uint256 id, uint256 epoch) external view returns (uint256 shares);
}
