/** Writes package/addresses.ts from deploy/addresses. */
import { writeFileSync } from "node:fs";

import { addressesModule, readDeployments } from "./contents.ts";

const deployments = readDeployments();
writeFileSync(new URL("../../package/addresses.ts", import.meta.url), addressesModule(deployments));
console.log(`package/addresses.ts written: ${deployments.length} deployments`);
