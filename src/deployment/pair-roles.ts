import type { Deployment } from "./deployment.ts";
import { nameWithoutRole } from "./pool-role.ts";

/**
 * Prefill and decode engines of one model that stand in workloads of their own are one deployment with two pools. Where a file holds
 * several pairs, their names tell which belong together.
 */
export function pairedByRole(deployments: readonly Deployment[]): Deployment[] {
  const groups = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const key = groupKey(deployment);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(deployment);
    else groups.set(key, [deployment]);
  }
  const partners = new Map<Deployment, Deployment>();
  for (const group of groups.values()) {
    for (const [first, second] of pairs(group)) partners.set(first, second);
  }
  const taken = new Set(partners.values());
  return deployments.filter((one) => !taken.has(one)).map((one) => joined(one, partners.get(one)));
}

/** What a pair has in common: the engine, its launcher and a model that is known. */
function groupKey({ engine, launcher, model, pools }: Deployment): string | undefined {
  const [pool, second] = pools;
  if (!pool || second || pool.role === "mixed" || !model) return undefined;
  return JSON.stringify([engine, launcher, model.value.name]);
}

/** Of one group, the prefill and decode that stand alone, or alone with their name. */
function pairs(group: readonly Deployment[]): (readonly [Deployment, Deployment])[] {
  const whole = onePair(group);
  if (whole) return [whole];
  const byName = new Map<string, Deployment[]>();
  for (const one of group) {
    const name = nameWithoutRole(one.name);
    const same = byName.get(name);
    if (same) same.push(one);
    else byName.set(name, [one]);
  }
  return [...byName.values()].flatMap((same) => {
    const pair = onePair(same);
    return pair ? [pair] : [];
  });
}

/** In the order written. */
function onePair([first, second, ...more]: readonly Deployment[]): readonly [Deployment, Deployment] | undefined {
  if (!first || !second || more.length > 0) return undefined;
  return first.pools[0]?.role === second.pools[0]?.role ? undefined : [first, second];
}

function joined(first: Deployment, second: Deployment | undefined): Deployment {
  if (!second) return first;
  const common = nameWithoutRole(first.name);
  const name = common !== "" && common === nameWithoutRole(second.name) ? common : first.name;
  return { ...first, id: name, name, pools: [...first.pools, ...second.pools] };
}
