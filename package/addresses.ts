/** Every deployment by chain id. Written by `npm run package:addresses` from deploy/addresses; do not edit. */
import type { Deployment } from "./deployment.js";

export const addresses: Readonly<Record<number, Deployment>> = {};
