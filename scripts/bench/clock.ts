import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";

/** Time between two blocks, seconds, as on mainnet. */
const BLOCK_SECONDS = 12;

/** Numbers of the connections whose blocks have fixed times. */
const fixed = new Set<number>();

/**
 * From now on each transaction of this connection is in a block twelve seconds after the last one. Otherwise the
 * machine's clock would decide how much interest has accrued, and no two runs would see the same books. Other
 * connections of the process keep their own time.
 */
export function fixBlockTimes(hre: HardhatRuntimeEnvironment, { id }: NetworkConnection): void {
  if (fixed.size === 0) watchTransactions(hre);
  fixed.add(id);
}

function watchTransactions(hre: HardhatRuntimeEnvironment): void {
  hre.hooks.registerHandlers("network", {
    onRequest: async (context, connection, request, next) => {
      if (!fixed.has(connection.id) || request.method !== "eth_sendTransaction") {
        return next(context, connection, request);
      }
      const ask = (method: string, params: unknown[]) => next(context, connection, { ...request, method, params });
      const response = await ask("eth_getBlockByNumber", ["latest", false]);
      if (!("result" in response)) throw new Error("the network does not say what time it is");
      const { timestamp } = response.result as { timestamp: string };
      await ask("evm_setNextBlockTimestamp", [`0x${(Number(timestamp) + BLOCK_SECONDS).toString(16)}`]);
      return next(context, connection, request);
    },
  });
}
