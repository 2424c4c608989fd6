import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kindOf } from "../../../src/live/sources/prometheus/anchors.ts";
import { namesIn } from "../../../src/live/sources/prometheus/answer.ts";
import { equalTo, readMatchers, selector, selectorOfAll } from "../../../src/live/sources/prometheus/matchers.ts";
import { wordNames } from "../../../src/live/sources/prometheus/names.ts";
import { duration, lookQueries } from "../../../src/live/sources/prometheus/queries.ts";
import { engineOf, memberOf, shapeOf } from "../../../src/live/sources/prometheus/shape.ts";
import { captureText } from "../captures.ts";

type Labels = Readonly<Record<string, string>>;

const pod = (name: string, more: Labels = {}): Labels => ({
  job: "vllm",
  namespace: "prod",
  instance: `10.0.0.1:8000/${name}`,
  pod: name,
  ...more,
});

/** The three texts, one question a line. */
function textOf(names: readonly string[], sets: readonly Labels[], matchers = "namespace=prod", windowSeconds = 60): string {
  const kind = names.map((name) => kindOf({ __name__: name })).find((one) => one !== "unknown") ?? "unknown";
  const queries = lookQueries({
    names: wordNames(names, kind),
    shape: shapeOf(sets),
    matchers: readMatchers(matchers) ?? [],
    windowSeconds,
  });
  return Object.values(queries)
    .map((query) => query.replaceAll(" or label_replace(", "\nor label_replace("))
    .join("\n\n");
}

/** Names of a store that scrapes SGLang 0.5.23. */
const sglang = [
  "num_running_reqs num_queue_reqs token_usage prompt_tokens_total generation_tokens_total num_requests_total num_retracted_requests_total",
  "cached_tokens_total time_to_first_token_seconds_bucket inter_token_latency_seconds_bucket e2e_request_latency_seconds_bucket",
  "queue_time_seconds_bucket prompt_tokens_histogram_bucket generation_tokens_histogram_bucket",
]
  .flatMap((line) => line.split(" "))
  .map((name) => `sglang:${name}`);

describe("PromQL", () => {
  it.each([
    ["vllm", namesIn(JSON.parse(captureText("prometheus-api/names.json")).data), { engine: "0" }],
    ["sglang", sglang, { dp_rank: "0", tp_rank: "0" }],
  ] as const)("of all that a store has of %s", (server, names, labels) => {
    const file = join(import.meta.dirname, "golden", `promql-${server}.txt`);
    const text = `${textOf(names, [pod("a", labels), pod("b", labels)])}\n`;
    if (process.env.UPDATE === "1") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  it("takes the new name of a word where a server has both, and either in the middle of an upgrade", () => {
    const text = textOf(
      ["vllm:num_requests_running", "vllm:gpu_cache_usage_perc", "vllm:kv_cache_usage_perc"],
      [{ instance: "a" }],
      "job=x",
    );
    expect(text).toContain(
      'label_replace(avg by (instance) (vllm:kv_cache_usage_perc{job="x"} or vllm:gpu_cache_usage_perc{job="x"}), "word", "kv_cache_usage", "", "")',
    );
  });

  it("leaves out what would count twice: ranks, a router's view, copies of a process", () => {
    const sets = [
      pod("a", { dp_rank: "0", tp_rank: "1", pid: "7" }),
      pod("a", { dp_rank: "1", tp_rank: "3", pid: "8" }),
      pod("router", { server: "http://a" }),
    ];
    expect(textOf(["vllm:num_requests_running"], sets, "").split("\n")[0]).toBe(
      'label_replace(sum by (pod, dp_rank) (max without (pid) (vllm:num_requests_running{server="",tp_rank=~"|1"})), "word", "requests_running", "", "")',
    );
  });

  it("asks a large fleet for its buckets as a whole, a middle one for each engine's first tokens", () => {
    const names = ["vllm:num_requests_running", "vllm:time_to_first_token_seconds_bucket", "vllm:e2e_request_latency_seconds_bucket"];
    const fleet = (size: number) =>
      textOf(
        names,
        Array.from({ length: size }, (_, i) => pod(`p${i}`)),
        "",
      )
        .split("\n\n")[2]
        ?.split("\n");
    const groups = (lines: readonly string[] | undefined) => lines?.map((line) => /sum(?: by \(([^)]*)\))? /.exec(line)?.[1] ?? "");
    expect(groups(fleet(16))).toEqual(["pod, le", "pod", "pod, le", "pod"]);
    expect(groups(fleet(17))).toEqual(["pod, le", "pod", "le", ""]);
    expect(groups(fleet(129))).toEqual(["le", "", "le", ""]);
  });

  it("writes values so that none of them is more than a value", () => {
    const odd = 'a"b\\c\nd';
    expect(selector("up", equalTo({ x: odd }))).toBe('up{x="a\\"b\\\\c\\nd"}');
    expect(selectorOfAll(["a", "b:c"], equalTo({ x: "1" }))).toBe('{__name__=~"a|b:c",x="1"}');
    expect(selector("up", [])).toBe("up");
  });

  it("writes spans in whole seconds or milliseconds", () => {
    expect([60, 0.5, 7.25, 0].map(duration)).toEqual(["60s", "500ms", "7250ms", "1ms"]);
  });
});

describe("matchers", () => {
  it.each([
    ["a=b", [["a", "=", "b"]]],
    [
      " a = b , c!=d",
      [
        ["a", "=", "b"],
        ["c", "!=", "d"],
      ],
    ],
    [
      '{a=~"x|y,z",b!~".*"}',
      [
        ["a", "=~", "x|y,z"],
        ["b", "!~", ".*"],
      ],
    ],
    ['a="q\\"uo\\\\te"', [["a", "=", 'q"uo\\te']]],
    ["model_name=meta-llama/Llama-3.1-8B", [["model_name", "=", "meta-llama/Llama-3.1-8B"]]],
    ["a=", [["a", "=", ""]]],
    ["", []],
  ])("%s", (text, expected) => {
    expect(readMatchers(text)?.map(({ label, compares, value }) => [label, compares, value])).toEqual(expected);
  });

  it.each(["a", "a=b c=d,,", "1a=b", "__name__=up", 'a="b', "=b"])("%s makes no sense", (text) => {
    expect(readMatchers(text)).toBeUndefined();
  });
});

describe("the shape of a selection", () => {
  it("tells servers by pod, engines by the server's own label", () => {
    const sets = [pod("a", { engine: "0" }), pod("a", { engine: "1" }), pod("b", { engine: "0" })];
    const shape = shapeOf(sets);
    expect(shape).toMatchObject({ memberLabels: ["pod"], engineLabels: ["engine"], targetLabels: ["job", "instance", "namespace", "pod"] });
    expect([...shape.members]).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(sets.map((set) => `${memberOf(set, shape)}/${engineOf(set, shape)}`)).toEqual(["a/0", "a/1", "b/0"]);
  });

  it("tells servers by address without pods, and by both where one pod serves at several", () => {
    expect(shapeOf([{ instance: "a:1" }, { instance: "b:1" }]).memberLabels).toEqual(["instance"]);
    const two = [
      { pod: "a", instance: "10.0.0.1:8000" },
      { pod: "a", instance: "10.0.0.1:8001" },
    ];
    expect(shapeOf(two).memberLabels).toEqual(["pod", "instance"]);
    expect(shapeOf([{ model_name: "m" }])).toMatchObject({ memberLabels: [], targetLabels: [] });
  });

  it("prefers the server's own label where the target has one of the same name", () => {
    expect(shapeOf([pod("a", { engine: "target", exported_engine: "1" })]).engineLabels).toEqual(["exported_engine"]);
  });

  it("a router that is scraped alone shows its servers as engines", () => {
    const sets = [pod("router", { server: "http://a" }), pod("router", { server: "http://b" })];
    expect(shapeOf(sets)).toMatchObject({ engineLabels: ["server"], matchers: [] });
  });
});
