import { join } from "node:path";

import { type Package, packageFolder } from "./compile.ts";

const BENCH = "scripts/bench/peers/contracts";
const MORPHO = "@morpho-org/morpho-blue/src";
const AAVE = "@aave-dao/aave-v3-origin/src/contracts";

/** Version of an installed package, as the report names it. */
export const MORPHO_PACKAGE = "@morpho-org/morpho-blue@1.0.0";
export const AAVE_PACKAGE = "@aave-dao/aave-v3-origin@3.6.0";

/** Settings of its foundry.toml. */
export const morphoPackage: Package = {
  compiler: "solc0819",
  settings: { evmVersion: "paris", viaIR: true, optimizer: { enabled: true, runs: 999_999 } },
  files: {
    [`${MORPHO}/Morpho.sol`]: ["Morpho"],
    [`${MORPHO}/libraries/EventsLib.sol`]: ["EventsLib"],
    [`${MORPHO}/mocks/IrmMock.sol`]: ["IrmMock"],
    [`${BENCH}/SlotFeed.sol`]: ["SlotFeed"],
    [`${BENCH}/FeedPairPrice.sol`]: ["FeedPairPrice"],
    [`${BENCH}/Caller.sol`]: ["Caller"],
  },
};

/** Settings of its foundry.toml. Its imports name the packages of its dependencies as Foundry does. */
export function aavePackage(): Package {
  const utils = packageFolder("@bgd-labs/solidity-utils", packageFolder("@aave-dao/aave-v3-origin"));
  return {
    compiler: "solc0827",
    settings: { evmVersion: "shanghai", optimizer: { enabled: true, runs: 200 } },
    remappings: {
      "openzeppelin-contracts/": packageFolder("@openzeppelin/contracts", utils).replace(/contracts$/, ""),
      "solidity-utils/": join(utils, "src"),
    },
    files: {
      [`${AAVE}/instances/PoolInstance.sol`]: ["PoolInstance"],
      [`${AAVE}/instances/PoolConfiguratorInstance.sol`]: ["PoolConfiguratorInstance"],
      [`${AAVE}/instances/ATokenInstance.sol`]: ["ATokenInstance"],
      [`${AAVE}/instances/VariableDebtTokenInstance.sol`]: ["VariableDebtTokenInstance"],
      [`${AAVE}/protocol/configuration/PoolAddressesProvider.sol`]: ["PoolAddressesProvider"],
      [`${AAVE}/protocol/configuration/ACLManager.sol`]: ["ACLManager"],
      [`${AAVE}/rewards/RewardsController.sol`]: ["RewardsController"],
      [`${AAVE}/misc/AaveOracle.sol`]: ["AaveOracle"],
      [`${AAVE}/misc/DefaultReserveInterestRateStrategyV2.sol`]: ["DefaultReserveInterestRateStrategyV2"],
      ...Object.fromEntries(
        ["BorrowLogic", "ConfiguratorLogic", "FlashLoanLogic", "LiquidationLogic", "PoolLogic", "SupplyLogic"].map(
          (name) => [`${AAVE}/protocol/libraries/logic/${name}.sol`, [name]],
        ),
      ),
      [`${BENCH}/SlotFeed.sol`]: ["SlotFeed"],
    },
  };
}
