import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { printMetrics, printValue } from "../../../src/live/page/print-metrics.ts";
import type { Family } from "../../../src/live/snapshot.ts";
import { captureText } from "./captures.ts";

function only(text: string) {
  const page = parseMetrics(text);
  expect(page.problems).toEqual([]);
  const [family] = page.families.values();
  expect(page.families.size).toBe(1);
  return family;
}

describe("parseMetrics", () => {
  it.each([
    ["a 1\n", "a", {}, 1],
    ["a{} 1\n", "a", {}, 1],
    ['a{x="1",y="2"} 1.5e+06\n', "a", { x: "1", y: "2" }, 1.5e6],
    ['a{y="2" , x="1",} -0.5\n', "a", { x: "1", y: "2" }, -0.5],
    ['a{x="a\\"b\\\\c\\nd"} 3\n', "a", { x: 'a"b\\c\nd' }, 3],
    ['a{x="keeps \\t as it stands"} 3\n', "a", { x: "keeps \\t as it stands" }, 3],
    ['a{x="{,=} # 1"} 3\n', "a", { x: "{,=} # 1" }, 3],
    ["vllm:x_y:z 7\r\n", "vllm:x_y:z", {}, 7],
    ["a +Inf\n", "a", {}, Number.POSITIVE_INFINITY],
    ["a -Inf\n", "a", {}, Number.NEGATIVE_INFINITY],
    ["a NaN\n", "a", {}, Number.NaN],
    ["a\t1\n", "a", {}, 1],
    ["  a  1  \n", "a", {}, 1],
    ["a 1 1795220873000\n", "a", {}, 1],
    ["a 1 1795220873.5\n", "a", {}, 1],
    ['a_total 1 # {trace_id="x"} 0.67 1795220873.5\n', "a_total", {}, 1],
    ['{"with.dots",x="1"} 4\n', "with.dots", { x: "1" }, 4],
    ["\uFEFFa 1\n", "a", {}, 1],
    ['a{__proto__="1"} 4\n', "a", { ["__proto__"]: "1" }, 4],
  ])("reads %j", (text, name, labels, value) => {
    const family = only(text);
    expect(family?.name).toBe(name);
    expect(new Map(Object.entries(family?.samples[0]?.labels ?? {}))).toEqual(new Map(Object.entries(labels)));
    expect(family?.samples[0]?.value).toBe(value);
  });

  it("lets TYPE decide, never the name", () => {
    const page = parseMetrics(
      [
        "# TYPE vllm:iteration_tokens_total histogram",
        'vllm:iteration_tokens_total_bucket{le="+Inf"} 3',
        "vllm:iteration_tokens_total_sum 9",
        "vllm:iteration_tokens_total_count 3",
        "# TYPE vllm:healthy_pods_total gauge",
        "vllm:healthy_pods_total 2",
        "# TYPE tgi_request_count counter",
        "tgi_request_count 5",
        "untyped_total 1",
        "",
      ].join("\n"),
    );
    expect(page.problems).toEqual([]);
    expect([...page.families.values()].map(({ name, type, samples }) => [name, type, samples.length])).toEqual([
      ["vllm:iteration_tokens_total", "histogram", 3],
      ["vllm:healthy_pods_total", "gauge", 1],
      ["tgi_request_count", "counter", 1],
      ["untyped_total", "untyped", 1],
    ]);
  });

  it("puts OpenMetrics endings under the typed name, births beside it, and stops at EOF", () => {
    const page = parseMetrics(
      '# TYPE requests counter\n# UNIT requests 1\nrequests_total 4\nrequests_created 1795220873.1\n# TYPE build info\nbuild_info{v="1"} 1\n# EOF\nafter 1\n',
    );
    expect([...page.families.values()].map(({ name, type, samples }) => [name, type, samples.map((s) => s.name)])).toEqual([
      ["requests", "counter", ["requests_total"]],
      ["requests_created", "untyped", ["requests_created"]],
      ["build", "info", ["build_info"]],
    ]);
  });

  it.each([
    ["<!DOCTYPE html><html><body>\n", "Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address"],
    ["\n\n  <html>\n", "Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address"],
    ['[{"iter":1}]\n', "Not Prometheus text: it looks like JSON (TensorRT-LLM serves its Prometheus text at /prometheus/metrics)"],
    ['{"iter": 1}\n', "Not Prometheus text: it looks like JSON (TensorRT-LLM serves its Prometheus text at /prometheus/metrics)"],
    ["{}\n", "Not Prometheus text: it looks like JSON (TensorRT-LLM serves its Prometheus text at /prometheus/metrics)"],
    ["\u0000\u0001PNG\n", "Not Prometheus text: it looks like a binary file"],
    ["", "Not Prometheus text: the page is empty"],
  ])("says what %j is instead", (text, problem) => {
    const page = parseMetrics(text);
    expect(page.problems).toEqual([problem]);
    expect(page.families.size).toBe(0);
  });

  it.each([
    ["a one\n", "line 1: one is no number"],
    ["a\n", 'line 1: no value in "a"'],
    ["a 0x10\n", "line 1: 0x10 is no number"],
    ['a{x="1} 1\n', 'line 1: label x has no closed value in "a{x="1} 1"'],
    ["a{x=1} 1\n", 'line 1: label x has no closed value in "a{x=1} 1"'],
    ['a{="1"} 1\n', 'line 1: a label has no name in "a{="1"} 1"'],
    ["a 1 2 3\n", 'line 1: unexpected words after the value in "a 1 2 3"'],
    ["# TYPE a thing\n", "line 1: unknown type thing"],
  ])("leaves %j out and says so", (text, problem) => {
    expect(parseMetrics(`b 1\n${text}`).problems).toEqual([problem.replace("line 1", "line 2")]);
    expect([...parseMetrics(`b 1\n${text}`).families.keys()]).toEqual(["b"]);
  });

  it("never takes the last line of a page that was cut: its digits may be missing", () => {
    const page = parseMetrics("# TYPE a counter\na 12345\nb 678");
    expect(page.families.get("a")?.samples[0]?.value).toBe(12345);
    expect(page.families.has("b")).toBe(false);
    expect(page.problems).toEqual(["line 3: the page is cut off in the middle of a line"]);
  });

  it("bounds what it complains about", () => {
    const page = parseMetrics(`a 1\n${"broken\n".repeat(5000)}`);
    expect(page.problems).toHaveLength(21);
    expect(page.problems.at(-1)).toBe("and 4980 more");
    expect(page.problems.join("").length).toBeLessThan(3000);
  });

  it("takes time in proportion to the text, whatever is in it", () => {
    const hostile = [
      `a ${"1".repeat(2_000_000)}x\n`,
      `a{${'x="1",'.repeat(300_000)}} 1\n`,
      `a{x="${"\\".repeat(2_000_000)}`,
      `# TYPE ${"a ".repeat(1_000_000)}\n`,
      `#${" ".repeat(2_000_000)}x\n`,
      `${" ".repeat(2_000_000)}\n`,
      "{".repeat(2_000_000),
      `{"${"a".repeat(2_000_000)}`,
    ];
    for (const text of hostile) {
      const started = performance.now();
      parseMetrics(text);
      expect(performance.now() - started).toBeLessThan(1500);
    }
  });

  it("stops reading a page that has no end", () => {
    const page = parseMetrics(Array.from({ length: 300_000 }, (_, i) => `a{n="${i}"} 1\n`).join(""));
    expect(page.families.get("a")?.samples).toHaveLength(100_000);
    expect(page.problems).toEqual(["line 100001: the page is too long: nothing is read after 100000 samples"]);
  });

  it("never throws", () => {
    const pieces = fc.array(
      fc.constantFrom(
        "# TYPE ",
        "a",
        "_total",
        "{",
        "}",
        '"',
        "\\",
        "=",
        ",",
        " ",
        "1",
        "NaN",
        "\n",
        "#",
        "EOF",
        "counter",
        "histogram",
        "\r",
        "le",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          pieces.map((all) => all.join("")),
        ),
        (text) => {
          const page = parseMetrics(text);
          expect(page.problems.length).toBeLessThanOrEqual(22);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("reads back what was printed", () => {
    const name = fc.stringMatching(/^[a-z:_][a-z0-9:_]{0,8}$/).filter((text) => !/_(total|created|bucket|sum|count|info)$/.test(text));
    const value = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
    const labels = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/), fc.string({ unit: "grapheme" }), { maxKeys: 4 });
    const type = fc.constantFrom<Family["type"]>("gauge", "counter", "histogram", "summary", "untyped");
    // A series stands once on a page.
    const series = { selector: ([pairs]: readonly [Record<string, string>, number]) => JSON.stringify(pairs, Object.keys(pairs).sort()) };
    const family = fc.record({ type, lines: fc.uniqueArray(fc.tuple(labels, value), { minLength: 1, maxLength: 4, ...series }) });
    fc.assert(
      fc.property(fc.dictionary(name, family, { minKeys: 1, maxKeys: 5 }), (all) => {
        const families = new Map(
          Object.entries(all).map(([key, { type: kind, lines }]): [string, Family] => [
            key,
            { name: key, type: kind, samples: lines.map(([pairs, number]) => ({ name: key, labels: { ...pairs }, value: number })) },
          ]),
        );
        const page = parseMetrics(printMetrics({ families }));
        expect(page.problems).toEqual([]);
        expect(plainly(page.families)).toEqual(plainly(families));
      }),
    );
  });

  it("reads a real page without a complaint", () => {
    const page = parseMetrics(captureText("vllm-0.32.0/vllm-052-1795221085.prom"));
    expect(page.problems).toEqual([]);
    expect(page.families.size).toBe(98);
    expect([...page.families.values()].filter(({ type }) => type === "histogram")).toHaveLength(21);
    expect(page.families.get("vllm:iteration_tokens_total")?.type).toBe("histogram");
  });
});

/** Null-prototype labels compare by content; -0 prints as -0.0. */
function plainly(families: ReadonlyMap<string, Family>) {
  return [...families.values()].map(({ name, type, samples }) => [
    name,
    type,
    samples.map((sample) => [sample.name, new Map(Object.entries(sample.labels)), sample.value]),
  ]);
}

describe("printValue", () => {
  // As prometheus_client prints them, seen on vLLM 0.32.0's page.
  it.each([
    [4, "4.0"],
    [0.9130434782608696, "0.9130434782608696"],
    [1795220440.57, "1.79522044057e+09"],
    [2658496512, "2.658496512e+09"],
    [29537, "29537.0"],
    [17952205, "1.7952205e+07"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [16384, "16384.0"],
  ])("prints %d as %s", (value, text) => {
    expect(printValue(value)).toBe(text);
  });
});
