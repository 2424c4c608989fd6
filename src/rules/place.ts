import type { Deployment, Flag, Pool } from "../deployment/deployment.ts";
import type { Located } from "../deployment/located.ts";
import type { Range } from "../deployment/text.ts";

/** The flag as the engine takes it: the last one of that name. */
export function flagOf(pool: Pool, name: string): Flag | undefined {
  return pool.engine.flags.get(name);
}

/** The value's own word, else the flag's. */
export function wordOf(flag: Flag): Range {
  return flag.valueRange ?? flag.flagRange;
}

/** Where a value stands: its own word, else that of the flag named, else the deployment's anchor. */
export function placeOf(deployment: Deployment, located: Located<unknown> | undefined, flag?: Flag): Range {
  return located?.range ?? (flag ? wordOf(flag) : deployment.anchor);
}

/** The model's word, else the anchor. */
export function modelPlace({ model, anchor }: Deployment): Range {
  return model?.range ?? anchor;
}
