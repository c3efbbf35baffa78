/** `make deploy NETWORK=<name>`: shows a plan, asks, deploys, hands over, looks at the chain, writes the address file. */
import { addressFilePath } from "../lib/addresses.ts";
import { Progress } from "../lib/progress.ts";
import { agree, OK, runCommand, wantsJson } from "./cli.ts";
import { deployNetwork, type DeploymentPlan } from "./deploy.ts";
import { printedContracts, printedPlan, printedSources } from "./print.ts";
import { openSession } from "./session.ts";

/** Steps of the Ignition modules, for the bar only. */
const STEPS = 72;

await runCommand(async () => {
  const { name, file, connection } = await openSession();
  const progress = new Progress();
  let done = 0;
  const confirm = async (plan: DeploymentPlan): Promise<boolean> => {
    if (!wantsJson()) console.log(`${printedPlan(plan)}\n\nSources of the addresses\n${printedSources(file)}`);
    if (!file.network.isLocal && !(await agree(name))) return false;
    progress.start("Deploying", STEPS);
    return true;
  };
  const onStep = (step: string): void => {
    done += 1;
    progress.update(Math.min(done, STEPS), step);
  };
  const record = await deployNetwork({ name, file, connection, confirm, onStep });
  progress.finish(done === 0 ? "nothing was left to do" : `${done} steps`);
  await connection.close();
  console.log(
    wantsJson() ? JSON.stringify(record) : `\n${printedContracts(record)}\n${addressFilePath(record.chainId)}`,
  );
  if (!file.network.isLocal) console.error("Commit the address file, and `npm run package:addresses` for integrators.");
  return OK;
});
