import { expect } from "chai";
import { network } from "hardhat";

const { ethers, networkHelpers } = await network.create();

const MAX = 2n ** 256n - 1n;

describe("ExactTransfer", () => {
  async function puller() {
    const [owner, receiver] = await ethers.getSigners();
    const library = await ethers.deployContract("LibraryHarness");
    const equip = async (name: "TestToken" | "FeeToken" | "NoReturnToken" | "BlocklistToken", args: unknown[] = []) => {
      const factory = await ethers.getContractFactory(name as "TestToken");
      const token = await ethers.getContractAt("TestToken", await factory.deploy("T", "T", 6, ...(args as [])));
      await token.mint(owner!, 1_000n);
      await token.approve(library, MAX);
      return token;
    };
    return { library, equip, owner: owner!, receiver: receiver! };
  }

  it("LV1: pulls exactly what was asked for, to itself or to another", async () => {
    const { library, equip, owner, receiver } = await networkHelpers.loadFixture(puller);
    const token = await equip("TestToken");
    await library.pull(token, owner, 300n);
    await library.pullTo(token, owner, receiver, 200n);
    expect(await token.balanceOf(library)).to.equal(300n);
    expect(await token.balanceOf(receiver)).to.equal(200n);
  });

  it("takes a token that returns nothing", async () => {
    const { library, equip, owner } = await networkHelpers.loadFixture(puller);
    const token = await equip("NoReturnToken");
    await library.pull(token, owner, 300n);
    expect(await token.balanceOf(library)).to.equal(300n);
  });

  it("LV1: refuses a token that charges a fee, with what was asked for and what came", async () => {
    const { library, equip, owner, receiver } = await networkHelpers.loadFixture(puller);
    const token = await equip("FeeToken", [100n]);
    for (const attempt of [
      () => library.pull(token, owner, 300n),
      () => library.pullTo(token, owner, receiver, 300n),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(library, "InexactTransfer")
        .withArgs(await token.getAddress(), 300n, 297n);
    }
  });

  it("LV1: refuses a transfer to where the money comes from, which moves nothing", async () => {
    const { library, equip, owner } = await networkHelpers.loadFixture(puller);
    const token = await equip("TestToken");
    await expect(library.pullTo(token, owner, owner, 300n))
      .to.be.revertedWithCustomError(library, "InexactTransfer")
      .withArgs(await token.getAddress(), 300n, 0n);
  });

  it("passes a token's own refusal on", async () => {
    const { library, equip, owner } = await networkHelpers.loadFixture(puller);
    const token = await equip("BlocklistToken");
    const blocklist = await ethers.getContractAt("BlocklistToken", token);
    await blocklist.setBlocked(owner, true);
    await expect(library.pull(token, owner, 300n)).to.be.revertedWithCustomError(blocklist, "Blocked");
  });

  it("refuses what is no token", async () => {
    const { library, owner, receiver } = await networkHelpers.loadFixture(puller);
    await expect(library.pull(receiver, owner, 1n)).to.be.revert(ethers);
  });
});
