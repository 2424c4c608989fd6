import { noDirectives, type UnitDirectives } from "./assigned-directives.ts";
import type { Calibration } from "./calibration.ts";
import type { Deployment } from "./deployment.ts";
import { type JoinContext, joinUnit } from "./join.ts";
import { withNodes } from "./join-nodes.ts";
import { pairedByRole } from "./pair-roles.ts";
import type { Unit } from "./units.ts";

/**
 * The deployments that a file's units make. Of the units that stand in one document, those of one deployment become its pools, in the
 * order written, under the first one's lens. Directives are those of all units in turn.
 */
export function joinUnits(
  documents: readonly (readonly Unit[])[],
  directives: readonly UnitDirectives[],
  context: JoinContext,
): Deployment[] {
  const given = directives.values();
  const joined = documents.flatMap((units) => {
    const own = units.map((unit) => ({ unit, deployment: joinUnit(unit, given.next().value ?? noDirectives, context) }));
    return withPools(own);
  });
  const deployments = withUniqueIds(pairedByRole(withNodes(joined.map(withDecoders))));
  return deployments.map((deployment) => withCalibrations(deployment, context.surroundings.calibrations));
}

function withPools(found: readonly { readonly unit: Unit; readonly deployment: Deployment }[]): Deployment[] {
  const joined = new Map<string | Unit, Deployment>();
  for (const { unit, deployment } of found) {
    const key = unit.deployment ?? unit;
    const first = joined.get(key);
    const localPrompts = first?.localPrompts ?? deployment.localPrompts;
    const whole = first && {
      ...first,
      model: first.model ?? deployment.model,
      pools: [...first.pools, ...deployment.pools],
      ...(localPrompts ? { localPrompts } : {}),
    };
    joined.set(key, whole ?? deployment);
  }
  return [...joined.values()];
}

/** What stands beside a prefill pool of its own deployment decodes, said or not. */
function withDecoders(deployment: Deployment): Deployment {
  const roles = deployment.pools.map(({ role }) => role);
  if (!roles.includes("prefill") || roles.includes("decode")) return deployment;
  return { ...deployment, pools: deployment.pools.map((pool) => (pool.role === "mixed" ? { ...pool, role: "decode" } : pool)) };
}

function withCalibrations(deployment: Deployment, all: readonly Calibration[]): Deployment {
  const calibrations = all.filter((one) => one.deployment === deployment.id);
  return calibrations.length === 0 ? deployment : { ...deployment, calibrations };
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
