// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Token whose transfer functions return nothing, as some old tokens do
/// @notice For tests. Anybody may mint; `approve` refuses to change a non-zero allowance into another one.
contract NoReturnToken {
    string public name;
    string public symbol;
    uint8 public immutable decimals;
    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice Set an allowance to zero before setting another one.
    error AllowanceNotZero(uint256 allowance);

    constructor(string memory name_, string memory symbol_, uint8 decimals_) {
        name = name_;
        symbol = symbol_;
        decimals = decimals_;
    }

    function mint(address to, uint256 units) external {
        totalSupply += units;
        balanceOf[to] += units;
        emit Transfer(address(0), to, units);
    }

    function approve(address spender, uint256 units) external {
        uint256 current = allowance[msg.sender][spender];
        if (units != 0 && current != 0) revert AllowanceNotZero(current);
        allowance[msg.sender][spender] = units;
        emit Approval(msg.sender, spender, units);
    }

    function transfer(address to, uint256 units) external {
        _transfer(msg.sender, to, units);
    }

    function transferFrom(address from, address to, uint256 units) external {
        uint256 current = allowance[from][msg.sender];
        if (current != type(uint256).max) allowance[from][msg.sender] = current - units;
        _transfer(from, to, units);
    }

    function _transfer(address from, address to, uint256 units) private {
        balanceOf[from] -= units;
        balanceOf[to] += units;
        emit Transfer(from, to, units);
    }
}
