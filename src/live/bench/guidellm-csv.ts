import { parsedJson } from "../../catalog/json-text.ts";
import type { BenchmarkRun, Spread } from "./benchmark-run.ts";
import { allWords, at, day, figure, meanLength, positive, spread, words } from "./fields.ts";
import { strategyNamed } from "./guidellm.ts";

/** guidellm's CSV, a strategy a row: since 0.4 under three rows of headings, before it under one. */
export function guidellmCsv(rows: readonly (readonly string[])[]): readonly BenchmarkRun[] | undefined {
  const [first = [], second = [], third = []] = rows;
  const isNew = first.includes("Time to First Token") && second.includes("Successful ms");
  const head = isNew
    ? first.map((group, index) => heading(group, second[index] ?? "", third[index] ?? ""))
    : first.map((title) => title.toLowerCase());
  if (!isNew && !head.includes("successful time to first token ms mean")) return undefined;
  const values = rows.slice(isNew ? 3 : 1).filter((row) => row.length > 1);
  const runs = values.map((row) => runOf(new Map(head.map((title, index) => [title, row[index] ?? ""]))));
  return runs.length === 0 ? undefined : runs;
}

/** The new headings in the words of the old ones: `successful time to first token ms mean`. */
function heading(group: string, name: string, statistic: string): string {
  const metric = metrics.find((one) => one.group === group && one.name === name)?.word;
  return metric === undefined ? `${group} ${name}`.toLowerCase() : `successful ${metric} ${statistic}`.toLowerCase();
}

const metrics: readonly { readonly group: string; readonly name: string; readonly word: string }[] = [
  { group: "Request Latency", name: "Successful Sec", word: "request latency" },
  { group: "Time to First Token", name: "Successful ms", word: "time to first token ms" },
  { group: "Inter Token Latency", name: "Successful ms", word: "inter token latency ms" },
  { group: "Server Throughput", name: "Successful Requests/Sec", word: "requests per second" },
  { group: "Token Metrics", name: "Successful Input Tokens", word: "prompt token count" },
  { group: "Token Metrics", name: "Successful Output Tokens", word: "output token count" },
];

/** Both write the quantiles as one list: minimum, 0.1, 1, 5, 10, 25, 75, 90, 95, 99 %, maximum. */
const places = { p90: 7, p95: 8, p99: 9 } as const;
const oldList = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]";

function runOf(row: ReadonlyMap<string, string>): BenchmarkRun {
  const metric = (word: string, perSecond: number): Spread | null => {
    const list = parsedJson(row.get(`successful ${word} percentiles`) ?? row.get(`successful ${word} ${oldList}`) ?? "");
    return spread((name) => {
      if (name === "mean") return row.get(`successful ${word} mean`);
      return name === "p50" ? row.get(`successful ${word} median`) : at(list, places[name]);
    }, perSecond);
  };
  const mean = (word: string): number | null => figure(row.get(`successful ${word} mean`));
  const label = row.get("benchmark strategy") ?? row.get("name") ?? "";
  const backend = parsedJson(row.get("run info backend") ?? row.get("backend") ?? "");
  const runtime = parsedJson(row.get("runtime info metadata") ?? "");
  const completed = figure(row.get("request counts successful") ?? row.get("successful requests"));
  const output = meanLength(mean("output token count"));
  const requestsPerSecond = positive(mean("requests per second"));
  const [, kind = "", amount = ""] = /^([a-z]+)(?:@([\d.]+))?/.exec(label) ?? [];
  return {
    tool: "guidellm",
    toolVersion: words(at(runtime, "guidellm_version")),
    label,
    date: day(row.get("timings start time") ?? row.get("start time")),
    models: allWords(at(backend, "model")),
    load: {
      ...strategyNamed(kind, { rate: positive(amount), streams: positive(amount) }),
      requests: figure(row.get("request counts total") ?? row.get("total requests")) ?? completed,
    },
    completed,
    failed: figure(row.get("request counts errored") ?? row.get("errored requests")),
    durationSeconds: positive(row.get("timings duration") ?? row.get("duration")),
    promptTokens: meanLength(mean("prompt token count")),
    outputTokens: output,
    ttftSeconds: metric("time to first token ms", 1000),
    // As in its JSON: the first token is not in it.
    tpotSeconds: metric("inter token latency ms", 1000),
    itlSeconds: null,
    e2eSeconds: metric("request latency", 1),
    requestsPerSecond,
    outputTokensPerSecond: requestsPerSecond !== null && output ? requestsPerSecond * output.mean : null,
  };
}
