// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWriteOffVault} from "../interfaces/IWriteOffVault.sol";
import {Cooldown} from "../libraries/Cooldown.sol";
import {WriteOffBook} from "./WriteOffBook.sol";

/// @title Notice before shares leave a vault
/// @notice Off unless governance turns it on. Then whoever wants to leave says so first, and may leave within a window
/// that opens later: nobody can leave in the block between a price and its impairment, unless it had said so long
/// before. Where it is off it costs nothing: the flag shares a slot that every transfer and withdrawal reads anyway.
/// Never: a notice used for shares that came after it, or kept for longer than its window. Upholds WO5.
abstract contract ExitNotices is WriteOffBook {
    using Cooldown for Cooldown.Notice;

    /// @dev A longer one would keep lenders in for good.
    uint256 private constant MAX_EXIT_NOTICE = 30 days;
    uint256 private constant MIN_EXIT_WINDOW = 1 days;
    uint256 private constant MAX_EXIT_WINDOW = 14 days;

    /// @dev Turning it on starts a new generation: notices of an earlier one were not capped meanwhile and are void.
    function _setExitNotice(uint256 noticeSeconds, uint256 windowSeconds) internal {
        bool on = noticeSeconds != 0;
        if (on && _is(WINDING_UP)) revert IWriteOffVault.VaultWindingUp();
        uint256 minWindow = on ? MIN_EXIT_WINDOW : 0;
        uint256 maxWindow = on ? MAX_EXIT_WINDOW : 0;
        if (windowSeconds < minWindow || windowSeconds > maxWindow) {
            revert IWriteOffVault.ExitWindowOutOfRange(windowSeconds, minWindow, maxWindow);
        }
        // Who renews its notice for ever has a usable one for window / (notice + window) of the time: half at most.
        if (noticeSeconds < windowSeconds || noticeSeconds > MAX_EXIT_NOTICE) {
            revert IWriteOffVault.ExitNoticeOutOfRange(noticeSeconds, windowSeconds, MAX_EXIT_NOTICE);
        }
        if (on && !_is(EXIT_NOTICE)) ++_exitTerms.generation;
        _exitTerms.noticeSeconds = uint32(noticeSeconds);
        _exitTerms.windowSeconds = uint32(windowSeconds);
        _flags = on ? _flags | EXIT_NOTICE : _flags & ~EXIT_NOTICE;
        emit IWriteOffVault.ExitNoticeSet(noticeSeconds, windowSeconds);
    }

    /// @dev The caller of this function checks who may speak for `owner`.
    function _requestExit(uint256 shares, address owner) internal {
        if (!_is(EXIT_NOTICE)) revert IWriteOffVault.NoExitNotice();
        uint256 balance = _heads[owner].balance;
        if (shares > balance) revert IWriteOffVault.ExitExceedsBalance(owner, shares, balance);
        Cooldown.Notice memory notice; // none, which is how an earlier one is taken back
        if (shares != 0) notice = Cooldown.given(shares, _exitTerms.noticeSeconds, _exitTerms.windowSeconds);
        _setExitOf(owner, notice);
    }

    /// @dev Uses the notice for `shares` that are leaving.
    function _useExit(address owner, uint256 shares) internal {
        Cooldown.Notice memory notice = _exitOf(owner);
        uint256 maturedShares = notice.matured();
        if (shares > maturedShares) revert IWriteOffVault.ExceedsMaturedExit(owner, shares, maturedShares);
        _setExitOf(owner, notice.cappedAt(maturedShares - shares));
    }

    /// @dev To be called when shares have left `owner`, by whatever way: no notice outlives what it was given for.
    function _capExit(address owner) internal {
        uint256 balance = _heads[owner].balance;
        Cooldown.Notice memory notice = _exitOf(owner);
        if (notice.quantity > balance) _setExitOf(owner, notice.cappedAt(balance));
    }

    /// @dev Shares of `owner` that may leave now, as far as notice is concerned.
    function _exitable(address owner) internal view returns (uint256) {
        return _is(EXIT_NOTICE) ? _exitOf(owner).matured() : _heads[owner].balance;
    }

    /// @dev `owner`'s notice; none where leaving takes none.
    function _exitOf(address owner) internal view returns (Cooldown.Notice memory notice) {
        if (_is(EXIT_NOTICE)) return _exits[_exitTerms.generation][owner];
    }

    function _exitNotice() internal view returns (uint256 noticeSeconds, uint256 windowSeconds) {
        if (_is(EXIT_NOTICE)) return (_exitTerms.noticeSeconds, _exitTerms.windowSeconds);
    }

    function _setExitOf(address owner, Cooldown.Notice memory notice) private {
        _exits[_exitTerms.generation][owner] = notice;
        emit IWriteOffVault.ExitRequested(owner, notice.quantity, notice.readyAt, notice.expiresAt);
    }
}
