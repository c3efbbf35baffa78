// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {Terms} from "../setting/System.sol";
import {Watch} from "../setting/Watch.sol";

/// @notice Stakers insure the vault. They leave after their notice, by what this campaign remembers of it, or not (IN1).
abstract contract StakerActions is Watch {
    /// @notice A staker's notice as the campaign saw it given.
    struct GivenNotice {
        uint256 shares;
        uint256 readyAt;
        uint256 expiresAt;
    }

    mapping(address staker => GivenNotice) internal _givenNotices;

    function stake(uint256 seed, uint256 size) external turn(seed, size) {
        _stake(_stakers[_pick(seed, "staker", 3)], _size(size, 1, 5_000 * _system.unit));
    }

    function startCooldown(uint256 seed, uint256 size) external turn(seed, size) {
        _giveNotice(_stakers[_pick(seed, "staker", 3)], size);
    }

    function unstake(uint256 seed, uint256 size) external turn(seed, size) {
        address staker = _stakers[_pick(seed, "staker", 3)];
        uint256 balance = _sharesOf[address(_system.fund)][staker];
        uint256 matured = _matured(staker);
        // Mostly within the notice; sometimes beyond it, to be refused.
        bool greedy = matured == 0 || _pick(seed, "greedy", 4) == 0;
        _unstake(staker, _size(size, 1, greedy ? balance : matured));
    }

    function transferStake(uint256 seed, uint256 size) external turn(seed, size) watched(Step.Stake) {
        uint256 from = _pick(seed, "from", 3);
        address to = _stakers[(from + 1 + _pick(seed, "to", 2)) % 3];
        address sender = _stakers[from];
        mapping(address => uint256) storage shares = _sharesOf[address(_system.fund)];
        uint256 moved = _size(size, 0, shares[sender]);
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, moved));
        (bool done, ) = _must(sender, address(_system.fund), data, "LI1", "stake could not be transferred");
        if (!done) return;
        ++count["transferStake"];
        shares[sender] -= moved;
        shares[to] += moved;
        // A notice never covers more than is left.
        // solhint-disable-next-line reentrancy
        _givenNotices[sender].shares = Math.min(_givenNotices[sender].shares, shares[sender]);
    }

    // ---------------------------------------------------------------- Steps

    function _stake(address staker, uint256 assets) internal watched(Step.Stake) {
        IInsuranceFund fund = _system.fund;
        uint256 expected = fund.previewDeposit(assets);
        _system.asset.mint(staker, assets);
        Holdings memory before = _holdings(staker, address(fund));
        (bool done, ) = _try(staker, address(fund), abi.encodeCall(IERC4626.deposit, (assets, staker)));
        if (!done) return;
        ++count["stake"];
        Holdings memory afterwards = _holdings(staker, address(fund));
        uint256 shares = afterwards.tokens - before.tokens;
        _sharesOf[address(fund)][staker] += shares;
        _mustEqual(before.assets - afterwards.assets, assets, "LV3", "another stake was taken");
        _mustEqual(shares, expected, "LV3", "a stake was not its preview");
        _mustNotExceed(fund.convertToAssets(shares), assets, "LV3", "a stake gave more than was paid");
    }

    function _giveNotice(address staker, uint256 size) internal watched(Step.Stake) {
        uint256 balance = _sharesOf[address(_system.fund)][staker];
        if (balance == 0) return;
        uint256 shares = _size(size, 1, balance);
        bytes memory data = abi.encodeCall(IInsuranceFund.startCooldown, (shares, staker));
        (bool done, ) = _must(staker, address(_system.fund), data, "LI1", "a notice was refused");
        if (!done) return;
        ++count["startCooldown"];
        uint256 readyAt = _now + Terms.COOLDOWN;
        _givenNotices[staker] = GivenNotice(shares, readyAt, readyAt + Terms.WITHDRAWAL_WINDOW);
    }

    function _unstake(address staker, uint256 shares) internal watched(Step.Unstake) {
        IInsuranceFund fund = _system.fund;
        uint256 matured = _matured(staker);
        uint256 worth = fund.convertToAssets(shares);
        uint256 held = _system.asset.balanceOf(staker);
        bytes memory data = abi.encodeCall(IERC4626.redeem, (shares, staker, staker));
        (bool done, ) = _try(staker, address(fund), data);
        _mustBe(done || shares > matured || worth == 0, "LI1", "stake could not leave after its notice");
        if (!done) return;
        ++count["unstake"];
        _mustNotExceed(shares, matured, "IN1", "stake left without a matured notice");
        _mustEqual(_system.asset.balanceOf(staker) - held, worth, "LV3", "stake was worth another amount");
        _sharesOf[address(fund)][staker] -= shares;
        // What is used of a notice is gone.
        GivenNotice storage notice = _givenNotices[staker];
        notice.shares = Math.min(notice.shares - shares, _sharesOf[address(fund)][staker]);
    }

    /// @dev Shares that may leave now, by the notice that was seen to be given.
    function _matured(address staker) internal view returns (uint256) {
        GivenNotice memory notice = _givenNotices[staker];
        return _now < notice.readyAt || _now >= notice.expiresAt ? 0 : notice.shares;
    }
}
