import type { Alias } from "./aliases/alias.ts";
import { renamedFrontend } from "./aliases/dynamo.ts";
import { aliasesOf, serversNaming } from "./aliases.ts";
import type { PageIndex } from "./page-index.ts";
import { type ServerKind, serverKinds } from "./server-kinds.ts";

/** One who speaks on a page, with the names that are read as its own. */
export interface Speaker {
  readonly kind: ServerKind;
  readonly names: readonly Alias[];
}

/** Who speaks on a page, its `writer` where its format told one, first the one that speaks for it; empty where nobody known does. */
export function speakersOn(page: PageIndex, writer: ServerKind | undefined): readonly Speaker[] {
  const named = new Set<ServerKind>();
  for (const key of page.keys()) for (const kind of serversNaming(key) ?? []) named.add(kind);
  const speakers: Speaker[] = [];
  for (const kind of serverKinds) {
    const names = aliasesOf(kind);
    if (kind === writer || (named.has(kind) && speaks(kind, names, page))) speakers.push({ kind, names });
  }
  if (named.has("dynamo")) return speakers;
  const names = renamedFrontend(page.keys());
  return names.length > 0 ? [...speakers, { kind: "dynamo", names }] : speakers;
}

const tellsNim: ReadonlySet<string> = new Set([
  "num_requests_running",
  "num_requests_waiting",
  "gpu_cache_usage_perc",
  "time_to_first_token_seconds",
  "time_per_output_token_seconds",
]);

function speaks(kind: ServerKind, names: readonly Alias[], page: PageIndex): boolean {
  switch (kind) {
    case "triton":
      return names.some((alias) => alias.key.startsWith("nv_") && page.has(alias));
    // A router writes the names of the engines behind it, with the label `server`.
    case "vllm":
      return names.some((alias) => page.has(alias) && !everySeriesHas(page, alias, "server"));
    case "production-stack-router":
      return names.some((alias) => page.has(alias) && everySeriesHas(page, alias, "server"));
    // Its names have no prefix: some of them stand on pages of other kinds.
    case "nim":
      return names.some((alias) => tellsNim.has(alias.name) && page.has(alias));
    default:
      return names.some((alias) => page.has(alias));
  }
}

function everySeriesHas(page: PageIndex, alias: Alias, label: string): boolean {
  return page.family(alias)?.samples.every(({ labels }) => labels[label] !== undefined) ?? false;
}
