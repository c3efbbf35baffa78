/** Entry of `make start`: SCENARIO chooses the scenario, SEED another draw of its actors. */
import { findScenario, SCENARIOS } from "./run.ts";

const scenario = process.env.SCENARIO ?? "black-thursday";
const run = findScenario(scenario);
if (run === undefined) {
  console.error(`Unknown scenario "${scenario}". There are: ${SCENARIOS.join(", ")}`);
  process.exitCode = 2;
} else {
  const { SEED: seed } = process.env;
  console.log(await run(seed === "" ? undefined : seed));
}
