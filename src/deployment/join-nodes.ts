import type { Deployment, Hardware, Pool } from "./deployment.ts";
import { flagNumber, isOn } from "./flag-sizes.ts";
import type { Known } from "./located.ts";
import { message } from "./message.ts";

/**
 * Nodes of one engine that stand in workloads of their own (`--node-rank 1`, `--headless`) belong to the one that leads them: it has the
 * GPUs of all. Without a leader beside them, or with several, nothing is joined.
 */
export function withNodes(deployments: readonly Deployment[]): Deployment[] {
  const leaders = new Map<string, Deployment[]>();
  const followers = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const key = engineKey(deployment);
    if (key === undefined) continue;
    const side = isFollower(deployment.pools[0]) ? followers : leaders;
    side.set(key, [...(side.get(key) ?? []), deployment]);
  }
  const taken = new Set<Deployment>();
  const joined = new Map<Deployment, Deployment>();
  for (const [key, group] of followers) {
    const [leader, second] = leaders.get(key) ?? [];
    if (!leader || second) continue;
    joined.set(leader, withFollowers(leader, group));
    for (const one of group) taken.add(one);
  }
  return deployments.filter((one) => !taken.has(one)).map((one) => joined.get(one) ?? one);
}

/** What the nodes of an engine have in common; undefined for one that is told of no others. */
function engineKey({ engine, model, pools }: Deployment): string | undefined {
  const [pool, second] = pools;
  if (!pool || second || !model) return undefined;
  const { flags } = pool.engine;
  const sizes = ["nnodes", "data-parallel-size"].map((name) => flagNumber(flags, name)?.value ?? 1);
  return sizes.some((size) => size > 1) || isOn(flags, "headless") ? JSON.stringify([engine, model.value.name, pool.role]) : undefined;
}

function isFollower(pool: Pool | undefined): boolean {
  if (!pool) return false;
  const { flags } = pool.engine;
  const ranks = ["node-rank", "data-parallel-start-rank", "data-parallel-rank"].map((name) => flagNumber(flags, name)?.value ?? 0);
  return isOn(flags, "headless") === true || ranks.some((rank) => rank > 0);
}

/** The leader's pool over all nodes, where these are as many as its flags say. */
function withFollowers(leader: Deployment, followers: readonly Deployment[]): Deployment {
  const [pool] = leader.pools;
  if (!pool) return leader;
  const others = followers.flatMap(({ pools }) => pools).map(({ hardware, instances }) => ({ hardware, copies: instances?.value ?? 1 }));
  const all = [{ hardware: pool.hardware, copies: 1 }, ...others];
  const nodes = all.reduce((total, { copies }) => total + copies, 0);
  const told = flagNumber(pool.engine.flags, "nnodes")?.value ?? nodes;
  if (told !== nodes) return leader;
  const hardware: Hardware = {
    ...pool.hardware,
    nodes: { value: nodes, origin: "inferred", why: message("this workload and those of its other nodes") },
    gpusPerInstance: gpusOf(all),
  };
  return { ...leader, pools: [{ ...pool, hardware }] };
}

function gpusOf(nodes: readonly { readonly hardware: Hardware; readonly copies: number }[]): Known<number> {
  let value = 0;
  for (const { hardware, copies } of nodes) {
    if (!hardware.gpusPerNode) return undefined;
    value += hardware.gpusPerNode.value * copies;
  }
  const first = nodes[0]?.hardware.gpusPerNode;
  return first && { ...first, value };
}
