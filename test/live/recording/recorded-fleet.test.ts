import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { RecordingWriter } from "../../../src/live/recording/recording-writer.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import type { Ask, Look } from "../../../src/live/source.ts";
import type { NumberedLine } from "../../../src/live/sources/recorded-looks.ts";
import { RecordedSource } from "../../../src/live/sources/recording.ts";

/** A server that gives so many tokens a second, with so many requests running. */
function scrape(time: number, tokens: number, running: number): Look {
  const snapshot: Snapshot = {
    time,
    server: { kind: "vllm", model: "m", engines: 1 },
    gauges: { requests_running: running },
    counters: { generation_tokens_total: tokens },
    histograms: {},
    startedAt: undefined,
    cacheConfig: undefined,
  };
  return { kind: "scrape", snapshot, problems: [] };
}
const lost = (time: number): Look => ({ kind: "none", why: "lost", detail: "refused", time, problems: [] });

/** Looks at several servers as `watch a b --record` writes them: each with a writer of its own. */
class File {
  private readonly writers = new Map<string, RecordingWriter>();
  readonly lines: string[] = [];

  add(server: string, look: Look): this {
    const writer = this.writers.get(server) ?? new RecordingWriter();
    this.writers.set(server, writer);
    this.lines.push(writer.look(look, server === "" ? {} : { url: server }));
    return this;
  }
}

/** Two servers, asked every second from 100 on: 10 and 30 tokens a second, one and three requests. */
function two(seconds: number): File {
  const file = new File();
  for (let i = 0; i < seconds; i++) file.add("a:1", scrape(100 + i, 10 * i, 1)).add("b:1", scrape(100.2 + i, 1000 + 30 * i, 3));
  return file;
}

function source({ lines }: File): RecordedSource {
  async function* open(): AsyncGenerator<NumberedLine> {
    for (const [index, text] of lines.entries()) yield { number: index + 1, text };
  }
  return new RecordedSource("run.jsonl", { open, server: { all: plain } }, null);
}
const ask: Ask = {
  now: () => ({ time: 0, steady: 0 }),
  say: plain,
  text: () => Promise.reject(new Error("a recording asks nobody")),
  wait: () => Promise.resolve(),
};
async function all(from: RecordedSource): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let look = await from.look(ask); look.kind !== "none" || look.why !== "ended"; look = await from.look(ask)) looks.push(look);
  return looks;
}
function seriesOf(looks: readonly Look[]): LiveSeries {
  const series = new LiveSeries();
  for (const look of looks) series.take(look);
  return series;
}

describe("a recording of several servers", () => {
  it("plays as one fleet: a look of each together, levels and rates added up", async () => {
    const looks = await all(source(two(5)));
    expect(looks).toHaveLength(5);
    const series = seriesOf(looks);
    expect(series.points.map(({ time }) => time)).toEqual([100.2, 101.2, 102.2, 103.2, 104.2]);
    const { last } = series;
    expect(last?.snapshot?.gauges.requests_running).toBe(4);
    expect(last?.rates.generation_tokens_total).toBeCloseTo(40, 6);
    expect(last?.snapshot?.perEngine?.map(({ member }) => member)).toEqual(["a:1", "b:1"]);
    const [look] = looks;
    expect(look?.members?.map(({ name, state }) => [name, state])).toEqual([
      ["a:1", "live"],
      ["b:1", "live"],
    ]);
  });

  it("names a server that was lost, and misses its share", async () => {
    const file = two(4)
      .add("a:1", scrape(104, 40, 1))
      .add("b:1", lost(104.2))
      .add("a:1", scrape(105, 50, 1))
      .add("b:1", lost(105.2));
    const looks = await all(source(file));
    const { last } = seriesOf(looks);
    expect(last?.missing).toEqual(["b:1"]);
    expect(last?.rates.generation_tokens_total).toBeCloseTo(10, 6);
    expect(looks.at(-1)?.members?.find(({ name }) => name === "b:1")).toMatchObject({ state: "lost", detail: "refused" });
  });

  it("goes on with the last levels of a server that was slow, and adds one that came later", async () => {
    const file = two(3)
      .add("a:1", scrape(103, 30, 1))
      .add("a:1", scrape(104, 40, 1))
      .add("b:1", scrape(104.2, 1120, 3))
      .add("c:1", scrape(104.3, 0, 5));
    const series = seriesOf(await all(source(file)));
    expect(series.points.map(({ snapshot }) => snapshot?.gauges.requests_running)).toEqual([4, 4, 4, 4, 9]);
    expect(series.events.map(({ words }) => plain(words))).toEqual(["c:1 joined"]);
  });

  it("jumps back and forth as one", async () => {
    const played = source(two(200));
    const series = new LiveSeries();
    const into = { take: (look: Look) => series.take(look), anew: () => series.reset() };
    await played.jump(150.2, into);
    expect([series.points.length, series.last?.rates.generation_tokens_total]).toEqual([51, 40]);
    await played.jump(110.2, into);
    expect([series.points.length, series.last?.time]).toEqual([11, 110.2]);
  });

  it("of one server is no fleet, and of several one can be chosen", async () => {
    const alone = new File().add("", scrape(1, 0, 1)).add("", scrape(2, 10, 1));
    expect((await all(source(alone))).map(({ kind }) => kind)).toEqual(["scrape", "scrape"]);
    const { lines } = two(2);
    async function* open(): AsyncGenerator<NumberedLine> {
      for (const [index, text] of lines.entries()) yield { number: index + 1, text };
    }
    const looks = await all(new RecordedSource("run.jsonl", { open, server: "b:1" }, null));
    expect(looks.map((look) => (look.kind === "scrape" ? look.snapshot.counters.generation_tokens_total : null))).toEqual([1000, 1030]);
  });
});
