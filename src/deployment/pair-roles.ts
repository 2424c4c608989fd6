import type { Deployment } from "./deployment.ts";
import { nameWithoutRole, type Role } from "./pool-role.ts";

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

function pairs(group: readonly Deployment[]): (readonly [Deployment, Deployment])[] {
  const ofRole = (role: Role): Deployment[] => group.filter(({ pools }) => pools[0]?.role === role);
  const prefills = ofRole("prefill");
  const decodes = ofRole("decode");
  const alone = prefills.length === 1 && decodes.length === 1;
  return prefills.flatMap((prefill) => {
    const name = nameWithoutRole(prefill.name);
    const fitting = alone ? decodes : decodes.filter((decode) => nameWithoutRole(decode.name) === name);
    const [decode, other] = fitting;
    const rivals = alone ? [prefill] : prefills.filter((one) => nameWithoutRole(one.name) === name);
    if (!decode || other || rivals.length > 1) return [];
    return [group.indexOf(prefill) < group.indexOf(decode) ? [prefill, decode] : [decode, prefill]];
  });
}

function joined(first: Deployment, second: Deployment | undefined): Deployment {
  if (!second) return first;
  const common = nameWithoutRole(first.name);
  const name = common !== "" && common === nameWithoutRole(second.name) ? common : first.name;
  return { ...first, id: name, name, pools: [...first.pools, ...second.pools] };
}
