import type { Message } from "../message.ts";
import type { Settled, SettledPool } from "../settled.ts";
import { distServePool } from "./distserve.ts";
import { splitwisePool } from "./splitwise.ts";
import { type System, systemTitles } from "./system.ts";
import { twoPools } from "./two-pools.ts";

/** A deployment as its system runs it, or why that is impossible. */
export type Served =
  | { readonly settled: Settled; readonly problem?: undefined }
  | { readonly settled?: undefined; readonly problem: Message };

/** The same GPUs in the pools that the system needs, with its engines' schedulers. Without a system it is the deployment itself. */
export function servedBySystem(settled: Settled): Served {
  const { system } = settled;
  if (!system) return { settled };
  const { pools, problem } = twoPools(settled.pools, systemTitles[system.kind], system.prefillInstances);
  return pools ? { settled: { ...settled, pools: pools.map((pool) => poolOf(pool, system)) } } : { problem };
}

function poolOf(pool: SettledPool, system: System): SettledPool {
  switch (system.kind) {
    case "distserve":
      return distServePool(pool, system);
    case "splitwise":
      return splitwisePool(pool, system);
    default: {
      const never: never = system;
      return never;
    }
  }
}
