import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Alias, aliasKey } from "../../../src/live/page/aliases/alias.ts";
import { aliases } from "../../../src/live/page/aliases.ts";

/** A row of the catalogue of metrics that the names were read from. */
interface Row {
  readonly server: string;
  readonly metric: string;
  readonly type: string;
  readonly unit: string;
  readonly canonical: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
}

const path = fileURLToPath(new URL("../../../../shared/data/metrics/catalog.json", import.meta.url));
const present = existsSync(path);
if (!present) console.log("test/live/catalogue: the catalogue of metrics is not here; the names were not compared with it");

/** Catalogue names of servers whose pages are told apart otherwise here. */
const servers: Readonly<Record<string, string>> = { "triton-vllm": "triton", common: "unknown" };
/** Words that stand for another of ours: the histogram's short name, or what its label tells. */
const words: Readonly<Record<string, string>> = {
  queue_time_seconds: "queue_seconds",
  prefill_time_seconds: "prefill_seconds",
  decode_time_seconds: "decode_seconds",
};
/** Rows that are read as more exact words than their own, or not at all, each with why. */
const elsewhere: Readonly<Record<string, string>> = {
  "vllm:kv_offload_total_bytes": "told apart by direction, as loads and stores",
  "vllm:kv_offload_total_time": "told apart by direction, as loads and stores",
  "vllm:kv_offload_size": "told apart by direction, as loads and stores",
  "vllm:nixl_num_failed_notifications_total": "a count of its own beside failed transfers",
  "vllm:nixl_num_kv_expired_reqs_total": "a count of its own beside failed transfers",
  python_gc_collections_total: "the client library's own",
  python_gc_objects_collected_total: "the client library's own",
  python_gc_objects_uncollectable_total: "the client library's own",
  request_preprocess_seconds: "a stage by its own name",
  request_postprocess_seconds: "a stage by its own name",
  request_explain_seconds: "a stage by its own name",
};
/** Factor from the catalogue's unit to ours; words that end in their unit keep it. */
const scales: Readonly<Record<string, number>> = {
  ms: 1e-3,
  us: 1e-6,
  MiB: 2 ** 20,
  MB: 2 ** 20,
  mJ: 1e-3,
  "percent 0..100": 1e-2,
  percent: 1e-2,
};
const keepsUnit = /_(?:us|ms)_total$|_ms$|_kv_get$|router_cpu/;

describe.runIf(present)("the table of names and the catalogue", () => {
  const catalogue: { readonly metrics: readonly Row[] } = JSON.parse(present ? readFileSync(path, "utf8") : '{"metrics":[]}');
  const rows = catalogue.metrics.filter(({ canonical }) => canonical !== "");

  it("lose nothing: each metric is read as its word, of its type, in its unit", () => {
    const lost: string[] = [];
    for (const row of rows) {
      const name = row.metric.replace(/\{.*$/, "");
      if (elsewhere[name] ?? elsewhere[`${name}@${row.server}`]) continue;
      // Those of web servers and client libraries are anyone's.
      const speakers = ["unknown", servers[row.server] ?? row.server];
      const own = aliases.filter((alias) => speakers.includes(alias.server) && alias.key === aliasKey(name));
      const word = words[row.canonical] ?? row.canonical;
      const alias = own.find(({ canonical }) => canonical === word || canonical === `${word}_total`);
      if (!alias)
        lost.push(`${row.server} ${row.metric} → ${row.canonical}: ${own.map(({ canonical }) => canonical).join() || "not read"}`);
      else lost.push(...faults(row, alias, own));
    }
    expect(rows.length).toBeGreaterThan(400);
    expect(lost).toEqual([]);
  });

  function faults(row: Row, alias: Alias, own: readonly Alias[]): readonly string[] {
    const found: string[] = [];
    const types = own.filter(({ canonical }) => canonical === alias.canonical).map(({ wire }): string => wire);
    if (!types.includes(row.type)) found.push(`${row.metric} is a ${row.type}, not a ${types.join(" or ")}`);
    const scale = keepsUnit.test(alias.canonical) ? 1 : (scales[row.unit] ?? 1);
    if ((alias.scale ?? 1) !== scale) found.push(`${row.metric} in ${row.unit} is scaled by ${alias.scale ?? 1}`);
    if (row.firstSeen && row.firstSeen !== oldest(row) && !sameRelease(alias.since, row.firstSeen)) {
      found.push(`${row.metric} since ${row.firstSeen}, not ${alias.since}`);
    }
    if (row.lastSeen && row.lastSeen !== newest(row) && !sameRelease(alias.until, row.lastSeen)) {
      found.push(`${row.metric} until ${row.lastSeen}, not ${alias.until}`);
    }
    return found;
  }

  function oldest({ server }: Row): string {
    return server === "vllm" ? "0.4.0.post1" : "0.4.0";
  }

  function newest({ server }: Row): string {
    return server === "vllm" ? "0.32.0" : "0.5.23";
  }

  /** `0.6.6.post1` is the release 0.6.6. */
  function sameRelease(ours: string | undefined, theirs: string): boolean {
    return ours !== undefined && (theirs === ours || theirs.startsWith(`${ours}.`));
  }
});
