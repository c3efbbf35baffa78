import { expect } from "chai";

import { type Deployment, deployAll } from "../../scripts/lib/deploy.ts";
import { selectorOf } from "../../scripts/lib/interfaces.ts";
import { ROLE_IDS, ROLE_TABLE } from "../../scripts/lib/roles.ts";

const STARTS_AT = Date.UTC(2020, 0, 1) / 1000;
const GOVERNOR_DELAY = 172_800n;

describe("deployment (AC1)", () => {
  let deployed: Deployment;
  let targets: Record<string, string>;

  before(async () => {
    deployed = await deployAll("black-thursday", STARTS_AT);
    targets = {
      ChainlinkOracle: await deployed.oracle.getAddress(),
      WriteOffEngine: await deployed.engine.getAddress(),
      LendingVault: await deployed.vault.getAddress(),
      InsuranceFund: await deployed.fund.getAddress(),
      Dilution: await deployed.dilution.getAddress(),
    };
  });
  after(async () => {
    await deployed.chain.connection.close();
  });

  const rows = ROLE_TABLE.flatMap((row) => row.functions.map((name) => ({ ...row, name })));

  for (const { contract, name, role } of rows) {
    it(`gives ${contract}.${name} to ${role}`, async () => {
      const { accessManager, roles } = deployed;
      const target = targets[contract]!;
      const selector = selectorOf(contract, name);
      expect(await accessManager.getTargetFunctionRole(target, selector)).to.equal(ROLE_IDS[role]);

      const byGovernor = await accessManager.canCall(roles.governor, target, selector);
      const byGuardian = await accessManager.canCall(roles.guardian, target, selector);
      const byDeployer = await accessManager.canCall(roles.deployer, target, selector);
      if (role === "GUARDIAN") expect([...byGuardian]).to.deep.equal([true, 0n]);
      else expect([...byGuardian]).to.deep.equal([false, 0n]);
      // The governor's way is schedule, wait, execute.
      expect([...byGovernor]).to.deep.equal(role === "GOVERNOR" ? [false, GOVERNOR_DELAY] : [false, 0n]);
      expect([...byDeployer]).to.deep.equal([false, 0n]);
    });
  }

  it("leaves each role with the holder that is meant, and the deployer with none", async () => {
    const { accessManager, roles } = deployed;
    const holders = new Map<bigint, Set<string>>();
    for (const { args } of await accessManager.queryFilter(accessManager.filters.RoleGranted())) {
      holders.set(args.roleId, (holders.get(args.roleId) ?? new Set()).add(args.account));
    }
    for (const { args } of await accessManager.queryFilter(accessManager.filters.RoleRevoked())) {
      holders.get(args.roleId)?.delete(args.account);
    }
    expect(holders).to.deep.equal(
      new Map([
        [ROLE_IDS.ADMIN, new Set([roles.governor])],
        [ROLE_IDS.GOVERNOR, new Set([roles.governor])],
        [ROLE_IDS.GUARDIAN, new Set([roles.guardian])],
      ]),
    );
    for (const role of Object.values(ROLE_IDS)) {
      const [isMember] = await accessManager.hasRole(role, roles.deployer);
      expect(isMember).to.equal(false);
    }
  });

  it("puts the guardian in a position to cancel what the governor announces", async () => {
    expect(await deployed.accessManager.getRoleGuardian(ROLE_IDS.GOVERNOR)).to.equal(ROLE_IDS.GUARDIAN);
  });

  it("has every contract under the one access manager", async () => {
    const authority = await deployed.accessManager.getAddress();
    for (const contract of [deployed.oracle, deployed.engine, deployed.vault, deployed.fund, deployed.dilution]) {
      expect(await contract.authority()).to.equal(authority);
    }
  });

  it("puts insurance before dilution in the vault's stack", async () => {
    const stack = await deployed.engine.stackOf(deployed.vault);
    expect(stack.map(({ tranche }) => tranche)).to.deep.equal([targets.InsuranceFund, targets.Dilution]);
  });

  it("shares what is swept between the vault's underwriters and its fund", async () => {
    const { vault, fund, underwriters } = deployed;
    expect((await vault.reservePolicy()).recipient).to.equal(await fund.getAddress());
    expect([...(await vault.premiumShare())]).to.deep.equal([await underwriters.getAddress(), 2_500n]);
    expect(await underwriters.vault()).to.equal(await vault.getAddress());
  });

  it("refuses the deployer by name", async () => {
    const { chain, vault, roles } = deployed;
    const outcome = await chain.attempt(roles.deployer, vault.pause.populateTransaction(true, true));
    expect("error" in outcome && outcome.error).to.equal("AccessManagedUnauthorized");
  });
});
