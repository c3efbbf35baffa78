/** Writes the ABIs of the present version into deploy/abis; those of other versions stay as they are. */
import { packageVersion } from "../lib/version.ts";
import { writeAbis } from "./contents.ts";

console.log(`${await writeAbis(packageVersion())} written`);
