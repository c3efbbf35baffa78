// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBuybackAuction} from "./IBuybackAuction.sol";
import {IDebtAuction} from "./IDebtAuction.sol";
import {ILendingVault} from "./ILendingVault.sol";
import {ISolventVault} from "./ISolventVault.sol";

/// @title What a bot needs to know, in pages of up to a thousand rows
/// @notice Read-only. Rows of fixed width, in the order asked for, so that thousands are decoded in milliseconds; every
/// price source is read once a page. `explain` says of single positions what may be done now, and why not if not.
/// Assets in the vault's asset units, collateral in its own, health in WAD, times in seconds.
interface IKeeperLens {
    /// @notice One position to the present second.
    /// @param collateralAssets Collateral supplied, collateral units.
    /// @param debtAssets Principal and interest, rounded up.
    /// @param defaultedAssets Still owed of earlier write-offs of the position.
    /// @param valueAssets Worth of the collateral by the primary sources, rounded down.
    /// @param highAssets Worth of it by the most generous of all live sources, which decides on losses.
    /// @param healthWad Health factor, WAD, rounded down; max uint256 without debt, zero if no price can be read.
    /// @param shortfallAssets What the collateral does not cover, by the write-off price rule; zero if it is solvent.
    /// @param provisionedAssets Set apart for it: reserves, earmarks and charges.
    /// @param impairedAt When its insolvency was recorded; zero if it is not.
    /// @param oldestRoundAt When the oldest price round was made on which this rests; max uint64 if none is needed.
    /// @param writeOffId Latest unpaid write-off of the position; zero if none.
    /// @param lossBlockedBy Asset whose silent second source forbids to book a loss now; zero if none does.
    /// @param failure First four bytes of the price source's error; zero if it answers.
    struct Row {
        uint256 collateralAssets;
        uint256 debtAssets;
        uint256 defaultedAssets;
        uint256 valueAssets;
        uint256 highAssets;
        uint256 healthWad;
        uint256 shortfallAssets;
        uint256 provisionedAssets;
        uint256 impairedAt;
        uint256 oldestRoundAt;
        uint256 writeOffId;
        address lossBlockedBy;
        bytes4 failure;
    }

    /// @notice What may be done with a position now.
    /// @param liquidation Figures of liquidating as much of it as is allowed; `failure` says why not.
    /// @param writeOff Figures of writing it off, confirmed or not; `failure` says why that is not possible at all.
    /// @param writeOffFailure Encoded error that `writeOff` would meet now, confirmation included; empty if none.
    /// @param earliestWriteOff First second at which its record of insolvency can be used; zero without a record.
    /// @param latestWriteOff Last such second; zero without a record.
    struct Outlook {
        ISolventVault.LossPlan liquidation;
        ISolventVault.LossPlan writeOff;
        bytes writeOffFailure;
        uint256 earliestWriteOff;
        uint256 latestWriteOff;
    }

    /// @notice One sale of tokens.
    /// @param remainingTokens Neither sold nor settled, token units.
    /// @param price Now, asset units per whole token, rounded up; zero when nothing remains.
    /// @param buyableTokens That `buy` would sell now, token units.
    /// @param buyableAssets What they would cost, rounded up.
    /// @param expiresAt First second at which nothing is sold any more.
    /// @param closesAt First second at which anybody may settle it, if its lenders are not paid before.
    struct LotRow {
        uint256 remainingTokens;
        uint256 price;
        uint256 buyableTokens;
        uint256 buyableAssets;
        uint256 expiresAt;
        uint256 closesAt;
    }

    /// @notice Names one round of buying back.
    struct RoundKey {
        uint256 id;
        uint256 number;
    }

    /// @notice One round of buying back.
    /// @param assets Left to spend.
    /// @param price Now, asset units per whole token, rounded down; zero when it is closed.
    /// @param sellableTokens That `sell` would burn now, token units.
    /// @param sellableAssets What would be paid for them, rounded down.
    /// @param endsAt First second at which nothing is bought any more.
    struct RoundRow {
        uint256 assets;
        uint256 price;
        uint256 sellableTokens;
        uint256 sellableAssets;
        uint256 endsAt;
    }

    /// @notice A page has at most `max` rows.
    error TooManyRows(uint256 rows, uint256 max);

    /// @notice Positions of `vault`, a row each.
    function positions(
        ILendingVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view returns (Row[] memory rows);

    /// @notice What may be done with each of these positions, by itself, and why not.
    function explain(
        ILendingVault vault,
        ISolventVault.PositionKey[] calldata keys
    ) external view returns (Outlook[] memory outlooks);

    /// @notice Sales of tokens for write-offs `ids` of `vault`; zeros for one that has none.
    function lots(
        IDebtAuction auction,
        address vault,
        uint256[] calldata ids
    ) external view returns (LotRow[] memory rows);

    /// @notice Rounds of buying back; zeros for one that does not exist.
    function rounds(
        IBuybackAuction auction,
        address vault,
        RoundKey[] calldata keys
    ) external view returns (RoundRow[] memory rows);
}
