import type { Operation as OperationIn, Send } from "../measure.ts";
import type { World } from "./world.ts";

/** An action in a world of ours. */
export type Operation = OperationIn<World>;
export type { Send };
