// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILossTranche} from "../interfaces/ILossTranche.sol";
import {IWriteOffEngine} from "../interfaces/IWriteOffEngine.sol";

/// @title Calls to a tranche that nothing it does can turn against the caller
/// @notice Fixed gas (a caller cannot starve it by EIP-150's 63/64, it cannot burn more), no return data copied (no
/// bomb), code checked (a destroyed tranche has not paid). Upholds WO4.
library TrancheCall {
    /// @dev Gas kept beside a stipend for the call itself and the bookkeeping until the next check.
    uint256 private constant CALL_OVERHEAD = 20_000;

    /// @notice Calls `cover` with exactly `gasStipend` gas.
    /// @return succeeded Whether there was code and it returned. Says nothing about payment.
    function cover(
        address tranche,
        uint256 gasStipend,
        address vault,
        uint256 id,
        uint256 shortfall,
        uint256 insurable
    ) internal returns (bool succeeded) {
        return run(tranche, gasStipend, abi.encodeCall(ILossTranche.cover, (vault, id, shortfall, insurable)));
    }

    /// @notice Calls `recover` with exactly `gasStipend` gas.
    /// @return succeeded Whether there was code and it returned. Says nothing about what it took.
    function recover(
        address tranche,
        uint256 gasStipend,
        address vault,
        uint256 id,
        uint256 assets
    ) internal returns (bool succeeded) {
        return run(tranche, gasStipend, abi.encodeCall(ILossTranche.recover, (vault, id, assets)));
    }

    /// @notice Calls the tranche with `data` and exactly `gasStipend` gas.
    /// @return succeeded Whether there was code and it returned.
    function run(address tranche, uint256 gasStipend, bytes memory data) internal returns (bool succeeded) {
        if (tranche.code.length == 0) return false;
        uint256 needed = (gasStipend * 64) / 63 + CALL_OVERHEAD;
        if (gasleft() < needed) revert IWriteOffEngine.InsufficientGas(gasleft(), needed);
        // A high-level call would copy whatever the tranche returns at the caller's expense.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            succeeded := call(gasStipend, tranche, 0, add(data, 32), mload(data), 0, 0)
        }
    }

    /// @notice What the tranche says it would pay, at most `shortfall`; zero if it fails.
    function previewCover(
        address tranche,
        uint256 gasStipend,
        address vault,
        uint256 id,
        uint256 shortfall,
        uint256 insurable
    ) internal view returns (uint256 assets) {
        return
            Math.min(
                read(tranche, gasStipend, abi.encodeCall(ILossTranche.previewCover, (vault, id, shortfall, insurable))),
                shortfall
            );
    }

    /// @notice One number that the tranche returns to `data`; zero if it fails.
    function read(address tranche, uint256 gasStipend, bytes memory data) internal view returns (uint256 value) {
        if (tranche.code.length == 0) return 0;
        bool succeeded;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0, 0)
            succeeded := staticcall(gasStipend, tranche, add(data, 32), mload(data), 0, 32)
            value := mload(0)
        }
        return succeeded ? value : 0;
    }
}
