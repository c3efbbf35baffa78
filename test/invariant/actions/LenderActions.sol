// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Watch} from "../setting/Watch.sol";

/// @notice Lenders come, go and hand each other their shares. Rounding is never in their favour (LV3).
abstract contract LenderActions is Watch {
    /// @notice A way in or out: what it is expected to give or cost, and the call.
    struct Entry {
        uint256 expected;
        bytes data;
    }

    function deposit(uint256 seed, uint256 size) external turn(seed, size) {
        _lend(_lenders[_pick(seed, "lender", 4)], _size(size, 1, 30_000 * _system.unit), _pick(seed, "by", 2) == 0);
    }

    function leave(uint256 seed, uint256 size) external turn(seed, size) {
        _withdraw(_lenders[_pick(seed, "lender", 4)], size, _pick(seed, "by", 2) == 0);
    }

    function transferShares(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Lend) {
        uint256 from = _pick(seed, "from", 4);
        address to = _lenders[(from + 1 + _pick(seed, "to", 3)) % 4];
        uint256 shares = _size(size, 0, _sharesOf[address(_system.vault)][_lenders[from]]);
        (bool done, ) = _try(_lenders[from], address(_system.vault), abi.encodeCall(IERC20.transfer, (to, shares)));
        _mustBe(done, "LI1", "shares could not be transferred");
        if (!done) return;
        _sharesOf[address(_system.vault)][_lenders[from]] -= shares;
        _sharesOf[address(_system.vault)][to] += shares;
        ++count["transferShares"];
    }

    function _lend(address lender, uint256 assets, bool byShares) internal watched(Step.Lend) {
        IERC4626 vault = _system.vault;
        _system.asset.mint(lender, 2 * assets + _system.unit);
        Entry memory entry = byShares ? _mintFor(assets, lender) : _depositOf(assets, lender);
        Holdings memory before = _holdings(lender, address(vault));
        (bool done, ) = _try(lender, address(vault), entry.data);
        if (!done) return;
        ++count["deposit"];
        Holdings memory afterwards = _holdings(lender, address(vault));
        uint256 paid = before.assets - afterwards.assets;
        uint256 shares = afterwards.tokens - before.tokens;
        _sharesOf[address(vault)][lender] += shares;
        _mustEqual(byShares ? paid : shares, entry.expected, "LV3", "a deposit was not its preview");
        _mustNotExceed(vault.convertToAssets(shares), paid, "LV3", "a deposit gave more than was paid");
    }

    function _withdraw(address lender, uint256 size, bool byShares) internal watched(Step.Lend) {
        IERC4626 vault = _system.vault;
        Entry memory entry = byShares ? _redemptionOf(size, lender) : _withdrawalOf(size, lender);
        if (entry.data.length == 0) return;
        Holdings memory before = _holdings(lender, address(vault));
        uint256 worth = vault.convertToAssets(before.tokens);
        (bool done, ) = _must(lender, address(vault), entry.data, "LI1", "a lender could not leave with its maximum");
        if (!done) return;
        ++count["leave"];
        Holdings memory afterwards = _holdings(lender, address(vault));
        uint256 received = afterwards.assets - before.assets;
        uint256 shares = before.tokens - afterwards.tokens;
        _sharesOf[address(vault)][lender] -= shares;
        _mustEqual(byShares ? received : shares, entry.expected, "LV3", "a withdrawal was not its preview");
        // What stays may gain the unit that was rounded away, no more.
        uint256 worthLeft = vault.convertToAssets(afterwards.tokens);
        _mustNotExceed(received + worthLeft, worth + 1, "LV3", "leaving in parts pays more than leaving at once");
    }

    // ---------------------------------------------------------------- The four doors of ERC-4626

    function _depositOf(uint256 assets, address lender) private view returns (Entry memory) {
        return Entry(_system.vault.previewDeposit(assets), abi.encodeCall(IERC4626.deposit, (assets, lender)));
    }

    function _mintFor(uint256 assets, address lender) private view returns (Entry memory) {
        uint256 shares = _system.vault.convertToShares(assets);
        return Entry(_system.vault.previewMint(shares), abi.encodeCall(IERC4626.mint, (shares, lender)));
    }

    function _withdrawalOf(uint256 size, address lender) private view returns (Entry memory entry) {
        uint256 most = _system.vault.maxWithdraw(lender);
        if (most == 0) return entry;
        uint256 assets = _size(size, 1, most);
        entry.expected = _system.vault.previewWithdraw(assets);
        entry.data = abi.encodeCall(IERC4626.withdraw, (assets, lender, lender));
    }

    function _redemptionOf(uint256 size, address lender) private view returns (Entry memory entry) {
        uint256 most = _system.vault.maxRedeem(lender);
        if (most == 0) return entry;
        uint256 shares = _size(size, 1, most);
        // Less than a unit's worth is refused.
        if (_system.vault.convertToAssets(shares) == 0) shares = most;
        entry.expected = _system.vault.previewRedeem(shares);
        entry.data = abi.encodeCall(IERC4626.redeem, (shares, lender, lender));
    }
}
