import { type Alias, aliasKey } from "../../aliases/alias.ts";
import { aliases } from "../../aliases.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, ServerKind } from "../../snapshot.ts";

/** The names of a store under which a kind of server publishes each canonical word, newest first; several in the middle of an upgrade. */
export interface WordNames {
  readonly kind: ServerKind;
  readonly gauges: ReadonlyMap<CanonicalGauge, readonly string[]>;
  readonly counters: ReadonlyMap<CanonicalCounter, readonly string[]>;
  /** Without `_bucket`. */
  readonly histograms: ReadonlyMap<CanonicalHistogram, readonly string[]>;
}

/** What can stand in PromQL without quotes. */
const legal = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A question each: what a page draws and a measured load is made of. */
const asked: ReadonlySet<string> = new Set([
  "requests_running",
  "requests_waiting",
  "kv_cache_usage",
  "prompt_tokens_total",
  "generation_tokens_total",
  "request_success_total",
  "preemptions_total",
  "prefix_cache_queries_total",
  "prefix_cache_hits_total",
  "ttft_seconds",
  "itl_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "queue_seconds",
  "prefill_seconds",
  "decode_seconds",
  "request_prompt_tokens",
  "request_generation_tokens",
]);

/** Whether a name alone tells the figure, in the canonical unit. */
function isPlain({ canonical, wire, kind, where, scale, second }: Alias): boolean {
  return asked.has(canonical) && wire === kind && where === undefined && scale === undefined && second === undefined;
}

/** Reads from a store's list of names which canonical words it holds of a kind of server. */
export function wordNames(names: readonly string[], kind: ServerKind): WordNames {
  const present = new Map<string, string[]>();
  const add = (key: string, name: string): void => {
    const same = present.get(key);
    if (same) same.push(name);
    else present.set(key, [name]);
  };
  for (const name of names) {
    if (!legal.test(name)) continue;
    if (name.endsWith("_bucket")) add(`histogram ${aliasKey(name.slice(0, -"_bucket".length))}`, name.slice(0, -"_bucket".length));
    else add(`single ${aliasKey(name)}`, name);
  }
  const namesOf = ({ kind, key }: Alias): readonly string[] => present.get(`${kind === "histogram" ? kind : "single"} ${key}`) ?? [];
  const gauges = new Map<CanonicalGauge, string[]>();
  const counters = new Map<CanonicalCounter, string[]>();
  const histograms = new Map<CanonicalHistogram, string[]>();
  for (const alias of aliases.filter(isPlain)) {
    if (alias.server !== kind) continue;
    switch (alias.kind) {
      case "gauge":
        append(gauges, alias.canonical, namesOf(alias));
        break;
      case "counter":
        append(counters, alias.canonical, namesOf(alias));
        break;
      case "histogram":
        append(histograms, alias.canonical, namesOf(alias));
        break;
    }
  }
  return { kind, gauges, counters, histograms };
}

function append<Word>(found: Map<Word, string[]>, word: Word, names: readonly string[]): void {
  if (names.length > 0) found.set(word, [...(found.get(word) ?? []), ...names]);
}
