/**
 * A copy of a chain in this process, on which proposals are tried. Nobody is impersonated: transactions are sent by an
 * account of the copy's own, through the Safe's `execTransaction`, with the owners' real signatures. Where one is missing,
 * the copy is given the owner's approval of this very hash (`approvedHashes`), which the Safe then checks as ever.
 */
import { AbiCoder, type Contract, keccak256, type Provider, type Signer, toBeHex, ZeroAddress } from "ethers";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import { HeldFeed__factory } from "../../../types/ethers-contracts/index.ts";
import { safeAt } from "../../lib/safe/index.ts";
import { GovernanceError } from "../errors.ts";

/** Where Safe 1.3 and later keep `approvedHashes`: mapping(owner => mapping(hash => 1)). */
const APPROVED_HASHES_SLOT = 8;

export class Copy {
  readonly connection: NetworkConnection;
  readonly provider: Provider;
  /** Sends the transactions; has ether on the copy and nothing else. */
  readonly executor: Signer;
  /** Feeds that go on answering what they answered. */
  readonly heldFeeds: readonly string[];

  private constructor(connection: NetworkConnection, executor: Signer, heldFeeds: readonly string[]) {
    this.connection = connection;
    this.provider = connection.ethers.provider;
    this.executor = executor;
    this.heldFeeds = heldFeeds;
  }

  /**
   * Copies the chain behind `url`.
   * @param at block to copy at: where none is named, Hardhat takes one that cannot be reorganized any more, which is older
   * than what was just proposed or announced
   * @param feeds price feeds to hold, because time will be moved on
   */
  static async of(url: string, chainId: bigint, at: number, feeds: readonly string[]): Promise<Copy> {
    const connection = await network.create({
      network: "default",
      override: { chainId: Number(chainId), forking: { url, blockNumber: at } },
    });
    const [executor] = await connection.ethers.getSigners();
    if (executor === undefined) throw new Error("the copy has no account");
    const held: string[] = [];
    for (const feed of new Set(feeds)) if (await holdFeed(connection, executor, feed)) held.push(feed);
    return new Copy(connection, executor, held);
  }

  /** Second of the latest block. */
  async now(): Promise<number> {
    const block = await this.provider.getBlock("latest");
    return block?.timestamp ?? 0;
  }

  /** The next block is at second `time`; the one after the latest at the earliest. */
  async nextBlockAt(time: number): Promise<void> {
    const earliest = (await this.now()) + 1;
    await this.connection.networkHelpers.time.setNextBlockTimestamp(Math.max(time, earliest));
  }

  /** What `body` reads if nothing happens until second `time`. The copy is as before afterwards. */
  async asOf<T>(time: number, body: () => Promise<T>): Promise<T> {
    const snapshot = await this.connection.networkHelpers.takeSnapshot();
    await this.nextBlockAt(time);
    await this.connection.networkHelpers.mine();
    const result = await body();
    await snapshot.restore();
    return result;
  }

  /** Writes down that `owner` has approved `safeTxHash`, and makes sure that the Safe sees it. */
  async approve(safe: string, owner: string, safeTxHash: string): Promise<void> {
    const coder = AbiCoder.defaultAbiCoder();
    const byOwner = keccak256(coder.encode(["address", "uint256"], [owner, APPROVED_HASHES_SLOT]));
    const slot = keccak256(coder.encode(["bytes32", "bytes32"], [safeTxHash, byOwner]));
    await this.connection.networkHelpers.setStorageAt(safe, slot, toBeHex(1, 32));
    const seen = (await this.safe(safe).getFunction("approvedHashes").staticCall(owner, safeTxHash)) as bigint;
    if (seen !== 1n) throw new GovernanceError("ExecutionRefused", `${safe} keeps approvals elsewhere: sign for real`);
  }

  safe(address: string): Contract {
    return safeAt(address, this.executor);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

/** @returns whether the feed answers; one that does not is left as it is */
async function holdFeed(
  { networkHelpers, ethers }: NetworkConnection,
  executor: Signer,
  feed: string,
): Promise<boolean> {
  if (feed === ZeroAddress) return false;
  try {
    const held = await new HeldFeed__factory(executor).deploy(feed);
    await networkHelpers.setCode(feed, await ethers.provider.getCode(await held.getAddress()));
    return true;
  } catch {
    return false;
  }
}
