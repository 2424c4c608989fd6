import { noDirectives, type UnitDirectives } from "./assigned-directives.ts";
import type { Deployment } from "./deployment.ts";
import { type JoinContext, joinUnit } from "./join.ts";
import { withNodes } from "./join-nodes.ts";
import { pairedByRole } from "./pair-roles.ts";
import type { Unit } from "./units.ts";

/** The deployments that a file's units make: units of one deployment become its pools, in the order written, under the first one's lens. */
export function joinUnits(units: readonly Unit[], directives: readonly UnitDirectives[], context: JoinContext): Deployment[] {
  const joined = new Map<string | Unit, Deployment>();
  for (const [i, unit] of units.entries()) {
    const key = unit.deployment ?? unit;
    const own = joinUnit(unit, directives[i] ?? noDirectives, context);
    const before = joined.get(key);
    joined.set(key, before ? withPools(before, own) : own);
  }
  return withUniqueIds(pairedByRole(withNodes([...joined.values()].map(withDecoders))));
}

function withPools(first: Deployment, { model, pools }: Deployment): Deployment {
  return { ...first, model: first.model ?? model, pools: [...first.pools, ...pools] };
}

/** What stands beside a prefill pool of its own deployment decodes, said or not. */
function withDecoders(deployment: Deployment): Deployment {
  const roles = deployment.pools.map(({ role }) => role);
  if (!roles.includes("prefill") || roles.includes("decode")) return deployment;
  return { ...deployment, pools: deployment.pools.map((pool) => (pool.role === "mixed" ? { ...pool, role: "decode" } : pool)) };
}

/** Names as they are, with `#2` … where they repeat. */
function withUniqueIds(deployments: readonly Deployment[]): Deployment[] {
  const seen = new Map<string, number>();
  return deployments.map((deployment) => {
    const { name } = deployment;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? deployment : { ...deployment, id: `${name}#${count}` };
  });
}
