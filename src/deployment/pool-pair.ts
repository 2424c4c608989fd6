import { message } from "./message.ts";
import { type Assumption, gpusOf, type Settled, type SettledPool } from "./settled.ts";

type Pools = Pick<Settled, "pools">;

const has = (role: SettledPool["role"], { pools }: Pools): boolean => pools.some((pool) => pool.role === role);

/** Prefill and decode are apart: caches move between pools. */
export function isPair(settled: Pools): boolean {
  return has("prefill", settled) && has("decode", settled);
}

/** What half of a pair of pools leaves to others that the deployment does not have. */
export function missingRole(settled: Pools): "prefill" | "decode" | undefined {
  if (has("prefill", settled) === has("decode", settled)) return undefined;
  return has("prefill", settled) ? "decode" : "prefill";
}

/** Whether all instances can stand on one node, and the link between them is its own; nobody says that they do not. */
export function isOneNode({ pools }: Pools): boolean {
  const gpus = pools.reduce((sum, pool) => sum + gpusOf(pool), 0);
  return pools.every((pool) => pool.gpu.id === pools[0]?.gpu.id && gpus <= pool.gpusPerNode);
}

/** The network that caches cross, where nobody says how fast it is. */
export function assumedNetwork(settled: Pools): readonly Assumption[] {
  const isGuess = settled.pools.some(({ links }) => links.networkAssumed);
  if (!isGuess || !isPair(settled) || isOneNode(settled)) return [];
  return [{ what: "link", value: "400Gbps", why: message("nobody says how fast the network between the nodes is") }];
}
