// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {IWriteOffVault} from "../../../contracts/interfaces/IWriteOffVault.sol";
import {Cooldown} from "../../../contracts/libraries/Cooldown.sol";
import {StandInVault} from "../../../contracts/testing/tranches/StandInVault.sol";
import {TestToken} from "../../../contracts/testing/tokens/TestToken.sol";
import {InsuranceFund} from "../../../contracts/tranches/InsuranceFund.sol";

/// @notice Any history of three stakers, an engine and time; this contract is the engine. After each step the books
/// are held against a model that knows nothing of shares under notice but what it saw: who gave notice when, and the
/// least balance since.
contract InsuranceFundFuzzTest is Test {
    uint256 private constant STEPS = 32;
    uint256 private constant ACTORS = 3;
    uint256 private constant UNIT = 1e6;
    uint32 private constant COOLDOWN = 10 days;
    uint32 private constant WINDOW = 3 days;

    /// @dev What the model remembers of one account.
    struct Seen {
        uint256 noticedShares;
        uint256 noticedAt;
        uint256 leastBalanceSince;
    }

    struct Step {
        uint8 action;
        uint8 actor;
        uint8 other;
        uint256 size;
        uint256 wait;
    }

    TestToken private asset;
    StandInVault private vault;
    InsuranceFund private fund;
    address[ACTORS] private actors = [address(0xA11CE), address(0xB0B), address(0xCA401)];
    mapping(address account => Seen) private seen;
    uint256 private writeOffs;

    function setUp() public {
        vm.warp(1_800_000_000);
        asset = new TestToken("Asset", "AST", 6);
        vault = new StandInVault(address(asset), address(this));
        fund = new InsuranceFund(
            IWriteOffVault(address(vault)),
            "Fund",
            "F",
            address(this),
            IInsuranceFund.Terms({
                cooldown: COOLDOWN,
                withdrawalWindow: WINDOW,
                hourCap: uint112(1_000 * UNIT),
                monthCap: uint112(5_000 * UNIT)
            })
        );
        asset.approve(address(fund), type(uint256).max);
        for (uint256 i; i < ACTORS; ++i) {
            vm.prank(actors[i]);
            asset.approve(address(fund), type(uint256).max);
            _stake(actors[i], 1_000 * UNIT);
        }
    }

    /// @notice Whatever happens: the fund holds what its books say, nobody can take out what was not under notice for
    /// a whole cooldown (IN1), claims never exceed what came back (RE1), and only a loss lowers the price (WO5).
    function testAnyHistoryKeepsTheBooks(Step[STEPS] memory steps) public {
        for (uint256 i; i < STEPS; ++i) {
            uint256 assets = fund.totalAssets() + 1;
            uint256 shares = fund.totalSupply() + 1e6;
            bool charged = _perform(steps[i]);
            if (!charged) {
                assertGe((fund.totalAssets() + 1) * shares, assets * (fund.totalSupply() + 1e6), "WO5: price fell");
            }
            _checkBooks();
        }
    }

    /// @return charged Whether the step was a loss that the fund paid for.
    function _perform(Step memory step) private returns (bool charged) {
        address actor = actors[step.actor % ACTORS];
        vm.warp(vm.getBlockTimestamp() + bound(step.wait, 0, step.wait % 3 == 0 ? 12 days : 1 days));
        uint256 action = step.action % 8;
        uint256 balance = fund.balanceOf(actor);
        if (action == 0) _stake(actor, bound(step.size, 1, 500 * UNIT));
        else if (action == 1) _giveNotice(actor, step.size);
        else if (action == 2) _send(actor, actors[step.other % ACTORS], bound(step.size, 0, balance));
        else if (action == 3) _leave(actor, step.size);
        else if (action == 4) return _lose(bound(step.size, 0, 2_000 * UNIT));
        else if (action == 5) _recover(step.size);
        else if (action == 6) _claim(actor, step.other);
        else _addPremium(bound(step.size, 1, 50 * UNIT));
    }

    function _stake(address actor, uint256 assets) private {
        asset.mint(actor, assets);
        if (fund.isWipedOut()) return;
        vm.prank(actor);
        fund.deposit(assets, actor);
    }

    function _giveNotice(address actor, uint256 size) private {
        uint256 balance = fund.balanceOf(actor);
        if (balance == 0) return;
        uint256 shares = bound(size, 1, balance);
        vm.prank(actor);
        fund.startCooldown(shares, actor);
        seen[actor] = Seen(shares, vm.getBlockTimestamp(), balance);
    }

    function _send(address from, address to, uint256 shares) private {
        vm.prank(from);
        fund.transfer(to, shares);
        _noteBalance(from);
    }

    function _leave(address actor, uint256 size) private {
        uint256 most = fund.maxRedeem(actor);
        assertLe(most, _mayLeave(actor), "IN1: more may leave than was noticed and held");
        assertLe(fund.maxWithdraw(actor), fund.totalAssets(), "more may leave than there is");
        if (most == 0) return;
        uint256 shares = bound(size, 1, most);
        if (fund.previewRedeem(shares) == 0) return;
        vm.prank(actor);
        fund.redeem(shares, actor, actor);
        seen[actor].noticedShares = _mayLeave(actor) - shares;
        _noteBalance(actor);
    }

    function _lose(uint256 shortfall) private returns (bool) {
        uint256 quoted = fund.previewCover(address(vault), 0, shortfall, shortfall);
        uint256 before = asset.balanceOf(address(vault));
        fund.cover(address(vault), ++writeOffs, shortfall, shortfall);
        assertEq(asset.balanceOf(address(vault)) - before, quoted, "WO3: paid otherwise than quoted");
        return quoted != 0;
    }

    function _recover(uint256 size) private {
        if (writeOffs == 0) return;
        uint256 id = bound(size, 1, writeOffs);
        uint256 outstanding = fund.lossEpoch(id).chargedAssets - fund.recoveredOf(id);
        uint256 assets = outstanding == 0 ? 0 : bound(size, 1, outstanding);
        asset.mint(address(this), assets);
        fund.recover(address(vault), id, assets);
    }

    function _claim(address actor, uint8 choice) private {
        if (writeOffs == 0) return;
        uint256[] memory epochs = new uint256[](1);
        epochs[0] = 1 + (choice % writeOffs);
        if (epochs[0] >= fund.openEpoch()) return;
        bool reinvest = choice >= 128 && !fund.isWipedOut();
        reinvest = reinvest && fund.convertToShares(fund.claimableRecovery(actor, epochs[0])) != 0;
        vm.prank(actor);
        if (!reinvest) {
            fund.claimRecovery(actor, epochs, actor);
        } else {
            fund.reinvestRecovery(actor, epochs, actor);
        }
    }

    function _addPremium(uint256 assets) private {
        if (fund.isWipedOut() || fund.totalSupply() == 0) return;
        asset.mint(address(this), assets);
        fund.addPremium(assets);
    }

    function _noteBalance(address actor) private {
        uint256 balance = fund.balanceOf(actor);
        if (balance < seen[actor].leastBalanceSince) seen[actor].leastBalanceSince = balance;
    }

    /// @dev By the model: noticed, held without a break since, and in the window.
    function _mayLeave(address actor) private view returns (uint256) {
        Seen memory account = seen[actor];
        uint256 since = vm.getBlockTimestamp() - account.noticedAt;
        if (since < COOLDOWN || since >= COOLDOWN + WINDOW) return 0;
        return account.noticedShares < account.leastBalanceSince ? account.noticedShares : account.leastBalanceSince;
    }

    function _checkBooks() private view {
        assertEq(asset.balanceOf(address(fund)), fund.totalAssets() + fund.claimsOwed(), "cash + claims");
        uint256 claimable;
        uint256 held;
        for (uint256 i; i < ACTORS; ++i) {
            address actor = actors[i];
            Cooldown.Notice memory notice = fund.noticeOf(actor);
            uint256 balance = fund.balanceOf(actor);
            assertLe(notice.quantity, balance, "IN1: a notice outlived its shares");
            assertLe(fund.maxRedeem(actor), notice.quantity, "more may leave than was noticed");
            held += balance;
            for (uint256 id = 1; id <= writeOffs; ++id) claimable += fund.claimableRecovery(actor, id);
        }
        assertEq(held, fund.totalSupply(), "balances add up");
        assertLe(claimable, fund.claimsOwed(), "RE1: claims exceed what came back");
        for (uint256 id = 1; id <= writeOffs; ++id) {
            assertLe(fund.recoveredOf(id), fund.lossEpoch(id).chargedAssets, "RE1: more back than charged");
        }
    }
}
