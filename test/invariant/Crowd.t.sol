// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {StoryActions} from "./actions/StoryActions.sol";
import {Ghosts} from "./setting/Ghosts.sol";
import {System} from "./setting/System.sol";

/// @notice Everybody at once: the contract whose functions a campaign calls in any order with any arguments. Each takes a
/// seed, from which it chooses who acts and how, and a size. It needs the AccessManager's admin role.
contract Crowd is StoryActions {
    /// @notice A campaign starts with lenders and stakers who are in, and three loans of different health.
    constructor(System memory deployed) Ghosts(deployed) {
        address[18] memory everybody = _everybody();
        for (uint256 i; i < everybody.length; ++i) _approveAll(everybody[i]);
        deployed.unreliable.trust(address(deployed.vault));
        for (uint256 i; i < 2; ++i) {
            vm.prank(_buyers[i]);
            deployed.token.approve(address(deployed.buyback), type(uint256).max);
        }
        _begin();
    }

    function _begin() private {
        for (uint256 i; i < 3; ++i) _lend(_lenders[i], (10_000 * (i + 1)) * _system.unit, false);
        for (uint256 i; i < 2; ++i) _stake(_stakers[i], (1_000 * (i + 1)) * _system.unit);
        for (uint256 i; i < 3; ++i) {
            _supply(_borrowers[i], i % 2, _collateralFor(i % 2, 5_000));
            _borrow(_borrowers[i], i % 2, (_maxDebt(_borrowers[i], i % 2) * (7 + i)) / 10);
        }
        for (uint256 i; i < 3; ++i) _commit(_underwriters[i], 5 * i, 100 * (i + 1) * _system.unit);
    }

    function _approveAll(address account) private {
        vm.startPrank(account);
        _system.asset.approve(address(_system.vault), type(uint256).max);
        _system.asset.approve(address(_system.fund), type(uint256).max);
        _system.asset.approve(address(_system.engine), type(uint256).max);
        _system.asset.approve(address(_system.sale), type(uint256).max);
        _system.asset.approve(address(_system.book), type(uint256).max);
        for (uint256 c; c < 2; ++c) _system.collaterals[c].approve(address(_system.vault), type(uint256).max);
        vm.stopPrank();
    }

    function _everybody() private view returns (address[18] memory) {
        return
            [
                _lenders[0],
                _lenders[1],
                _lenders[2],
                _lenders[3],
                _borrowers[0],
                _borrowers[1],
                _borrowers[2],
                _liquidators[0],
                _liquidators[1],
                _stakers[0],
                _stakers[1],
                _stakers[2],
                _buyers[0],
                _buyers[1],
                _underwriters[0],
                _underwriters[1],
                _underwriters[2],
                _donor
            ];
    }
}
