// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {BackstopToken} from "../../../contracts/tranches/BackstopToken.sol";

/// @notice What the backstop token is without packing.
contract PlainVotes is ERC20Permit, ERC20Votes {
    constructor() ERC20("Plain", "PLN") ERC20Permit("Plain") {}

    function mint(address to, uint256 tokens) external {
        _mint(to, tokens);
    }

    function burn(uint256 tokens) external {
        _burn(msg.sender, tokens);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 tokens) internal override(ERC20, ERC20Votes) {
        super._update(from, to, tokens);
    }
}

/// @notice Any series of actions against OpenZeppelin's token with votes, with quantities up to the last bit.
contract TokenAccountsFuzzTest is Test {
    uint256 private constant STEPS = 24;

    struct Step {
        uint8 action;
        uint8 by;
        uint8 with;
        uint96 tokens;
    }

    BackstopToken private token;
    PlainVotes private plain;
    /// @dev The last is never asked to act; all bits of its address are set.
    address[4] private accounts = [address(1), address(0xA11CE), address(0xB0B), address(type(uint160).max)];

    function setUp() public {
        token = new BackstopToken("Backstop", "BKS", type(uint96).max, 0, accounts[0]);
        plain = new PlainVotes();
    }

    /// @notice Balances, supply, delegates and votes are those of the plain token; what one refuses the other does.
    function testPackedAccountsAreThoseOfThePlainToken(Step[STEPS] memory steps) public {
        for (uint256 i; i < STEPS; ++i) {
            Step memory step = steps[i];
            (address by, address with) = (accounts[step.by % 3], accounts[step.with % 4]);
            // A third of the time all that there is.
            uint256 tokens = step.tokens % 3 == 0 ? plain.balanceOf(by) : step.tokens;
            uint256 action = step.action % 5;
            if (action == 0 && plain.totalSupply() + tokens <= type(uint96).max) {
                plain.mint(with, tokens);
                token.mint(with, tokens);
            } else if (action == 1) {
                _both(by, abi.encodeCall(token.burn, (tokens)));
            } else if (action == 2) {
                _both(by, abi.encodeCall(token.transfer, (with, tokens)));
            } else {
                _both(by, abi.encodeCall(token.delegate, (action == 3 ? with : address(0))));
            }
            _compare();
        }
    }

    function _both(address by, bytes memory data) private {
        vm.prank(by);
        (bool expected, ) = address(plain).call(data);
        vm.prank(by);
        (bool done, ) = address(token).call(data);
        assertEq(done, expected);
    }

    function _compare() private view {
        assertEq(token.totalSupply(), plain.totalSupply());
        for (uint256 i; i < accounts.length; ++i) {
            assertEq(token.balanceOf(accounts[i]), plain.balanceOf(accounts[i]));
            assertEq(token.delegates(accounts[i]), plain.delegates(accounts[i]));
            assertEq(token.getVotes(accounts[i]), plain.getVotes(accounts[i]));
        }
    }
}
