// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A price source that answers, lies or does worse, whatever it is asked
/// @notice For tests of those who ask one that they do not trust.
contract HostilePriceOracle {
    /// @notice What it does when it is asked.
    enum Behavior {
        Answer,
        Revert,
        BurnAllGas,
        ReturnNothing,
        ReturnBomb,
        RevertBomb,
        WriteStorage
    }

    /// @dev More than any caller could copy with the gas of a stipend.
    uint256 private constant BOMB = 1 << 20;

    Behavior public behavior;
    uint256 public answer;
    uint256 public asked;

    /// @notice The oracle does not want to.
    error Unwilling();

    /// @notice Sets what it does, and what it says when it answers.
    function behave(Behavior behavior_, uint256 answer_) external {
        (behavior, answer) = (behavior_, answer_);
    }

    function getQuote(uint256, address, address) external returns (uint256) {
        if (behavior == Behavior.Revert) revert Unwilling();
        if (behavior == Behavior.WriteStorage) ++asked;
        while (behavior == Behavior.BurnAllGas) {}
        bool returnsNothing = behavior == Behavior.ReturnNothing;
        bool returnsBomb = behavior == Behavior.ReturnBomb;
        bool revertsBomb = behavior == Behavior.RevertBomb;
        assembly {
            if returnsNothing {
                return(0, 0)
            }
            if returnsBomb {
                return(0, BOMB)
            }
            if revertsBomb {
                revert(0, BOMB)
            }
        }
        return answer;
    }
}
