import { aliasKey } from "../../page/aliases/alias.ts";
import { aliases } from "../../page/aliases.ts";
import type { ServerKind } from "../../snapshot.ts";
import { type Matcher, selectorOfPattern } from "./matchers.ts";

/** Which servers there are is read from the series of requests that run: every kind of server has them. */
export const anchorWord = "requests_running";
const anchors = aliases.filter(({ canonical, kind, where }) => canonical === anchorWord && kind === "gauge" && where === undefined);

/** Chooses the series that every server publishes, whatever its kind; Ray Serve writes `:` as `_`, and `ray_` in front. */
export function anchorSelector(matchers: readonly Matcher[]): string {
  const names = new Set(anchors.map(({ key }) => key.replace("_", "[:_]")));
  return selectorOfPattern(`(?:ray_)?(?:${[...names].join("|")})`, matchers);
}

/** The kind of server that publishes such a series. */
export function kindOf(labels: Readonly<Record<string, string>>): ServerKind {
  const key = aliasKey(labels.__name__ ?? "");
  return anchors.find((alias) => alias.key === key)?.server ?? "unknown";
}
