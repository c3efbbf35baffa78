import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import {
  checkSafePolicy,
  ensureSafe,
  installSafeContracts,
  missingSafeContracts,
  predictSafe,
  readSafe,
  requireSafeContracts,
  SAFE_CONTRACT_NAMES,
  SAFE_CONTRACTS,
  type SafePolicy,
} from "../../../../scripts/lib/safe/index.ts";

/** Code hashes as Safe has published them for 1.5.0, so that a changed package is noticed. */
const PUBLISHED = {
  SafeL2: "0x180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc",
  SafeProxyFactory: "0x967dae4cda22b0c9ef7f31b010bdc1ceb0af9904b0c3dc060b5302e4c18a4529",
  MultiSendCallOnly: "0xcdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663",
} as const;

describe("Safe contracts and accounts", () => {
  let connection: NetworkConnection;
  let owners: string[];
  let policy: SafePolicy;

  beforeEach(async () => {
    connection = await network.create();
    owners = (await connection.ethers.getSigners()).slice(1, 4).map(({ address }) => address);
    policy = { owners, threshold: 2 };
  });
  afterEach(async () => {
    await connection.close();
  });

  const signer = async () => (await connection.ethers.getSigners())[0]!;

  describe("canonical contracts", () => {
    it("are missing on a new chain, and said to be by name", async () => {
      expect(await missingSafeContracts(connection.ethers.provider)).to.have.members([...SAFE_CONTRACT_NAMES]);
      await expectError(requireSafeContracts(connection.ethers.provider), "SafeContractMissing", "SafeProxyFactory");
    });

    it("get where they belong, with the published code, through the published deployer", async () => {
      expect(await installSafeContracts(await signer())).to.have.members([...SAFE_CONTRACT_NAMES]);
      for (const [name, codeHash] of Object.entries(PUBLISHED)) {
        const { address } = SAFE_CONTRACTS[name as keyof typeof PUBLISHED];
        expect(connection.ethers.keccak256(await connection.ethers.provider.getCode(address)), name).to.equal(codeHash);
      }
      expect(await installSafeContracts(await signer())).to.deep.equal([]);
    });

    it("are not believed with other code", async () => {
      await installSafeContracts(await signer());
      await connection.networkHelpers.setCode(SAFE_CONTRACTS.MultiSend.address, "0x60006000fd");
      await expectError(
        requireSafeContracts(connection.ethers.provider),
        "SafeContractWrongCode",
        SAFE_CONTRACTS.MultiSend.address,
      );
    });
  });

  describe("accounts", () => {
    it("are where they were predicted to be, as they were asked for", async () => {
      const from = await signer();
      await installSafeContracts(from);
      const predicted = predictSafe(31337n, policy, 7n);
      expect(await ensureSafe(from, policy, 7n)).to.deep.equal({ address: predicted, created: true });
      expect(await readSafe(connection.ethers.provider, predicted)).to.deep.equal({
        address: predicted,
        version: "1.5.0",
        singleton: "0xEdd160fEBBD92E350D4D398fb636302fccd67C7e",
        owners,
        threshold: 2,
        nonce: 0n,
        modules: [],
        guard: ZeroAddress,
        fallbackHandler: "0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4",
      });
    });

    it("are created once, and differ by number and by owners", async () => {
      const from = await signer();
      await installSafeContracts(from);
      const { address } = await ensureSafe(from, policy);
      const block = await connection.ethers.provider.getBlockNumber();
      expect(await ensureSafe(from, policy)).to.deep.equal({ address, created: false });
      expect(await connection.ethers.provider.getBlockNumber()).to.equal(block);
      const others = [
        predictSafe(31337n, policy, 1n),
        predictSafe(31337n, { owners: [...owners].reverse(), threshold: 2 }, 0n),
      ];
      expect(new Set([address, ...others]).size).to.equal(3);
    });

    it("are told from ordinary accounts and from other contracts", async () => {
      const from = await signer();
      const { provider } = connection.ethers;
      await expectError(readSafe(provider, owners[0]!), "NotASafe", owners[0]);
      const token = await connection.ethers.deployContract("TestToken", ["T", "T", 18]);
      await expectError(readSafe(provider, await token.getAddress()), "NotASafe");
      await installSafeContracts(from);
      // The implementation itself governs nothing: its slot 0 points nowhere.
      await expectError(readSafe(provider, SAFE_CONTRACTS.SafeL2.address), "NotASafe");
    });
  });

  describe("owners and threshold", () => {
    const refusals: [string, string, () => SafePolicy][] = [
      ["no owners", "NoOwners", () => ({ owners: [], threshold: 1 })],
      ["an owner that is no address", "InvalidOwner", () => ({ owners: [...owners, "0x12"], threshold: 2 })],
      ["the zero address", "InvalidOwner", () => ({ owners: [...owners, ZeroAddress], threshold: 2 })],
      ["an owner twice", "DuplicateOwner", () => ({ owners: [...owners, owners[0]!.toLowerCase()], threshold: 2 })],
      ["a threshold of zero", "ThresholdOutOfRange", () => ({ owners, threshold: 0 })],
      ["more signatures than owners", "ThresholdOutOfRange", () => ({ owners, threshold: 4 })],
      ["a fraction of a signature", "ThresholdOutOfRange", () => ({ owners, threshold: 1.5 })],
      ["one of three", "OneSignatureSuffices", () => ({ owners, threshold: 1 })],
      ["three of three", "EverySignatureNeeded", () => ({ owners, threshold: 3 })],
      ["one of one", "OneSignatureSuffices", () => ({ owners: [owners[0]!], threshold: 1 })],
    ];
    for (const [what, name, refused] of refusals) {
      it(`refuses ${what}: ${name}`, () => {
        expect(() => {
          checkSafePolicy(refused());
        })
          .to.throw()
          .with.property("name", name);
      });
    }

    it("takes one of three and three of three from whom it means it", () => {
      for (const threshold of [1, 3]) checkSafePolicy({ owners, threshold, allowUnusualThreshold: true });
      expect(() => {
        checkSafePolicy({ owners, threshold: 4, allowUnusualThreshold: true });
      }).to.throw();
    });
  });
});

async function expectError(promise: Promise<unknown>, name: string, text = ""): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(Error);
  expect((error as Error).name).to.equal(name);
  expect((error as Error).message).to.contain(text);
}
