import { type Message, message } from "../message.ts";
import type { Settled, SettledPool } from "../settled.ts";
import { distServePool } from "./distserve.ts";
import { type InfiniteLlm, infiniteLlmPool } from "./infinite-llm.ts";
import { limitedMooncake, mooncakePool } from "./mooncake.ts";
import { type Sarathi, sarathiPool } from "./sarathi.ts";
import { splitwisePool } from "./splitwise.ts";
import { type System, systemTitles } from "./system.ts";
import { tetriinferPool } from "./tetriinfer.ts";
import { twoPools } from "./two-pools.ts";

/** A deployment as its system runs it, or why that is impossible. */
export type Served =
  | { readonly settled: Settled; readonly problem?: undefined }
  | { readonly settled?: undefined; readonly problem: Message };

/** Instances that do all of a request. */
function together(settled: Settled, title: string, poolOf: (pool: SettledPool) => SettledPool): Served {
  if (settled.pools.some(({ role }) => role !== "mixed"))
    return { problem: message("{0} has no pools of their own for prompts and answers: each of its instances does both.", title) };
  return { settled: { ...settled, pools: settled.pools.map(poolOf) } };
}

/** Blocks are lent between instances that do all of a request. */
function lending(settled: Settled, title: string, system: InfiniteLlm): Served {
  if (settled.pools.some(({ layout }) => layout.attentionData > 1))
    return {
      problem: message("{0} lends blocks between instances; attention replicas of one engine in lock-step have none to lend.", title),
    };
  return together(settled, title, (pool) => infiniteLlmPool(pool, system));
}

/** The same GPUs in the pools that the system needs, with its engines' schedulers. Without a system it is the deployment itself. */
export function servedBySystem(settled: Settled): Served {
  const { system } = settled;
  if (!system) return { settled };
  const title = systemTitles[system.kind];
  if (system.kind === "infinite-llm") return lending(settled, title, system);
  if (system.kind === "sarathi") return together(settled, title, (pool) => sarathiPool(pool, system));
  if (system.kind !== "splitwise" && new Set(settled.pools.map(({ role }) => role === "mixed")).size > 1)
    return { problem: message("{0} has no instances that do both beside those for prompts and for answers.", title) };
  const { pools, problem } = twoPools(settled.pools, title, system.prefillInstances);
  if (!pools) return { problem };
  const limited = system.kind === "mooncake" ? limitedMooncake(system, settled.slo) : system;
  return { settled: { ...settled, system: limited, pools: pools.map((pool) => poolOf(pool, limited)) } };
}

function poolOf(pool: SettledPool, system: Exclude<System, InfiniteLlm | Sarathi>): SettledPool {
  switch (system.kind) {
    case "distserve":
      return distServePool(pool, system);
    case "splitwise":
      return splitwisePool(pool, system);
    case "tetriinfer":
      return tetriinferPool(pool, system);
    case "mooncake":
      return mooncakePool(pool, system);
    default: {
      const never: never = system;
      return never;
    }
  }
}
