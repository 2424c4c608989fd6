import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { compareVersions, parseVersion } from "../../../src/deployment/version.ts";
import { aliasesOf } from "../../../src/live/page/aliases.ts";
import { whyNotOffered } from "../../../src/live/page/not-offered.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { family, histogramLines, snapshotOfText } from "../servers/pages.ts";

interface Row {
  readonly server: string;
  readonly metric: string;
  readonly type: string;
  readonly canonical: string;
  readonly firstSeen?: string;
  readonly lastSeen?: string;
}

const path = fileURLToPath(new URL("../../../../shared/data/metrics/catalog.json", import.meta.url));
const present = existsSync(path);
if (!present)
  console.log("test/live/catalogue-releases: the catalogue of metrics is not here; pages of each release were not made from it");
const catalogue: { readonly metrics: readonly Row[]; readonly versionsCompared: Readonly<Record<string, readonly string[]>> } = JSON.parse(
  present ? readFileSync(path, "utf8") : '{"metrics":[],"versionsCompared":{}}',
);

const releases = (["vllm", "sglang"] as const).flatMap((server) =>
  (catalogue.versionsCompared[server] ?? []).map((release) => ({ server, release })),
);

function order(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return left && right ? compareVersions(left, right) : 0;
}

/** The rows that a release has, without those whose label the catalogue gives with the name. */
function rowsOf(server: string, release: string): readonly Row[] {
  return catalogue.metrics.filter(
    (row) =>
      row.server === server &&
      row.canonical !== "" &&
      !row.metric.includes("{") &&
      (row.firstSeen === undefined || order(row.firstSeen, release) <= 0) &&
      (row.lastSeen === undefined || order(release, row.lastSeen) <= 0),
  );
}

/** One series a family; its value, or its count, is the row's place. */
function pageOf(rows: readonly Row[]): string {
  return rows
    .map(({ metric, type }, at) => {
      if (type === "histogram")
        return histogramLines(
          metric,
          'model_name="m"',
          [
            ["1", at + 1],
            ["+Inf", at + 1],
          ],
          at + 1,
        );
      if (type === "summary") return `# TYPE ${metric} summary\n${metric}_sum{model_name="m"} 1\n${metric}_count{model_name="m"} ${at + 1}`;
      return family(metric, type, `{model_name="m"} ${at + 1}`);
    })
    .join("\n");
}

/** The value or count of a single figure; undefined for what comes apart by a label. */
function figureOf(word: string, { gauges, counters, histograms, means = {} }: Snapshot): number | undefined {
  const short = word.replace(/_time_seconds$/, "_seconds");
  const figures: Readonly<Record<string, number | undefined>> = { ...gauges, ...counters, ...means };
  const taken: Readonly<Record<string, { readonly total: number } | undefined>> = { ...histograms };
  return figures[word] ?? figures[`${word}_total`] ?? figures[short] ?? taken[word]?.total ?? taken[short]?.total;
}

/** Words that a page without their labels cannot give, or whose unit is another on the wire. */
const elsewhere =
  /_by_|_info$|^engine_sleep_state$|^tokens_by_mode$|^kv_offload_|^kv_transfer_|_per_pos|^lora_|^requests_aborted|^request_errors|^prefill_seconds|^decode_seconds|^stage_seconds|^prefill_time|^decode_time/;

describe.runIf(present)("a page of each release that was compared", () => {
  it.each(releases)("$server $release: every figure under the name of that release", ({ server, release }) => {
    const rows = rowsOf(server, release);
    expect(rows.length).toBeGreaterThan(5);
    const shot = snapshotOfText(pageOf(rows));
    expect(shot.server).toMatchObject({ kind: server, model: "m", engines: 1 });
    const wrong: string[] = [];
    for (const word of new Set(rows.map(({ canonical }) => canonical).filter((one) => !elsewhere.test(one)))) {
      const values = rows.flatMap(({ canonical }, at) => (canonical === word ? [at + 1] : []));
      const figure = figureOf(word, shot);
      if (figure === undefined || !values.includes(figure)) wrong.push(`${word}: ${figure}, not one of ${values.join()}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(releases)("$server $release: what it has not is told with the release that has it", ({ server, release }) => {
    const rows = rowsOf(server, release);
    const shot = snapshotOfText(pageOf(rows));
    const wrong: string[] = [];
    for (const row of catalogue.metrics.filter((one) => one.server === server && one.canonical !== "" && !rows.includes(one))) {
      const alias = aliasesOf(server).find(({ canonical }) => canonical === row.canonical);
      if (!alias || alias.kind === "info" || rows.some(({ canonical }) => canonical === row.canonical)) continue;
      const why = whyNotOffered(alias.canonical, shot, release);
      const words = why === undefined ? "" : plain(why);
      if (why && !/^(?:since|until|not on the page|only with)/.test(words)) wrong.push(`${row.canonical}: ${words}`);
    }
    expect(wrong).toEqual([]);
  });
});
