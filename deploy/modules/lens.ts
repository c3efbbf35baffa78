import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Read-only answers about any vault, for people and for bots; stateless, so one of each serves all vaults. */
export default buildModule("Lens", (m) => ({
  lens: m.contract("SolvencyLens"),
  keeperLens: m.contract("KeeperLens"),
  marginLens: m.contract("MarginLens"),
}));
