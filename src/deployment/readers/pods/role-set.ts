import type { FormatId } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import { isReadable, spanOf } from "../../mapped.ts";
import { roleOfFlags, roleOfWord } from "../../pool-role.ts";
import type { Span } from "../../text.ts";
import type { Unit } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { launchFlags } from "../fields/launch-flags.ts";
import type { Recognised } from "../reader.ts";
import { podCompanions } from "./companions.ts";
import { type PodUnit, podUnits } from "./pod.ts";
import { groupUnits, type PodGroup } from "./pod-group.ts";
import { rootAnchor, workloadName } from "./workload.ts";

/** One role of a set: pods that are alike, or groups of a leader and its workers. */
export interface SetRole {
  /** The role as the list holds it. */
  readonly item: YamlValue;
  /** A pod's spec where each pod is an engine of its own. */
  readonly pods: YamlValue | PodGroup;
  /** What the set's controller puts into the pods' environment. */
  readonly platform: Variables;
  readonly instances: Known<number>;
}

/**
 * The engines of a set whose roles serve together. Prefill and decode make all of them pools of one deployment; roles that have nothing
 * to do with each other are deployments of their own. A set without engines is somebody else's.
 */
export function roleSet(
  root: YamlValue,
  extent: Span,
  format: FormatId,
  roles: readonly SetRole[],
  context: ReaderContext,
): Recognised | undefined {
  const found = roles.map((role) => ({ role, engines: enginesOf(role, context) }));
  const count = found.reduce((sum, { engines }) => sum + engines.length, 0);
  const set = workloadName(root);
  const units = found.flatMap(({ role, engines }) =>
    engines.map(({ container, containerAnchor, ...unit }, i): Unit => {
      const own = [set, nameOf(role), engines.length > 1 ? container : ""].filter((part) => part !== "").join("/");
      return {
        ...unit,
        format,
        name: count > 1 ? own : set,
        anchor:
          count > 1 ? ((i > 0 ? containerAnchor : undefined) ?? anchorOf(role) ?? rootAnchor(root, extent)) : rootAnchor(root, extent),
        extent: role.item.span ?? extent,
        role: unitRole(role, unit, context),
        instances: role.instances,
      };
    }),
  );
  const companions = found.flatMap(({ role, engines }) => podsOf(role).flatMap((pod) => podCompanions(pod, engines)));
  if (units.length === 0) return companions.length > 0 ? { format: null, units, companions } : undefined;
  const kinds = new Set(units.map(({ role }) => role));
  const isJoined = kinds.has("prefill") && kinds.has("decode");
  return {
    format,
    units: isJoined ? units.map((unit) => asPool(unit, set, rootAnchor(root, extent))) : units,
    companions,
  };
}

function enginesOf({ pods, platform }: SetRole, context: ReaderContext): PodUnit[] {
  if ("worker" in pods) return groupUnits(pods, platform, context);
  return podUnits(pods, platform, context).map((unit) => ({ ...unit, groupSize: "one-pod" }));
}

function podsOf({ pods }: SetRole): YamlValue[] {
  return "worker" in pods ? [pods.leader, pods.worker].filter((pod) => pod !== undefined) : [pods];
}

/** The role's name says it, else what the engine is told. */
function unitRole(role: SetRole, unit: Pick<Unit, "launch" | "engine">, context: ReaderContext): Unit["role"] {
  const named = nameOf(role).split(/[-_]/).map(roleOfWord);
  const told = named.find((one) => one !== "mixed");
  return told ?? (unit.launch ? roleOfFlags(launchFlags(unit.launch, context)) : "mixed");
}

function nameOf({ item }: SetRole): string {
  const name = item.at("name").string;
  return isReadable(name) ? name : "";
}

function anchorOf({ item }: SetRole): Span | undefined {
  const name = item.at("name").text();
  return name && spanOf(name);
}

/** Pools bear their roles' names, and the set's lens stands where the set begins. */
function asPool(unit: Unit, set: string, anchor: Span): Unit {
  const name = unit.name.startsWith(`${set}/`) ? unit.name.slice(set.length + 1) : unit.name;
  return { ...unit, name, deployment: set, anchor };
}
