import { growth, hitRateOf, ratesOf, windowsOf } from "../../src/live/series/point.ts";
import type { LivePoint, RoleMeasures } from "../../src/live/snapshot.ts";
import type { Told } from "./columns.ts";

export type Role = RoleMeasures["role"];

/** What one role's servers did since the answer before; undefined where roles are not kept apart. */
export function roleTold(role: Role, { snapshot, state, anew, time }: LivePoint, before: LivePoint | undefined): Told | undefined {
  const own = measuresOf(role, snapshot);
  if (!snapshot || !own) return undefined;
  const earlier = state === "restarted" || anew ? undefined : measuresOf(role, before?.snapshot);
  const seen = { ...snapshot, ...own };
  if (!before || !earlier) return { snapshot: seen, rates: {}, windows: {}, prefixHitRate: null };
  const grown = growth(own, earlier, time - before.time);
  return { snapshot: seen, rates: ratesOf(grown), windows: windowsOf(grown), prefixHitRate: hitRateOf(grown) };
}

function measuresOf(role: Role, snapshot: LivePoint["snapshot"]): RoleMeasures | undefined {
  return snapshot?.perRole?.find((one) => one.role === role);
}
