// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IBackstopToken} from "../interfaces/IBackstopToken.sol";
import {PreparedSlots} from "../libraries/PreparedSlots.sol";
import {SupplyHistory} from "../libraries/SupplyHistory.sol";
import {TokenAccounts} from "./TokenAccounts.sol";

/// @title The token that stands behind the vaults
/// @notice Minted when a loss is larger than reserves and insurance, and sold for the lenders it hit. Whoever creates
/// this contract is its minter for good: Dilution creates it, so nobody else can ever mint and there is no setter to
/// guard. Never: more than `cap` tokens, a mint by anybody else, a burn of somebody else's tokens without an allowance.
/// Upholds DI1.
contract BackstopToken is IBackstopToken, TokenAccounts {
    using SupplyHistory for SupplyHistory.History;

    /// @inheritdoc IBackstopToken
    address public immutable minter;
    /// @inheritdoc IBackstopToken
    uint256 public immutable cap;

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

    /// @dev Every mint that would lift the supply above this is refused.
    function _maxSupply() internal view override returns (uint256) {
        return cap;
    }
}
