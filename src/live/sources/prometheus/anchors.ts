import { type Alias, aliasKey } from "../../page/aliases/alias.ts";
import { aliases } from "../../page/aliases.ts";
import { runsModels } from "../../page/server-kinds.ts";
import type { ServerKind } from "../../snapshot.ts";
import { type Matcher, selectorOfPattern } from "./matchers.ts";
import type { WordNames } from "./names.ts";

const isWhole = ({ where }: Alias): boolean => where === undefined;
const running = aliases.filter((alias) => alias.canonical === "requests_running" && alias.kind === "gauge" && isWhole(alias));
const counted = new Set(running.map(({ server }) => server));
/** Triton says what runs only where its TensorRT-LLM backend does. */
const served = aliases.filter(
  (alias) =>
    alias.canonical === "request_success_total" &&
    alias.kind === "counter" &&
    isWhole(alias) &&
    runsModels(alias.server) &&
    !counted.has(alias.server),
);
/** Which servers there are is read from the series of requests that run, of kinds that have none from those that were served. */
const anchors = [...running, ...served];

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

/** The names of a kind of server by which its servers are joined with what carries no model's name. */
export function anchorNames({ gauges, counters }: WordNames): readonly string[] {
  return (gauges.get("requests_running") ?? counters.get("request_success_total") ?? []).map(({ name }) => name);
}
