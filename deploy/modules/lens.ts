import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Read-only answers about any lending vault, for people and for bots; stateless, so one of each serves all. */
export default buildModule("Lens", (m) => ({
  lens: m.contract("SolvencyLens"),
  keeperLens: m.contract("KeeperLens"),
}));
