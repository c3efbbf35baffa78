import { expect } from "chai";
import { Contract, Interface, Signature } from "ethers";

import { PERMIT2, TOKENS } from "../helpers/mainnet/addresses.js";
import { type Feed } from "../helpers/mainnet/feeds.js";
import { describeArchive, describeFork } from "../helpers/mainnet/fork.js";
import { endow, ETHER, growOld, ledgerOf, MAX, openMarket, WETH } from "../helpers/mainnet/market.js";
import { deployOnMainnet, type MainnetSystem } from "../helpers/mainnet/system.js";
import { blockUsdc, deal, pauseUsdc, tokenAt } from "../helpers/mainnet/tokens.js";

const BLOCKED = "Blacklistable: account is blacklisted";
const PAUSED = "Pausable: paused";

describeFork("mainnet: USDC's owner interferes", () => {
  let system: MainnetSystem;
  let ethFeed: Feed;
  let answer: bigint;
  let restore: () => Promise<void>;

  before(async () => {
    system = await deployOnMainnet("USDC");
    await openMarket(system);
    ({ ethFeed, answer } = await growOld(system));
    await endow(system, system.people.liquidator, 500_000n);
    await endow(system, system.people.stranger, 500_000n);
    await endow(system, system.people.buyer, 500_000n);
  });
  beforeEach(async () => {
    const snapshot = await system.fork.networkHelpers.takeSnapshot();
    restore = async () => snapshot.restore();
  });
  afterEach(async () => {
    await restore();
  });
  after(async () => {
    await system.fork.close();
  });

  const sink = async () => ethFeed.publish(answer / 3n);
  const liquidate = (by: "liquidator" | "stranger") =>
    system.vault.connect(system.people[by]).liquidate(system.people.borrower.address, WETH, MAX, 0n, MAX, "0x");

  it("a blocked borrower is liquidated, and its loss written off, like any other (LI1)", async () => {
    const { vault, people, fork } = system;
    await blockUsdc(fork, people.borrower.address);
    await sink();
    await liquidate("liquidator");
    expect((await vault.positionOf(people.borrower.address, WETH)).debtAssets).to.equal(0n);
    const entry = await ledgerOf(system, await system.engine.writeOffCount(vault));
    expect(entry.badDebt).to.be.greaterThan(0n);
    expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);
  });

  it("a blocked borrower gets its collateral back when somebody else has repaid", async () => {
    const { vault, people, fork } = system;
    const { borrower, stranger } = people;
    await blockUsdc(fork, borrower.address);
    await vault.connect(stranger).repay(WETH, MAX, borrower.address);
    const { collateralAssets } = await vault.positionOf(borrower.address, WETH);
    await vault.connect(borrower).withdrawCollateral(WETH, collateralAssets, borrower.address, borrower.address);
    expect(await tokenAt(fork, "WETH").balanceOf(borrower.address)).to.equal(collateralAssets);
  });

  it("a blocked liquidator changes nothing, and the next one does its work", async () => {
    const { vault, people, fork } = system;
    await sink();
    await blockUsdc(fork, people.liquidator.address);
    const before = await vault.positionOf(people.borrower.address, WETH);
    await expect(liquidate("liquidator")).to.be.revertedWith(BLOCKED);
    const after = await vault.positionOf(people.borrower.address, WETH);
    expect(after.collateralAssets).to.equal(before.collateralAssets);
    expect(after.debtAssets).to.be.greaterThanOrEqual(before.debtAssets);
    await liquidate("stranger");
    expect((await vault.positionOf(people.borrower.address, WETH)).debtAssets).to.equal(0n);
  });

  it("a blocked buyer leaves the auction to others (LI1)", async () => {
    const { vault, debtAuction, people, fork, token } = system;
    await sink();
    await liquidate("liquidator");
    const id = await system.engine.writeOffCount(vault);
    const deadline = BigInt(await fork.networkHelpers.time.latest()) + 3_600n;
    const buy = (by: "buyer" | "stranger") =>
      debtAuction.connect(people[by]).buy(vault, id, ETHER, MAX, people[by].address, deadline);
    await blockUsdc(fork, people.buyer.address);
    await expect(buy("buyer")).to.be.revertedWith(BLOCKED);
    expect(await token.balanceOf(people.buyer.address)).to.equal(0n);
    await buy("stranger");
    expect(await token.balanceOf(people.stranger.address)).to.equal(ETHER);
  });

  it("a blocked lender has its claim paid to another address", async () => {
    const { vault, engine, people, fork } = system;
    const { ann, stranger } = people;
    await sink();
    await liquidate("liquidator");
    const id = await engine.writeOffCount(vault);
    await engine.connect(stranger).recover(vault, id, 1_000n * system.one);
    await blockUsdc(fork, ann.address);
    const epoch = (await vault.openEpoch()) - 1n;
    const claimable = await vault.claimableRecovery(ann.address, epoch);
    await expect(vault.connect(ann).claimRecovery(ann.address, [epoch], ann.address)).to.be.revertedWith(BLOCKED);
    const receiver = system.governor.address;
    await vault.connect(ann).claimRecovery(ann.address, [epoch], receiver);
    expect(await tokenAt(fork, "USDC").balanceOf(receiver)).to.equal(claimable);
  });

  it("while USDC is paused a loss is provisioned, and nothing that needs USDC to move happens", async () => {
    const { vault, fund, people, fork } = system;
    await sink();
    await pauseUsdc(fork, true);
    await expect(liquidate("liquidator")).to.be.revertedWith(PAUSED);
    await vault.connect(people.stranger).impair(people.borrower.address, WETH);
    expect((await vault.positionOf(people.borrower.address, WETH)).impairedAt).to.be.greaterThan(0n);
    expect(await fund.totalEarmarked()).to.be.greaterThan(0n);
    await pauseUsdc(fork, false);
    await liquidate("liquidator");
    expect((await vault.positionOf(people.borrower.address, WETH)).debtAssets).to.equal(0n);
  });

  it("while USDC is paused no loss is booked past a fund that cannot pay (WO2)", async () => {
    const { vault, fund, people, fork, assetFeed } = system;
    const { borrower, stranger } = people;
    await sink();
    await vault.connect(stranger).impair(borrower.address, WETH);
    await fork.networkHelpers.time.increase(3_601n);
    await sink();
    await assetFeed.publish(10n ** 8n);
    await pauseUsdc(fork, true);
    await expect(vault.connect(stranger).writeOff(borrower.address, WETH, MAX)).to.be.revertedWith(PAUSED);
    await pauseUsdc(fork, false);
    const held = await tokenAt(fork, "USDC").balanceOf(await fund.getAddress());
    await vault.connect(stranger).writeOff(borrower.address, WETH, MAX);
    const entry = await ledgerOf(system, await system.engine.writeOffCount(vault));
    // The thousandth that the earmark had left is drawn as well.
    expect(entry.insurance).to.equal(held);
  });
});

describeFork("mainnet: USDT, whose transfers return nothing", () => {
  it("is lent, borrowed, repaid, lost and recovered", async () => {
    const system = await deployOnMainnet("USDT");
    const { vault, engine, people, fork, one } = system;
    const { ann, borrower, liquidator, stranger } = people;
    const usdt = tokenAt(fork, "USDT");
    const held = async (holder: string) => await usdt.balanceOf(holder);
    const borrowed = await openMarket(system);
    const { ethFeed, answer } = await growOld(system);

    await usdt.connect(borrower).approve(await vault.getAddress(), borrowed / 10n);
    await vault.connect(borrower).repay(WETH, borrowed / 10n, borrower.address);
    expect(await held(borrower.address)).to.equal(borrowed - borrowed / 10n);

    await vault.connect(ann).withdraw(1_000n * one, ann.address, ann.address);
    expect(await held(ann.address)).to.equal(1_000n * one);

    await endow(system, liquidator, 500_000n);
    await ethFeed.publish(answer / 3n);
    await vault.connect(liquidator).liquidate(borrower.address, WETH, MAX, 0n, MAX, "0x");
    const entry = await ledgerOf(system, await engine.writeOffCount(vault));
    expect(entry.insurance).to.be.greaterThan(0n);
    expect(entry.badDebt).to.equal(entry.reserves + entry.insurance + entry.dilutionCash + entry.socialized);

    await endow(system, stranger, 1_000n);
    await engine.connect(stranger).recover(vault, await engine.writeOffCount(vault), 1_000n * one);
    const epoch = (await vault.openEpoch()) - 1n;
    const before = await held(ann.address);
    const claimable = await vault.claimableRecovery(ann.address, epoch);
    await vault.connect(ann).claimRecovery(ann.address, [epoch], ann.address);
    expect((await held(ann.address)) - before).to.equal(claimable);
    await fork.close();
  });
});

describeFork("mainnet: WETH", () => {
  it("wrapped by the borrower itself is collateral like any other, and comes back as it went in", async () => {
    const system = await deployOnMainnet("USDC");
    const { vault, people, fork } = system;
    const { borrower } = people;
    const abi = new Interface(["function deposit() payable", "function withdraw(uint256)"]);
    await borrower.sendTransaction({ to: WETH, value: ETHER, data: abi.encodeFunctionData("deposit") });
    const weth = tokenAt(fork, "WETH", borrower);
    await weth.approve(await vault.getAddress(), ETHER);
    await vault.connect(borrower).supplyCollateral(WETH, ETHER, borrower.address);
    await vault.connect(borrower).withdrawCollateral(WETH, ETHER, borrower.address, borrower.address);
    const before = await fork.ethers.provider.getBalance(borrower.address);
    const receipt = await (
      await borrower.sendTransaction({ to: WETH, data: abi.encodeFunctionData("withdraw", [ETHER]) })
    ).wait();
    const after = await fork.ethers.provider.getBalance(borrower.address);
    expect(after - before + receipt!.fee).to.equal(ETHER);
    await fork.close();
  });
});

describeFork("mainnet: deposits by signature", () => {
  const DEPOSIT = 1_000n;
  const PERMIT2_TYPES = {
    PermitTransferFrom: [
      { name: "permitted", type: "TokenPermissions" },
      { name: "spender", type: "address" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
    TokenPermissions: [
      { name: "token", type: "address" },
      { name: "amount", type: "uint256" },
    ],
  };

  for (const lent of ["USDC", "DAI"] as const) {
    it(`${lent} through the real Permit2`, async () => {
      const system = await deployOnMainnet(lent);
      const { vault, people, fork, one } = system;
      const { ann } = people;
      const assets = DEPOSIT * one;
      await deal(fork, lent, ann.address, assets);
      const token = tokenAt(fork, lent, ann);
      await token.approve(PERMIT2, MAX);
      const deposits = await fork.ethers.deployContract("PermitDeposits", [PERMIT2]);
      const deadline = BigInt(await fork.networkHelpers.time.latest()) + 3_600n;
      const permit = { permitted: { token: TOKENS[lent].address, amount: assets }, nonce: 7n, deadline };
      const domain = { name: "Permit2", chainId: 1, verifyingContract: PERMIT2 };
      const signature = await ann.signTypedData(domain, PERMIT2_TYPES, {
        ...permit,
        spender: await deposits.getAddress(),
      });
      const deposit = (signer = ann) =>
        deposits.connect(signer).depositWithPermit2(vault, assets, 0n, signer.address, 7n, deadline, signature);
      // The signature is ann's: nobody else can use it.
      await expect(deposit(people.stranger)).to.be.revertedWithCustomError(
        new Contract(PERMIT2, ["error InvalidSigner()"], fork.ethers.provider),
        "InvalidSigner",
      );
      await deposit();
      expect(await vault.convertToAssets(await vault.balanceOf(ann.address))).to.equal(assets);
      await expect(deposit()).to.be.revertedWithCustomError(
        new Contract(PERMIT2, ["error InvalidNonce()"], fork.ethers.provider),
        "InvalidNonce",
      );
      await fork.close();
    });
  }

  describeArchive("with an archive node only, because the slice lacks USDC's signature library", () => {
    it("USDC by its own EIP-2612 permit", async () => {
      const system = await deployOnMainnet("USDC");
      const { vault, people, fork, one } = system;
      const { ann } = people;
      const assets = DEPOSIT * one;
      await deal(fork, "USDC", ann.address, assets);
      const deposits = await fork.ethers.deployContract("PermitDeposits", [PERMIT2]);
      const deadline = BigInt(await fork.networkHelpers.time.latest()) + 3_600n;
      const domain = { name: "USD Coin", version: "2", chainId: 1, verifyingContract: TOKENS.USDC.address };
      const types = {
        Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name) => ({
          name,
          type: name === "owner" || name === "spender" ? "address" : "uint256",
        })),
      };
      const { v, r, s } = Signature.from(
        await ann.signTypedData(domain, types, {
          owner: ann.address,
          spender: await deposits.getAddress(),
          value: assets,
          nonce: 0n,
          deadline,
        }),
      );
      await deposits.connect(ann).depositWithPermit(vault, assets, 0n, ann.address, deadline, v, r, s);
      expect(await vault.convertToAssets(await vault.balanceOf(ann.address))).to.equal(assets);
      await fork.close();
    });
  });
});
