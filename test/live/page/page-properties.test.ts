import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { snapshotOf } from "../../../src/live/page/canonical.ts";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { readPage } from "../../../src/live/page/read-page.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import { captureText } from "./captures.ts";

/** The same order for the same seeds. */
function shuffled<Item>(items: readonly Item[], keys: readonly number[]): readonly Item[] {
  return items
    .map((item, i) => ({ item, key: keys[i % keys.length] ?? 0, i }))
    .sort((a, b) => ((a.key * (a.i + 1)) % 1009) - ((b.key * (b.i + 1)) % 1009) || a.i - b.i)
    .map(({ item }) => item);
}

function withLabelsIn(line: string, keys: readonly number[]): string {
  const brace = line.indexOf("{");
  if (line.startsWith("#") || brace < 0) return line;
  const end = line.lastIndexOf("}");
  const labels = line.slice(brace + 1, end).match(/\w+="(?:[^"\\]|\\.)*"/g) ?? [];
  return `${line.slice(0, brace)}{${shuffled(labels, keys).join(" , ")}}${line.slice(end + 1)}`;
}

const pages = [
  "vllm-0.32.0-dp2/dp2-003-1795222029.prom",
  "llm-d-inference-sim/sim-015-1795221325.prom",
  "llama.cpp/llamacpp-005-1795221734.prom",
];

/** Sums of floats depend on their order in the last digits. */
function rounded(snapshot: Snapshot): unknown {
  return JSON.parse(JSON.stringify(snapshot), (_, value) => (typeof value === "number" ? Number(value.toPrecision(12)) : value));
}

describe("a page says the same", () => {
  it.each(pages)("in whatever order its lines and labels stand: %s", (path) => {
    const text = captureText(path);
    const lines = text.split("\n").filter((line) => line !== "");
    const expected = rounded(snapshotOf(parseMetrics(text), 1));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1008 }), { minLength: 7, maxLength: 40 }), (keys) => {
        const mixed = shuffled(lines, keys).map((line) => withLabelsIn(line, keys));
        const page = parseMetrics(`${mixed.join("\n")}\n`);
        expect(page.problems).toEqual([]);
        expect(rounded(snapshotOf(page, 1))).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it.each(pages)("and never throws with any lines missing: %s", (path) => {
    const lines = captureText(path).split("\n");
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (kept) => {
        const some = lines.filter(() => kept.next().value);
        expect(snapshotOf(parseMetrics(`${some.join("\n")}\n`), 1).time).toBe(1);
      }),
      { numRuns: 30 },
    );
    // Families whose first line comes with the first event.
    expect(snapshotOf(parseMetrics(lines.filter((line) => line.startsWith("#")).join("\n")), 1).counters).toEqual({});
  });

  it("without any line that types it: names are taken at their word, histograms by their endings", () => {
    const text = captureText(pages[0] ?? "");
    const untyped = snapshotOf(parseMetrics(text.replace(/^#.*\n/gm, "")), 1);
    const typed = snapshotOf(parseMetrics(text), 1);
    expect(untyped.counters.generation_tokens_total).toBe(typed.counters.generation_tokens_total);
    expect(untyped.histograms.ttft_seconds).toEqual(typed.histograms.ttft_seconds);
    expect(untyped.server).toEqual(typed.server);
  });

  it("as OpenMetrics: counters typed without their ending, births among their lines, exemplars, units, an end", () => {
    const { snapshot } = readSnapshot(`# TYPE vllm:prompt_tokens counter
# UNIT vllm:prompt_tokens tokens
vllm:prompt_tokens_total{engine="0"} 12.0 # {trace_id="a}b"} 1.0 1700000000.5
vllm:prompt_tokens_created{engine="0"} 1.7e+09
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.1"} 1 # {trace_id="x"} 0.05
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf"} 2
vllm:time_to_first_token_seconds_sum{engine="0"} 3
vllm:time_to_first_token_seconds_count{engine="0"} 2
vllm:time_to_first_token_seconds_created{engine="0"} 1.7e+09
# TYPE python info
python_info{version="3.12"} 1
# EOF
vllm:prompt_tokens_total{engine="0"} 99
`);
    expect(snapshot.counters.prompt_tokens_total).toBe(12);
    expect(snapshot.histograms.ttft_seconds).toMatchObject({ total: 2, sum: 3 });
    expect(snapshot.infos?.python_info).toEqual({ version: "3.12" });
    expect(snapshot.startedAt).toBe(1.7e9);
  });
});

function readSnapshot(text: string) {
  const answer = readPage(text, 1);
  if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
  return answer;
}

describe("a page is bounded", () => {
  const MiB = 2 ** 20;
  const filled = (line: (i: number) => string, bytes: number): string => {
    const lines: string[] = [];
    for (let i = 0, size = 0; size < bytes; i++) {
      const one = line(i);
      lines.push(one);
      size += one.length + 1;
    }
    return `${lines.join("\n")}\n`;
  };

  it("in series: a hundred thousand are read, and it is told", { timeout: 60_000 }, () => {
    const page = parseMetrics(filled((i) => `vllm:num_requests_running{engine="${i}"} 1`, 6 * MiB));
    expect(page.families.get("vllm:num_requests_running")?.samples).toHaveLength(100_000);
    expect(page.problems.join()).toContain("nothing is read after 100000 samples");
  });

  it("in families and labels, each told at its line", { timeout: 60_000 }, () => {
    expect(parseMetrics(filled((i) => `# TYPE name_${i} gauge`, MiB)).problems.join()).toContain("nothing is read after 20000 families");
    const labels = Array.from({ length: 300 }, (_, i) => `l${i}="x"`).join(",");
    expect(parseMetrics(`a{${labels}} 1\n`).problems.join()).toContain("more than 256 labels");
    expect(parseMetrics(`a{b="${"x".repeat(70_000)}"} 1\n`).problems.join()).toContain("longer than 65536 characters");
  });

  it.each([
    ["one line without an end", "x".repeat(16 * MiB)],
    ["braces that never close", `a{${'b="'.repeat(5 * MiB)}`],
    ["comments", "# HELP a b\n".repeat(1.4 * MiB)],
    ["empty lines", "\n".repeat(16 * MiB)],
    ["lines that make no sense", "{}\n".repeat(5 * MiB)],
    ["JSON that never closes", `[{"iter":1,${'"a":['.repeat(3 * MiB)}`],
  ])("in time, for 16 MiB of %s", { timeout: 60_000 }, (_, text) => {
    const before = process.cpuUsage().user;
    expect(readPage(text, 1).kind).not.toBe("snapshot");
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(10);
  });

  it("grows in time with its length alone", { timeout: 60_000 }, () => {
    const cpuOf = (series: number): number => {
      const text = filled((i) => `vllm:prompt_tokens_total{engine="${i % 7}",model_name="m${i}"} ${i}`, series * 60);
      const before = process.cpuUsage().user;
      for (let i = 0; i < 3; i++) snapshotOf(parseMetrics(text), 1);
      return process.cpuUsage().user - before;
    };
    cpuOf(2000);
    // Eight times the lines: a square would take sixty-four times as long.
    expect(cpuOf(32_000) / cpuOf(4000)).toBeLessThan(30);
  });
});

describe("JSON of any kind", () => {
  it("never throws, and is a page only where it is TensorRT-LLM's", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.json().map((json) => `[{"iter":1,"kvCacheStats":${json}}]`),
        ),
        (text) => {
          const answer = readPage(text, 1);
          if (answer.kind === "snapshot") expect(answer.snapshot.server.kind).toBe("trtllm-serve");
        },
      ),
    );
    const odd = readPage('[{"iter":1,"numActiveRequests":2,"kvCacheStats":{"__proto__":{"usedNumBlocks":1},"constructor":3}}]', 1);
    expect(odd).toMatchObject({ kind: "snapshot", snapshot: { gauges: { requests_running: 2 } } });
  });
});
