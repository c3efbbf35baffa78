import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** OpenZeppelin's AccessManager, unmodified. The deployer starts as its admin and ends with nothing (handover.ts). */
export default buildModule("Access", (m) => {
  const accessManager = m.contract("AccessManager", [m.getAccount(0)]);
  return { accessManager };
});
