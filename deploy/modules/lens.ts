import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Read-only answers about any lending vault; stateless, so one serves all. */
export default buildModule("Lens", (m) => ({ lens: m.contract("SolvencyLens") }));
