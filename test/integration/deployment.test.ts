import { expect } from "chai";
import { AbiCoder, type Interface, type ParamType } from "ethers";

import { type Deployment, deployAll } from "../../scripts/lib/deploy.ts";
import { type ContractName, INTERFACES } from "../../scripts/lib/interfaces.ts";
import { type Holder, restrictedFunctions, ROLE_IDS, ROLE_NAMES, ROLES } from "../../scripts/lib/roles.ts";
import { STEWARD_TABLE } from "../../scripts/lib/steward-table.ts";

const STARTS_AT = Date.UTC(2020, 0, 1) / 1000;
const GOVERNOR_DELAY = 172_800n;
/** What AccessManager answers to a caller without the role, and to one that has announced nothing. */
const REFUSALS = ["AccessManagedUnauthorized", "AccessManagerNotScheduled"] as const;

describe("deployment (AC1)", () => {
  let deployed: Deployment;
  let targets: Record<Exclude<ContractName, "MarginVault">, string>;
  let callers: Record<Holder | "deployer" | "stranger", string>;

  before(async () => {
    deployed = await deployAll("black-thursday", STARTS_AT);
    targets = {
      ChainlinkOracle: await deployed.oracle.getAddress(),
      WriteOffEngine: await deployed.engine.getAddress(),
      LendingVault: await deployed.vault.getAddress(),
      InsuranceFund: await deployed.fund.getAddress(),
      Dilution: await deployed.dilution.getAddress(),
      RiskSteward: await deployed.riskSteward.getAddress(),
    };
    const { deployer, governor, guardian, riskCouncil } = deployed.roles;
    callers = {
      ...{ deployer, governor, guardian, riskCouncil },
      riskSteward: targets.RiskSteward,
      stranger: await deployed.chain.actor("a stranger"),
    };
  });
  after(async () => {
    await deployed.chain.connection.close();
  });

  for (const { contract, name, selector, role } of restrictedFunctions()) {
    // No part of this deployment: marginDeployment.test.ts.
    if (contract === "MarginVault") continue;
    it(`gives ${contract}.${name} to ${role} and to nobody else`, async () => {
      const target = targets[contract];
      expect(await deployed.accessManager.getTargetFunctionRole(target, selector)).to.equal(ROLE_IDS[role]);
      for (const [caller, from] of Object.entries(callers)) {
        const grant = ROLES[role].grants.find(({ holder }) => holder === caller);
        const expected = grant === undefined ? REFUSALS[0] : grant.delayed ? REFUSALS[1] : undefined;
        // The governor's way is schedule, wait, execute.
        const may = [grant?.delayed === false, grant?.delayed ? GOVERNOR_DELAY : 0n];
        expect([...(await deployed.accessManager.canCall(from, target, selector))], caller).to.deep.equal(may);
        expect(await refusalOf(contract, name, from), `${name} by ${caller}`).to.equal(expected);
      }
    });
  }

  /** Calls a function with empty arguments: why AccessManager refuses it, or undefined where it lets the call pass. */
  async function refusalOf(
    contract: Exclude<ContractName, "MarginVault">,
    name: string,
    from: string,
  ): Promise<string | undefined> {
    const abi: Interface = INTERFACES[contract];
    const fragment = abi.getFunction(name)!;
    const data =
      fragment.selector + AbiCoder.defaultAbiCoder().encode(fragment.inputs, fragment.inputs.map(emptyOf)).slice(2);
    const refusal = await deployed.chain.refusalOf(from, targets[contract], data);
    return REFUSALS.find((name) => name === refusal?.error);
  }

  it("leaves each role with the holders that are meant, and the deployer with none", async () => {
    const { accessManager, roles } = deployed;
    const holders = new Map<bigint, Set<string>>();
    for (const { args } of await accessManager.queryFilter(accessManager.filters.RoleGranted())) {
      holders.set(args.roleId, (holders.get(args.roleId) ?? new Set()).add(args.account));
    }
    for (const { args } of await accessManager.queryFilter(accessManager.filters.RoleRevoked())) {
      holders.get(args.roleId)?.delete(args.account);
    }
    const { governor, guardian, riskCouncil } = roles;
    expect(holders).to.deep.equal(
      new Map([
        [ROLE_IDS.ADMIN, new Set([governor])],
        [ROLE_IDS.GOVERNOR, new Set([governor])],
        [ROLE_IDS.GUARDIAN, new Set([guardian])],
        [ROLE_IDS.RISK_STEWARD, new Set([governor, targets.RiskSteward])],
        [ROLE_IDS.RISK_COUNCIL, new Set([riskCouncil])],
      ]),
    );
    for (const role of Object.values(ROLE_IDS)) {
      const [isMember] = await accessManager.hasRole(role, roles.deployer);
      expect(isMember).to.equal(false);
    }
  });

  it("puts the guardian in a position to cancel what the governor announces", async () => {
    for (const role of ["GOVERNOR", "RISK_STEWARD"] as const) {
      expect(await deployed.accessManager.getRoleGuardian(ROLE_IDS[role])).to.equal(ROLE_IDS.GUARDIAN);
    }
    expect(ROLE_NAMES.filter((role) => ROLES[role].cancelledBy !== undefined)).to.deep.equal([
      "GOVERNOR",
      "RISK_STEWARD",
    ]);
  });

  it("has every contract under the one access manager", async () => {
    const authority = await deployed.accessManager.getAddress();
    const { oracle, engine, vault, fund, dilution, riskSteward } = deployed;
    for (const contract of [oracle, engine, vault, fund, dilution, riskSteward]) {
      expect(await contract.authority()).to.equal(authority);
    }
  });

  it("gives the steward its table, and no step that is not in it", async () => {
    const { chain, riskSteward } = deployed;
    const { encodeBytes32String } = chain.connection.ethers;
    for (const { parameter, maxStep, isRelative, minInterval } of STEWARD_TABLE) {
      const limit = await riskSteward.stepLimit(encodeBytes32String(parameter));
      expect([...limit], parameter).to.deep.equal([maxStep, isRelative, BigInt(minInterval)]);
    }
    expect((await riskSteward.stepLimit(encodeBytes32String("minIncentiveBps"))).maxStep).to.equal(0n);
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

/** A value that every check behind the access check may dislike. */
function emptyOf(type: ParamType): unknown {
  if (type.isArray()) return [];
  if (type.isTuple()) return type.components.map(emptyOf);
  if (type.type === "address") return "0x0000000000000000000000000000000000000000";
  if (type.type === "bool") return false;
  if (type.type === "bytes") return "0x";
  return 0n;
}
