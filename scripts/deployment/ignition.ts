/** Runs an Ignition module with a journal on disk, on any kind of network, so that what was interrupted goes on. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import {
  errorDeploymentResultToExceptionMessage,
  HardhatArtifactResolver,
} from "@nomicfoundation/hardhat-ignition/helpers";
import {
  deploy,
  type DeploymentParameters,
  DeploymentResultType,
  type ExecutionEventListener,
  getVerificationInformation,
  type IgnitionModule,
  type IgnitionModuleResult,
  type VerifyInfo,
} from "@nomicfoundation/ignition-core";
import { id } from "ethers";
import hre from "hardhat";

import { type Connection } from "../lib/chain.ts";

/** A deployment that stopped; running again goes on where it did. */
export class DeploymentStopped extends Error {
  override readonly name = "DeploymentStopped";
}

/** Deploys a module under a name; gives addresses by future id. */
export type Runner = (
  name: string,
  module: IgnitionModule<string, string, IgnitionModuleResult<string>>,
  parameters: DeploymentParameters,
  create2Salt?: string | null,
) => Promise<ReadonlyMap<string, string>>;

/**
 * @param directory where the journals of this chain are
 * @param onStep called after each step that has been taken
 */
export function ignitionRunner(connection: Connection, directory: string, onStep: (step: string) => void): Runner {
  return async (name, ignitionModule, deploymentParameters, create2Salt = null) => {
    const deploymentDir = join(directory, name);
    mkdirSync(directory, { recursive: true });
    const accounts = (await connection.provider.request({ method: "eth_accounts" })) as string[];
    const result = await deploy({
      config: {},
      provider: connection.provider,
      deploymentDir,
      executionEventListener: listener(onStep),
      artifactResolver: new HardhatArtifactResolver(hre.artifacts),
      ignitionModule,
      deploymentParameters,
      accounts,
      ...(create2Salt === null ? {} : { strategy: "create2" as const, strategyConfig: { salt: id(create2Salt) } }),
    });
    if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
      const message = errorDeploymentResultToExceptionMessage(result);
      throw new DeploymentStopped(`${message}\n\nThe journal is ${deploymentDir}; running again goes on from there.`);
    }
    return new Map(Object.values(result.contracts).map(({ id: future, address }) => [future, address]));
  };
}

/** What a journal says of every contract it deployed. */
export async function deployedContracts(directory: string, name: string): Promise<VerifyInfo[]> {
  const contracts: VerifyInfo[] = [];
  for await (const info of getVerificationInformation(join(directory, name))) {
    if (typeof info === "string") throw new RangeError(`the journal has no artifact of ${info}`);
    contracts.push(info);
  }
  return contracts;
}

/** Ignition has a callback for each kind of event; only completed steps are of interest. */
function listener(onStep: (step: string) => void): ExecutionEventListener {
  const ignore = (): Promise<void> => Promise.resolve();
  const completed = (event: { futureId: string }): Promise<void> => {
    onStep(event.futureId);
    return Promise.resolve();
  };
  return new Proxy({} as ExecutionEventListener, {
    get: (_target, event) => (String(event).endsWith("ExecutionStateComplete") ? completed : ignore),
  });
}
