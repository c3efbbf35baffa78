// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILendingVault} from "../../interfaces/ILendingVault.sol";
import {TestToken} from "../tokens/TestToken.sol";

/// @title A borrower that borrows as it is made
/// @notice For tests: it mints its collateral, and has no code afterwards that could do anything.
contract FarmedBorrower {
    constructor(ILendingVault vault, TestToken collateral, uint256 collateralAssets, uint256 debtAssets, address to) {
        collateral.mint(address(this), collateralAssets);
        collateral.approve(address(vault), collateralAssets);
        vault.supplyCollateral(address(collateral), collateralAssets, address(this));
        vault.borrow(address(collateral), debtAssets, address(this), to);
    }
}

/// @title Thousands of positions, dozens a transaction
/// @notice For tests and benchmarks of what many positions cost.
contract PositionFarm {
    /// @notice Opens a position for each pair of figures, collateral units and asset units.
    function plant(
        ILendingVault vault,
        TestToken collateral,
        uint256[] calldata collateralAssets,
        uint256[] calldata debtAssets
    ) external {
        for (uint256 i; i < debtAssets.length; ++i) {
            new FarmedBorrower(vault, collateral, collateralAssets[i], debtAssets[i], msg.sender);
        }
    }
}
