import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type ApiAnswer, namesIn, readApi, seriesIn, seriesLeftOut } from "../../../src/live/sources/prometheus/answer.ts";
import { wordNames } from "../../../src/live/sources/prometheus/names.ts";
import { configuredInterval } from "../../../src/live/sources/prometheus/scraping.ts";
import { shapeOf } from "../../../src/live/sources/prometheus/shape.ts";
import { targetsIn, targetsOf } from "../../../src/live/sources/prometheus/targets.ts";
import { captureText } from "../page/captures.ts";

function dataOf(answer: ApiAnswer): unknown {
  if (answer.kind !== "data") throw new Error(`no data: ${JSON.stringify(answer)}`);
  return answer.data;
}

const stored = (name: string) => dataOf(readApi(captureText(`prometheus-api/${name}.json`)));

describe("answers of a Prometheus 2.42", () => {
  it("are read as series with numbers, NaN among them", () => {
    const series = seriesIn(stored("prefix_hit")) ?? [];
    expect(series.map(({ labels }) => labels.instance)).toEqual(["127.0.0.1:8012", "127.0.0.1:8011"]);
    expect(series[0]?.samples[0]).toEqual([1795221284, 0.33024134030286334]);
    expect(series[0]?.samples.at(-1)).toEqual([1795221484, Number.NaN]);
    expect(series.map(({ samples }) => samples.length)).toEqual([21, 28]);
  });

  it("name what the store has, under the canonical words", () => {
    const names = wordNames(namesIn(stored("names")), "vllm");
    const of = (words: ReadonlyMap<string, readonly { readonly name: string }[]>, word: string) => words.get(word)?.map(({ name }) => name);
    expect(of(names.gauges, "kv_cache_usage")).toEqual(["vllm:kv_cache_usage_perc"]);
    expect(of(names.counters, "request_success_total")).toEqual(["vllm:request_success_total"]);
    // A server that still has the old name beside one that has the new: the new one first.
    expect(of(names.histograms, "itl_seconds")).toEqual(["vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"]);
  });

  it("tell each target's interval, and why it is down", () => {
    const targets = targetsIn(stored("targets"));
    expect(targets.map(({ up, intervalSeconds }) => [up, intervalSeconds])).toEqual([
      [false, 2],
      [true, 2],
      [true, 2],
      [true, 2],
    ]);
    expect(targets[0]?.lastError).toContain("connection refused");
    expect(targetsIn(stored("targets-with-401"))[0]?.lastError).toBe("server returned HTTP status 401 Unauthorized");
    const sets = (seriesIn(stored("running")) ?? []).map(({ labels }) => labels);
    const { targetLabels } = shapeOf(sets, "vllm");
    expect(targetLabels).toEqual(["job", "instance"]);
    const related = targetsOf(targets, sets, targetLabels);
    expect(related.map(({ labels }) => labels.instance)).toEqual(["127.0.0.1:8012", "127.0.0.1:8013", "127.0.0.1:8011"]);
    expect(configuredInterval(related)).toBe(2);
    expect(configuredInterval([])).toBeNull();
  });

  it("say in the store's words what was wrong with a query", () => {
    expect(readApi(captureText("prometheus-api/error-parse.json"))).toEqual({
      kind: "error",
      errorType: "bad_data",
      error: 'invalid parameter "query": 1:88: parse error: unclosed left parenthesis',
    });
  });
});

describe("answers of other stores", () => {
  it.each([
    ["a page", "<html>"],
    ["no JSON object", "[1]"],
    ["another API", '{"message":"Unauthorized"}'],
    ["a status of its own", '{"status":"ok","data":[]}'],
    ["nothing", ""],
  ])("%s is no answer of the API", (_, text) => {
    expect(readApi(text)).toEqual({ kind: "foreign" });
  });

  it("keep warnings and what is partial", () => {
    const text =
      '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]},"warnings":["no store matched"],"infos":[3]}';
    expect(readApi(text)).toMatchObject({
      notices: ["the answer is partial: a part of the store did not answer", "no store matched"],
    });
  });

  it("an empty result is no series, not an idle one", () => {
    expect(seriesIn({ resultType: "vector", result: [] })).toEqual([]);
    expect(seriesIn({ resultType: "streams", result: [] })).toBeUndefined();
  });

  it("are read up to 50,000 series, and how many are left out is known", () => {
    const result = Array.from({ length: 50_003 }, (_, i) => ({ metric: { i: String(i) }, value: [1, "1"] }));
    const data = { resultType: "vector", result };
    expect([seriesIn(data)?.length, seriesLeftOut(data)]).toEqual([50_000, 3]);
    expect([seriesLeftOut({ resultType: "vector", result: [] }), seriesLeftOut([])]).toEqual([0, 0]);
  });

  it("infinities and scalars are numbers too; what is malformed is left out", () => {
    const result = [
      { metric: { a: "1" }, value: [1.5, "+Inf"] },
      { metric: { a: "2" }, value: [1.5, "-Inf"] },
      { metric: { a: "3" }, value: [1.5, 7] },
      { metric: { a: "4" }, histogram: [1.5, {}] },
      null,
    ];
    expect(seriesIn({ resultType: "vector", result })?.map(({ samples }) => samples[0]?.[1])).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(seriesIn({ resultType: "scalar", result: [3, "3.25"] })).toEqual([{ labels: {}, samples: [[3, 3.25]] }]);
  });
});

const folder = resolve(import.meta.dirname, "../../../../shared/data/metrics/captures/prometheus-api");
const present = existsSync(folder);
if (!present) console.log(`There are no further answers of stores at ${folder}: they were not read.`);

describe.runIf(present)("every stored answer", () => {
  const files = present ? readdirSync(folder) : [];
  it.each(files)("%s is read whole", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const answer = readApi(text);
    expect(answer.kind).toBe(file.startsWith("error") ? "error" : "data");
    const { data } = JSON.parse(text);
    if (data?.resultType !== "matrix") return;
    const samples = (seriesIn(dataOf(answer)) ?? []).flatMap((series) => series.samples);
    const raw: [number, string][] = data.result.flatMap((one: { values: [number, string][] }) => one.values);
    expect(samples).toEqual(raw.map(([time, value]) => [time, Number(value)]));
  });
});
