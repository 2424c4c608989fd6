import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { aliasesOf } from "../../../src/live/page/aliases.ts";
import { type ServerKind, serverKinds } from "../../../src/live/page/server-kinds.ts";
import { kindOf } from "../../../src/live/sources/prometheus/anchors.ts";
import { equalTo, readMatchers, selector, selectorOfAll } from "../../../src/live/sources/prometheus/matchers.ts";
import { wordNames } from "../../../src/live/sources/prometheus/names.ts";
import { duration, joined, questionsOf } from "../../../src/live/sources/prometheus/queries.ts";
import { engineOf, memberOf, shapeOf } from "../../../src/live/sources/prometheus/shape.ts";
import { everyName } from "./every-name.ts";

type Labels = Readonly<Record<string, string>>;

const pod = (name: string, more: Labels = {}): Labels => ({
  job: "vllm",
  namespace: "prod",
  instance: `10.0.0.1:8000/${name}`,
  pod: name,
  ...more,
});

/** All questions, one a line: word and PromQL. */
function questions(names: readonly string[], sets: readonly Labels[], matchers = "namespace=prod", apart = true): readonly string[] {
  const kind = names.map((name) => kindOf({ __name__: name })).find((one) => one !== "unknown") ?? "unknown";
  const asked = {
    names: wordNames(names, kind),
    shape: shapeOf(sets, kind),
    matchers: readMatchers(matchers) ?? [],
    windowSeconds: 60,
    apart,
  };
  return questionsOf(asked).map(({ word, query }) => `${word}: ${query}`);
}

const question = (word: string, lines: readonly string[]) => lines.find((line) => line.startsWith(`${word}: `))?.slice(word.length + 2);

describe("PromQL", () => {
  it.each(["vllm", "sglang", "trtllm-serve", "tgi", "llama.cpp", "dynamo"] as const)("of every word of %s", (server) => {
    const file = join(import.meta.dirname, "golden", `promql-${server}.txt`);
    const text = `${questions(everyName(server), [pod("a", { engine: "0" }), pod("b", { engine: "0" })]).join("\n")}\n`;
    if (process.env.UPDATE === "1") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  it("has one question for every gauge, counter and histogram that any server names", () => {
    for (const server of serverKinds) {
      // TensorRT-LLM's JSON has paths for names: no store has them. What holds for each engine says nothing of a fleet.
      const words = new Set(
        aliasesOf(server)
          .filter(({ name, ofEach }) => /^[\w:]+$/.test(name) && !ofEach)
          .flatMap(({ kind, canonical }) => (/^(?:mean|info)$/.test(kind) ? [] : [canonical])),
      );
      const asked = questionsOf({
        names: wordNames(everyName(server), server),
        shape: shapeOf([], server),
        matchers: [],
        windowSeconds: 60,
        apart: true,
      });
      expect([server, new Set(asked.map(({ word }) => word.replace(/\/(?:sum|count)$/, "")))]).toEqual([server, words]);
    }
  });

  it("joins a dozen questions in one query", () => {
    const asked = Array.from({ length: 13 }, (_, i) => ({ word: `w${i}`, query: `q${i}` }));
    expect(joined(asked).map((query) => query.split(" or ").length)).toEqual([12, 1]);
    expect(joined(asked)[1]).toBe('label_replace(q12, "word", "w12", "", "")');
  });

  it("takes the new name of a word where a server has both, and either in the middle of an upgrade", () => {
    const names = [
      "num_requests_running",
      "gpu_cache_usage_perc",
      "kv_cache_usage_perc",
      "time_per_output_token_seconds_bucket",
      "inter_token_latency_seconds_bucket",
    ];
    const ask = (apart: boolean) =>
      questions(
        names.map((name) => `vllm:${name}`),
        [{ instance: "a" }],
        "job=x",
        apart,
      );
    expect(question("kv_cache_usage", ask(true))).toBe(
      '(avg by (instance) (vllm:kv_cache_usage_perc{job="x"}) or avg by (instance) (vllm:gpu_cache_usage_perc{job="x"}))',
    );
    // All servers as one: still chosen server by server, so that the old half of a fleet is not lost.
    expect(question("kv_cache_usage", ask(false))).toBe(
      'avg (avg by (instance) (vllm:kv_cache_usage_perc{job="x"}) or avg by (instance) (vllm:gpu_cache_usage_perc{job="x"}))',
    );
    expect(question("itl_seconds", ask(false))).toBe(
      'sum by (le) (sum by (instance, le) (rate(vllm:inter_token_latency_seconds_bucket{job="x"}[60s])) or ' +
        'sum by (instance, le) (rate(vllm:time_per_output_token_seconds_bucket{job="x"}[60s])))',
    );
  });

  it("leaves out what would count twice: ranks, a router's view, copies of a process", () => {
    const sets = [
      pod("a", { dp_rank: "0", tp_rank: "1", pid: "7" }),
      pod("a", { dp_rank: "1", tp_rank: "3", pid: "8" }),
      pod("router", { server: "http://a" }),
    ];
    expect(question("requests_running", questions(["vllm:num_requests_running"], sets, ""))).toBe(
      'sum by (pod, dp_rank) (max without (pid) (vllm:num_requests_running{server="",tp_rank=~"|1"}))',
    );
  });

  it("reads what the table says: units, values of labels, sums of histograms, two counters, times without buckets", () => {
    const ask = (word: string, server: ServerKind, names = everyName(server)) =>
      questionsOf({
        names: wordNames(names, server),
        shape: shapeOf([], server),
        matchers: [],
        windowSeconds: 60,
        apart: true,
      }).find((one) => one.word === word)?.query;
    expect(ask("requests_aborted_total", "vllm")).toBe('sum (rate(vllm:request_success_total{finished_reason=~"abort"}[60s]))');
    expect(ask("generation_tokens_total", "tgi")).toBe("sum (rate(tgi_request_generated_tokens_sum[60s]))");
    expect(ask("ttft_seconds", "sglang")).toContain('is_streaming=~"(?i:|True)"');
    expect(ask("request_success_by_reason", "vllm")).toBe("sum by (finished_reason) (rate(vllm:request_success_total[60s]))");
    const own = everyName("triton").filter((name) => name.startsWith("nv_"));
    expect(ask("e2e_seconds/sum", "triton", own)).toBe(
      "sum (((rate(nv_inference_request_duration_us[60s]) and on (model) nv_trt_llm_request_metrics)) * 0.000001)",
    );
    expect(ask("e2e_seconds/count", "triton", own)).toBe(
      "sum ((rate(nv_inference_request_success[60s]) and on (model) nv_trt_llm_request_metrics))",
    );
  });

  it("asks a large fleet for its buckets as a whole, a middle one for each engine's first tokens", () => {
    const names = ["vllm:num_requests_running", "vllm:time_to_first_token_seconds_bucket", "vllm:e2e_request_latency_seconds_bucket"];
    const groups = (size: number) => {
      const lines = questions(
        names,
        Array.from({ length: size }, (_, i) => pod(`p${i}`)),
        "",
      );
      return ["ttft_seconds", "ttft_seconds/sum", "e2e_seconds", "e2e_seconds/sum"].map(
        (word) => /^sum(?: by \(([^)]*)\))? /.exec(question(word, lines) ?? "")?.[1] ?? "",
      );
    };
    expect(groups(16)).toEqual(["pod, le", "pod", "pod, le", "pod"]);
    expect(groups(17)).toEqual(["pod, le", "pod", "le", ""]);
    expect(groups(129)).toEqual(["le", "", "le", ""]);
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
    const shape = shapeOf(sets, "vllm");
    expect(shape).toMatchObject({ memberLabels: ["pod"], engineLabels: ["engine"], targetLabels: ["job", "instance", "namespace", "pod"] });
    expect([...shape.members]).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(sets.map((set) => `${memberOf(set, shape)}/${engineOf(set, shape)}`)).toEqual(["a/0", "a/1", "b/0"]);
  });

  it("tells servers by address without pods, and by both where one pod serves at several", () => {
    expect(shapeOf([{ instance: "a:1" }, { instance: "b:1" }], "vllm").memberLabels).toEqual(["instance"]);
    const two = [
      { pod: "a", instance: "10.0.0.1:8000" },
      { pod: "a", instance: "10.0.0.1:8001" },
    ];
    expect(shapeOf(two, "vllm").memberLabels).toEqual(["pod", "instance"]);
    expect(shapeOf([{ model_name: "m" }], "vllm")).toMatchObject({ memberLabels: [], targetLabels: [] });
  });

  it("prefers the server's own label where the target has one of the same name", () => {
    expect(shapeOf([pod("a", { engine: "target", exported_engine: "1" })], "vllm").engineLabels).toEqual(["exported_engine"]);
  });

  it("takes one of the jobs that scrape the same addresses, where one has them all", () => {
    const twice = [pod("a"), pod("b"), pod("a", { job: "again" })];
    expect(shapeOf(twice, "vllm").matchers).toEqual([{ label: "job", compares: "=", value: "vllm" }]);
    expect(shapeOf([pod("a"), pod("b", { job: "other" })], "vllm").matchers).toEqual([]);
    expect(shapeOf([pod("a"), pod("b"), pod("a", { job: "x" }), pod("c", { job: "x" })], "vllm").matchers).toEqual([]);
  });

  it("a router that is scraped alone shows its servers as engines", () => {
    const sets = [pod("router", { server: "http://a" }), pod("router", { server: "http://b" })];
    expect(shapeOf(sets, "vllm")).toMatchObject({ engineLabels: ["server"], matchers: [] });
  });
});
