import { describe, expect, it } from "vitest";
import { message, plain } from "../../../src/deployment/message.ts";
import type { RecordingHeader } from "../../../src/live/recording/recording-header.ts";
import { RecordingReader } from "../../../src/live/recording/recording-reader.ts";
import { RecordingWriter } from "../../../src/live/recording/recording-writer.ts";
import type { Measures, Snapshot } from "../../../src/live/snapshot.ts";
import type { Look } from "../../../src/live/source.ts";
import { scrapes } from "../page/captures.ts";

const header: RecordingHeader = {
  version: 1,
  by: "0.1.0",
  source: "metrics-url",
  name: "http://gpu-7:8000/metrics",
  intervalSeconds: 1,
  running: {
    engine: "vllm",
    version: { value: "0.11.0", from: "/version" },
    model: null,
    modelRoot: { value: "meta-llama/Llama-3.1-8B-Instruct", from: "/v1/models" },
    settings: { data: { value: 2, from: "metrics", isLeast: true }, prefixCaching: { value: true, from: "metrics" } },
    cache: { tokens: { value: 506_048, from: "metrics", isPerRank: true }, blocks: null },
    flags: new Map([["max-num-seqs", { value: 128, from: "/server_info" }]]),
  },
  deployment: { name: "llama", file: "deploy/llama.yaml", line: 14 },
};

function scrape(snapshot: Snapshot): Look {
  return { kind: "scrape", snapshot, problems: [] };
}

/** Every look written and read again. */
function replayed(looks: readonly Look[]): unknown[] {
  const writer = new RecordingWriter();
  const reader = new RecordingReader();
  return looks.map((look) => reader.read(writer.look(look)));
}

function measures(tokens: number): Measures {
  const count = Float64Array.of(1, 4, tokens);
  const ttft = { upper: Float64Array.of(0.1, 0.25, Number.POSITIVE_INFINITY), count, sum: 1.5, total: tokens };
  return {
    gauges: { requests_running: 3 },
    counters: { generation_tokens_total: tokens },
    histograms: { ttft_seconds: ttft, itl_seconds: { ...ttft, sum: Number.NaN, total: 9 } },
  };
}

function shot(time: number, tokens: number): Snapshot {
  const server = { kind: "vllm", model: null, engines: 1 } as const;
  const alone = { engine: "", ...measures(tokens) };
  return { time, server, ...measures(tokens), startedAt: undefined, cacheConfig: undefined, perEngine: [alone] };
}

describe("a recording", () => {
  it.each(["vllm-0.32.0", "vllm-0.32.0-dp2", "llm-d-inference-sim-restart", "llm-d-inference-sim", "llama.cpp"])(
    "gives back each look at %s as it was",
    (folder) => {
      const looks = scrapes(folder).map(scrape);
      expect(looks.length).toBeGreaterThan(0);
      expect(replayed(looks)).toEqual(looks.map((look) => ({ look, server: "" })));
    },
  );

  it("gives back members, roles, events, counts that are no whole numbers, and why there was no answer", () => {
    const stretch: Snapshot = {
      ...shot(10.25, 7.25),
      steady: 4.125,
      perEngine: [
        { engine: "a/0", ...measures(3) },
        { engine: "b/0", ...measures(4.25) },
      ],
      told: [{ version: { value: "0.20.0", from: "metrics" }, model: null, flags: new Map([["tp", { value: 2, from: "metrics" }]]) }],
      perRole: [{ role: "prefill", members: 2, ...measures(7.25) }],
    };
    const member = { name: "a", role: "prefill", state: "live", detail: "", engines: 1, measures: measures(3) } as const;
    const looks: Look[] = [
      {
        kind: "stretch",
        grown: stretch,
        seconds: 1.5,
        problems: ["line 3"],
        members: [member, { ...member, name: "b", state: "lost", detail: "no answer", measures: undefined }],
        events: [{ time: 10, since: 9, kind: "restart", words: message("{0} restarted", "a") }],
      },
      { kind: "stretch", grown: { ...stretch, time: 11 }, seconds: null, problems: [] },
      { kind: "none", why: "needs-key", detail: "401", time: 12, steady: 6.5, problems: [], members: [member] },
    ];
    expect(replayed(looks)).toEqual(looks.map((look) => ({ look, server: "" })));
  });

  it("tells what it is of, and reads no later form", () => {
    const reader = new RecordingReader();
    expect(reader.read(new RecordingWriter().header(header))).toEqual({ header, server: "" });
    const later = reader.read(new RecordingWriter().header({ ...header, version: 2 }));
    expect(later && "problem" in later && plain(later.problem)).toBe("written by a later version (2); this build reads up to 1");
  });

  it("leaves out flags that hold keys", () => {
    const flags = new Map([
      ["api-key", { value: "sk-1", from: "/server_info" }],
      ["hf_token", { value: "hf-1", from: "/server_info" }],
      ["tokenizer", { value: "auto", from: "/server_info" }],
    ]);
    const { running } = header;
    const line = new RecordingWriter().header({ ...header, running: running && { ...running, flags } });
    expect(line).toContain("tokenizer");
    expect(line).not.toMatch(/sk-1|hf-1/);
    const shot = scrapes("vllm-0.32.0")[0];
    const look = shot && new RecordingWriter().look(scrape({ ...shot, told: [{ flags }] }));
    expect(look).not.toMatch(/sk-1|hf-1/);
  });

  it("loses a damaged line alone, and after a damaged whole one what refers to it", () => {
    const writer = new RecordingWriter();
    const lines = Array.from({ length: 130 }, (_, i) => writer.look(scrape(shot(i, 10 + i))));
    const problemsWithout = (damaged: number): number[] => {
      const reader = new RecordingReader();
      return lines.flatMap((line, index) => {
        const read = reader.read(index === damaged ? line.slice(0, line.length / 2) : line);
        return read && "problem" in read ? [index] : [];
      });
    };
    expect(problemsWithout(5)).toEqual([5]);
    expect(problemsWithout(60)).toEqual(Array.from({ length: 60 }, (_, i) => 60 + i));
    expect(problemsWithout(129)).toEqual([129]);
  });

  it("keeps several servers of one file apart", () => {
    const [a, b] = [new RecordingWriter(), new RecordingWriter()];
    const reader = new RecordingReader();
    const lines = [a.look(scrape(shot(1, 10)), { url: "a" }), b.look(scrape(shot(1, 500)), { url: "b" })];
    lines.push(a.look(scrape(shot(2, 11)), { url: "a" }), b.look(scrape(shot(2, 501)), { url: "b" }));
    const tokens = lines.map((line) => {
      const read = reader.read(line);
      const look = read && "look" in read ? read.look : undefined;
      return look?.kind === "scrape" ? [read && "server" in read && read.server, look.snapshot.counters.generation_tokens_total] : [];
    });
    expect(tokens).toEqual([
      ["a", 10],
      ["b", 500],
      ["a", 11],
      ["b", 501],
    ]);
  });

  it("reads gauges and counters of lines that watch printed, and says that their quantiles make no window", () => {
    const metrics = { requests_running: 4, requests_waiting: null, generation_tokens_total: 90, ttft_seconds: { p50: 1 } };
    const line = { time: 5, state: "live", server: { kind: "vllm", version: "0.11.0", model: "m", engines: 2 }, metrics };
    const read = new RecordingReader().read(JSON.stringify(line));
    expect(read).toMatchObject({ quantilesOnly: true, header: { running: { version: { value: "0.11.0" }, model: { value: "m" } } } });
    expect(read && "look" in read && read.look).toMatchObject({
      kind: "scrape",
      snapshot: { time: 5, gauges: { requests_running: 4 }, counters: { generation_tokens_total: 90 }, histograms: {} },
    });
    const lost = new RecordingReader().read(JSON.stringify({ ...line, state: "lost", error: "no answer" }));
    expect(lost).toMatchObject({ look: { kind: "none", why: "lost", detail: "no answer", time: 5 } });
  });

  it.each([
    "{",
    "[]",
    "7",
    "{}",
    '{"time":1,"look":{"kind":"scrape","of":1}}',
    '{"look":{"kind":"none"}}',
    '{"time":1,"look":{"key":1,"whole":{}}}',
    `{"time":1,"look":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`,
  ])("tells of a line that says nothing: %.40s", (text) => {
    expect(new RecordingReader().read(text)).toHaveProperty("problem");
  });

  it("leaves out what a look repeats", () => {
    const writer = new RecordingWriter();
    const [whole, ...others] = scrapes("vllm-0.32.0").map((snapshot) => writer.look(scrape(snapshot)).length);
    // The pages have 58 to 68 KB each, with a history of two minutes between the first and the last.
    expect(whole).toBeLessThan(10_000);
    expect(Math.max(...others)).toBeLessThan(2500);
    const idle = writer.look(scrape(scrapes("vllm-0.32.0")[0] ?? shot(1, 1)));
    expect(idle.length).toBeLessThan(100);
  });
});
