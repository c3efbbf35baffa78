// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title A contract that answers every call with the words it was given
/// @notice For whoever asks a stranger a question: it may say nothing, too little, too much or nonsense.
contract AnsweringContract {
    bytes private _answer;

    constructor(uint256[] memory words) {
        for (uint256 i; i < words.length; ++i) _answer = abi.encodePacked(_answer, words[i]);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return _answer;
    }
}
