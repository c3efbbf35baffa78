import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { keccak256 } from "ethers";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import { deployNetwork, type DeployOptions } from "../../scripts/deployment/deploy.ts";
import { findingsOnChain } from "../../scripts/deployment/verify.ts";
import { type AddressFile, addressOf } from "../../scripts/lib/addresses.ts";
import { type NetworkFile, readNetworkFile } from "../../scripts/lib/network-file.ts";
import { readSafe } from "../../scripts/lib/safe/index.ts";
import {
  AccessManager__factory,
  EACAggregatorProxy__factory,
  LendingVault__factory,
  RiskSteward__factory,
} from "../../types/ethers-contracts/index.ts";

/** Every contract of a deployment, by name; another is deployed without being known. */
const CONTRACTS = [
  ...["AccessManager", "BackstopToken", "BuybackAuction", "ChainlinkOracle", "ConfigModule", "Dilution"],
  ...["ImpairmentModule", "InKindClaims", "InsuranceFund", "KeeperLens", "LendingVault", "LiquidationModule"],
  ...["LossPreparer", "MarginLens"],
  ...["RestructuringModule", "RiskSteward", "SolvencyLens", "UnderwriterBook", "ViewModule", "WriteOffEngine"],
  ...["MarginConfigModule", "MarginFund", "MarginLossModule", "MarginUnderwriters", "MarginVault"],
  ...["MarginViewModule", "OrderModule", "ResolveModule"],
];

for (const way of ["in process", "over RPC"] as const) {
  describe(`deployment of a local network ${way} (AC1)`, () => {
    let connection: NetworkConnection;
    let server: Awaited<ReturnType<typeof network.createServer>> | undefined;
    let directory: string;
    let file: NetworkFile;
    let options: DeployOptions & { journals: string; addresses: string };
    let record: AddressFile;

    before(async () => {
      if (way === "in process") connection = await network.create();
      else {
        server = await network.createServer("default", "127.0.0.1", 0);
        const { port } = await server.listen();
        connection = await network.create({ network: "localhost", override: { url: `http://127.0.0.1:${port}` } });
      }
      directory = mkdtempSync(join(tmpdir(), "plimsoll-deploy-"));
      file = readNetworkFile("localhost");
      options = {
        ...{ name: "localhost", file, connection },
        ...{ journals: join(directory, "journals"), addresses: join(directory, "addresses") },
      };
      record = await deployNetwork(options);
    });
    after(async () => {
      await connection.close();
      await server?.close();
      rmSync(directory, { recursive: true });
    });

    const fileText = () => readFileSync(join(options.addresses, "31337.json"), "utf8");

    it("writes address, arguments, block and code hash of every contract", async () => {
      expect(JSON.parse(fileText())).to.deep.equal(record);
      expect(Object.keys(record.contracts)).to.have.members(CONTRACTS);
      const { provider } = connection.ethers;
      for (const [name, contract] of Object.entries(record.contracts)) {
        expect(contract.codeHash, name).to.equal(keccak256(await provider.getCode(contract.address)));
        const receipt = await provider.getTransactionReceipt(contract.transaction);
        expect(contract.block, name).to.equal(receipt?.blockNumber);
        // What creates a contract is its code and then its arguments.
        const sent = (await provider.getTransaction(contract.transaction))?.data ?? "";
        if (receipt?.contractAddress === contract.address)
          expect(sent.endsWith(contract.encodedArguments.slice(2)), name).to.equal(true);
      }
      expect(record.contracts.LendingVault?.constructorArguments).to.deep.include.members(["Plimsoll USDC", "plUSDC"]);
      expect(record.contracts.BackstopToken?.constructorArguments).to.deep.equal([
        "Plimsoll",
        "PLIM",
        "1100000000000000000000000",
        "1000000000000000000000000",
        record.governance.treasury,
      ]);
    });

    it("is governed by three real Safes of two in three, none of them the deployer's", async () => {
      const owners = new Set<string>();
      for (const name of ["governor", "guardian", "riskCouncil"] as const) {
        const safe = await readSafe(connection.ethers.provider, record.governance[name]);
        expect([safe.threshold, safe.owners.length, safe.modules], name).to.deep.equal([2, 3, []]);
        for (const owner of safe.owners) owners.add(owner);
      }
      expect(owners.size).to.equal(9);
      expect(owners.has(record.deployer)).to.equal(false);
    });

    it("leaves the deployer no role, no ownership, no token", async () => {
      const { provider } = connection.ethers;
      const manager = AccessManager__factory.connect(addressOf(record, "AccessManager"), provider);
      for (const role of [0n, 1n, 2n, 3n, 4n])
        expect((await manager.hasRole(role, record.deployer))[0]).to.equal(false);
      expect([...(await manager.hasRole(0n, record.governance.governor))]).to.deep.equal([true, 172_800n]);
      for (const feed of [record.market.assetFeed, record.market.collateralFeed]) {
        const proxy = EACAggregatorProxy__factory.connect(feed, provider);
        expect(await proxy.owner()).not.to.equal(record.deployer);
        const aggregator = EACAggregatorProxy__factory.connect(await proxy.aggregator(), provider);
        expect(await aggregator.owner()).not.to.equal(record.deployer);
      }
      const token = await connection.ethers.getContractAt("BackstopToken", addressOf(record, "BackstopToken"));
      expect(await token.balanceOf(record.deployer)).to.equal(0n);
      expect(await token.balanceOf(record.governance.governor)).to.equal(10n ** 24n);
    });

    it("can be used: the oracle prices the collateral, the steward is where its role says", async () => {
      const { provider } = connection.ethers;
      const vault = LendingVault__factory.connect(addressOf(record, "LendingVault"), provider);
      const oracle = await connection.ethers.getContractAt("ChainlinkOracle", await vault.oracle());
      expect(await oracle.getQuote(10n ** 18n, record.market.collateral, record.market.asset)).to.equal(2_500_000_000n);
      const steward = RiskSteward__factory.connect(addressOf(record, "RiskSteward"), provider);
      expect(await steward.authority()).to.equal(addressOf(record, "AccessManager"));
    });

    it("changes nothing when it is run again", async () => {
      const block = await connection.ethers.provider.getBlockNumber();
      const before = fileText();
      expect(await deployNetwork(options)).to.deep.equal(record);
      expect(await connection.ethers.provider.getBlockNumber()).to.equal(block);
      expect(fileText()).to.equal(before);
    });

    it("changes nothing when it is run again from a machine without the journal", async () => {
      const block = await connection.ethers.provider.getBlockNumber();
      const elsewhere = { ...options, journals: join(directory, "another machine") };
      const again = await deployNetwork(elsewhere);
      expect(addressOf(again, "LendingVault")).to.equal(addressOf(record, "LendingVault"));
      expect(await connection.ethers.provider.getBlockNumber()).to.equal(block);
    });

    it("finds nothing wrong with what it deployed", async () => {
      expect(await findingsOnChain(connection.ethers.provider, record, file)).to.deep.equal([]);
      expect(readdirSync(options.addresses)).to.deep.equal(["31337.json"]);
    });
  });
}
