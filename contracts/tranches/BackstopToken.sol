// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IBackstopToken} from "../interfaces/IBackstopToken.sol";
import {PreparedSlots} from "../libraries/PreparedSlots.sol";
import {SupplyHistory} from "../libraries/SupplyHistory.sol";

/// @title The token that stands behind the vaults
/// @notice Minted when a loss is larger than reserves and insurance, and sold for the lenders it hit. Whoever creates
/// this contract is its minter for good: Dilution creates it, so nobody else can ever mint and there is no setter to
/// guard. Never: more than `cap` tokens, a mint by anybody else, a burn of somebody else's tokens without an allowance.
/// Upholds DI1.
contract BackstopToken is IBackstopToken, ERC20, ERC20Permit, ERC20Votes {
    using SupplyHistory for SupplyHistory.History;

    /// @inheritdoc IBackstopToken
    address public immutable minter;
    /// @inheritdoc IBackstopToken
    uint256 public immutable cap;

    /// @dev In place of the one that `Votes` keeps, which costs every mint and burn 29,200 gas.
    SupplyHistory.History private _history;

    constructor(
        string memory name_,
        string memory symbol_,
        uint96 cap_,
        uint96 initialSupply,
        address initialHolder
    ) ERC20(name_, symbol_) ERC20Permit(name_) {
        minter = msg.sender;
        cap = cap_;
        _mint(initialHolder, initialSupply);
    }

    /// @inheritdoc IBackstopToken
    function mint(address receiver, uint256 tokens) external {
        if (msg.sender != minter) revert OnlyMinter(msg.sender);
        _mint(receiver, tokens);
    }

    /// @inheritdoc IBackstopToken
    function burn(uint256 tokens) external {
        _burn(msg.sender, tokens);
    }

    /// @inheritdoc IBackstopToken
    function burnFrom(address holder, uint256 tokens) external {
        _spendAllowance(holder, msg.sender, tokens);
        _burn(holder, tokens);
    }

    /// @inheritdoc IBackstopToken
    function prepareSupplyHistory(uint256 count) external returns (uint256 slots) {
        PreparedSlots.check(count);
        return _history.prepare(count);
    }

    /// @inheritdoc IBackstopToken
    function preparedSupplyHistory() external view returns (uint256 count) {
        return _history.prepared(PreparedSlots.MAX_AHEAD);
    }

    /// @dev Votes are counted by time: block numbers mean different things on different chains.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @dev Nobody delegates for the zero address, where minted tokens come from: not looking it up saves 2,100 gas a mint.
    function delegates(address account) public view override(Votes) returns (address) {
        return account == address(0) ? address(0) : super.delegates(account);
    }

    /// @dev What all votes were at the end of second `timepoint`.
    function getPastTotalSupply(uint256 timepoint) public view override returns (uint256) {
        return _history.at(_validateTimepoint(timepoint), totalSupply());
    }

    function _getTotalSupply() internal view override returns (uint256) {
        return totalSupply();
    }

    /// @dev As in `Votes`, but for where the supply is noted. It has changed already.
    function _transferVotingUnits(address from, address to, uint256 tokens) internal override {
        if (from == address(0)) _history.note(totalSupply() - tokens);
        else if (to == address(0)) _history.note(totalSupply() + tokens);
        _moveDelegateVotes(delegates(from), delegates(to), tokens);
    }

    /// @dev ERC20Votes refuses every mint that would lift the supply above this.
    function _maxSupply() internal view override returns (uint256) {
        return cap;
    }

    function _update(address from, address to, uint256 tokens) internal override(ERC20, ERC20Votes) {
        super._update(from, to, tokens);
    }
}
