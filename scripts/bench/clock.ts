import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/** Time between two blocks, seconds, as on mainnet. */
const BLOCK_SECONDS = 12;

/**
 * From now on each transaction is in a block twelve seconds after the last one. Otherwise the machine's clock would
 * decide how much interest has accrued, and no two runs would see the same books.
 */
export function fixBlockTimes(hre: HardhatRuntimeEnvironment): void {
  hre.hooks.registerHandlers("network", {
    onRequest: async (context, connection, request, next) => {
      if (request.method !== "eth_sendTransaction") return next(context, connection, request);
      const ask = (method: string, params: unknown[]) => next(context, connection, { ...request, method, params });
      const response = await ask("eth_getBlockByNumber", ["latest", false]);
      if (!("result" in response)) throw new Error("the network does not say what time it is");
      const { timestamp } = response.result as { timestamp: string };
      await ask("evm_setNextBlockTimestamp", [`0x${(Number(timestamp) + BLOCK_SECONDS).toString(16)}`]);
      return next(context, connection, request);
    },
  });
}
