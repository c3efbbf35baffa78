import { expect } from "chai";

import { type BothDeployed, deployBoth } from "../../scripts/lib/deploy.ts";
import { ROLE_IDS, restrictedFunctions } from "../../scripts/lib/roles.ts";

const STARTS_AT = Date.UTC(2020, 0, 1) / 1000;

describe("deployment of both kinds of vault (AC1, IN2)", () => {
  let deployed: BothDeployed;

  before(async () => {
    deployed = await deployBoth("margin", STARTS_AT);
  });
  after(async () => {
    await deployed.chain.connection.close();
  });

  it("gives every restricted function of vaults and funds its role, and nobody keeps the admin's", async () => {
    const { accessManager, vault, marginVault, fund, marginFund, roles } = deployed;
    for (const { contract, selector, role } of restrictedFunctions()) {
      const targets = { LendingVault: [vault], MarginVault: [marginVault], InsuranceFund: [fund, marginFund] }[
        contract as string
      ];
      for (const target of targets ?? []) {
        expect(await accessManager.getTargetFunctionRole(target, selector)).to.equal(ROLE_IDS[role]);
      }
    }
    const [isAdmin] = await accessManager.hasRole(ROLE_IDS.ADMIN, roles.deployer);
    expect(isAdmin).to.equal(false);
    const outcome = await deployed.chain.attempt(roles.deployer, marginVault.freezeMarket.populateTransaction(0));
    expect("error" in outcome && outcome.error).to.equal("AccessManagedUnauthorized");
  });

  it("registers each vault with a stack, a fund, standing bids and a mint budget of its own (IN2)", async () => {
    const { engine, dilution, vault, marginVault, fund, marginFund, underwriters, marginUnderwriters } = deployed;
    const payers = async (of: string) => (await engine.stackOf(of)).map(({ tranche }) => tranche);
    const shared = await dilution.getAddress();
    expect(await payers(await vault.getAddress())).to.deep.equal([await fund.getAddress(), shared]);
    expect(await payers(await marginVault.getAddress())).to.deep.equal([await marginFund.getAddress(), shared]);
    expect(await marginFund.vault()).to.equal(await marginVault.getAddress());
    expect(await dilution.underwriters(vault)).to.equal(await underwriters.getAddress());
    expect(await dilution.underwriters(marginVault)).to.equal(await marginUnderwriters.getAddress());
    expect((await dilution.budget(marginVault))[1] > 0n).to.equal(true);
  });

  it("has a market that is open, at the feed's price, and providers give notice", async () => {
    const { marginVault, collateral } = deployed;
    expect(await marginVault.marketCount()).to.equal(1);
    expect((await marginVault.marketOf(0)).underlying).to.equal(await collateral.getAddress());
    expect(await marginVault.exitNotice()).to.deep.equal([172_800n, 86_400n]);
  });

  it("is seen by the same lens", async () => {
    const { lens, vault, marginVault } = deployed;
    expect(await lens.coverage(vault)).to.have.length(4);
    expect(await lens.coverage(marginVault)).to.have.length(4);
  });
});
