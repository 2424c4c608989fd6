import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import type { RecordingHeader } from "../../../src/live/recording/recording-header.ts";
import { RecordingWriter } from "../../../src/live/recording/recording-writer.ts";
import type { Snapshot } from "../../../src/live/snapshot.ts";
import type { Ask, Look } from "../../../src/live/source.ts";
import type { NumberedLine } from "../../../src/live/sources/recorded-looks.ts";
import { RecordedSource } from "../../../src/live/sources/recording.ts";

function scrape(time: number): Look {
  const server = { kind: "vllm", model: "m", engines: 1 } as const;
  const snapshot: Snapshot = { time, server, gauges: {}, counters: {}, histograms: {}, startedAt: undefined, cacheConfig: undefined };
  return { kind: "scrape", snapshot, problems: [] };
}

/** A port whose clock goes on by what is waited for. */
class Waiting implements Ask {
  readonly waits: number[] = [];
  steady = 1000;
  takenBack = false;
  now = () => ({ time: 5e9 + this.steady, steady: this.steady });
  say = plain;
  text = () => Promise.reject(new Error("a recording asks nobody"));
  wait(seconds: number): Promise<void> {
    this.waits.push(Number(seconds.toFixed(6)));
    if (!this.takenBack) this.steady += seconds;
    return Promise.resolve();
  }
}

interface Told {
  readonly problems: string[];
  readonly headers: RecordingHeader[];
  readonly others: string[];
  opened: number;
}

function source(texts: readonly string[], speed: number | null): { readonly source: RecordedSource; readonly told: Told } {
  const told: Told = { problems: [], headers: [], others: [], opened: 0 };
  async function* open(): AsyncGenerator<NumberedLine> {
    told.opened++;
    for (const [index, text] of texts.entries()) yield { number: index + 1, text };
  }
  const ports = {
    open,
    onHeader: (header: RecordingHeader) => void told.headers.push(header),
    onProblem: (line: number, problem: Parameters<typeof plain>[0]) => void told.problems.push(`${line}: ${plain(problem)}`),
    onOther: (server: string) => void told.others.push(server),
  };
  return { source: new RecordedSource("run.jsonl", ports, speed), told };
}

function lines(times: readonly number[]): string[] {
  const writer = new RecordingWriter();
  return times.map((time) => writer.look(scrape(time)));
}

async function times(from: RecordedSource, ask: Ask, count: number): Promise<(number | string)[]> {
  const given: (number | string)[] = [];
  for (let i = 0; i < count; i++) {
    const look = await from.look(ask);
    given.push(look.kind === "none" ? look.why : look.kind === "scrape" ? look.snapshot.time : look.grown.time);
  }
  return given;
}

describe("RecordedSource", () => {
  it("gives looks in the time between them divided by the speed, and then ends", async () => {
    const ask = new Waiting();
    const { source: played } = source(lines([100, 101, 103]), 10);
    expect(await times(played, ask, 5)).toEqual([100, 101, 103, "ended", "ended"]);
    expect(ask.waits).toEqual([0.1, 0.2]);
  });

  it("waits for nothing as fast as it goes, and keeps its pace after the speed was changed", async () => {
    const ask = new Waiting();
    const { source: played } = source(lines([100, 160, 161, 162]), null);
    expect(await times(played, ask, 2)).toEqual([100, 160]);
    expect(ask.waits).toEqual([]);
    played.speed = 2;
    expect(await times(played, ask, 2)).toEqual([161, 162]);
    expect(ask.waits).toEqual([0.5, 0.5]);
  });

  it("makes up for what a slow reader lost, and sits through no night", async () => {
    const ask = new Waiting();
    const { source: played } = source(lines([0, 1, 2, 3, 40_000]), 1);
    await times(played, ask, 1);
    await times(played, ask, 1);
    ask.steady += 1.5;
    await times(played, ask, 3);
    expect(ask.waits).toEqual([1, 0.5, 5]);
  });

  it("gives a look again that was taken back while it waited", async () => {
    const ask = new Waiting();
    const { source: played } = source(lines([10, 11, 12]), 1);
    await times(played, ask, 1);
    ask.takenBack = true;
    expect(await times(played, ask, 1)).toEqual(["cancelled"]);
    ask.takenBack = false;
    expect(await times(played, ask, 2)).toEqual([11, 12]);
  });

  it("jumps back and forth", async () => {
    const ask = new Waiting();
    const { source: played, told } = source(lines([1, 2, 3, 4, 5, 6]), null);
    expect(await times(played, ask, 4)).toEqual([1, 2, 3, 4]);
    expect((await played.history(ask, 0, 2)).length).toBe(2);
    expect(await times(played, ask, 1)).toEqual([3]);
    expect((await played.history(ask, 5, 5.5)).length).toBe(1);
    expect(await times(played, ask, 2)).toEqual([6, "ended"]);
    expect(told.opened).toBe(2);
  });

  it("jumps over the differences of long ago, since counters tell what came in between", async () => {
    const writer = new RecordingWriter();
    const texts = Array.from({ length: 8000 }, (_, time) => writer.look(scrape(time)));
    const { source: played } = source(texts, null);
    const given: number[] = [];
    let begun = 0;
    const into = { take: (look: Look) => given.push(look.kind === "scrape" ? look.snapshot.time : -1), anew: () => begun++ };
    await played.jump(7000, into);
    // One in sixty up to 3,400, each one after.
    expect(given.slice(0, 4)).toEqual([0, 60, 120, 180]);
    expect(given.filter((time) => time >= 3400)).toEqual(Array.from({ length: 3601 }, (_, i) => 3400 + i));
    await played.jump(7002, into);
    expect([given.slice(-2), begun]).toEqual([[7001, 7002], 1]);
    expect(await times(played, new Waiting(), 1)).toEqual([7003]);
  });

  it("skips damaged lines and tells which; a file of several servers is played for its first", async () => {
    const [a, b] = [new RecordingWriter(), new RecordingWriter()];
    const texts = [
      a.look(scrape(1), { url: "a" }),
      b.look(scrape(1), { url: "b" }),
      '{"time":2,"look":{"kind":"scr',
      a.look(scrape(3), { url: "a" }),
      b.look(scrape(3), { url: "b" }),
    ];
    const { source: played, told } = source(texts, null);
    expect(await times(played, new Waiting(), 3)).toEqual([1, 3, "ended"]);
    expect(told.problems).toEqual(["3: no JSON object: cut off or damaged"]);
    expect(told.others).toEqual(["b"]);
  });

  it("plays a page that was saved, and a key that was missing as no answer", async () => {
    const page = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 3\n";
    const asked: Look = { kind: "none", why: "needs-key", detail: "401", time: 8, problems: [] };
    const texts = [JSON.stringify({ time: 7, text: page }), new RecordingWriter().look(asked), JSON.stringify({ time: 9, text: "<html>" })];
    const { source: played } = source(texts, null);
    const ask = new Waiting();
    expect(await played.look(ask)).toMatchObject({ kind: "scrape", snapshot: { time: 7, gauges: { requests_running: 3 } } });
    expect(await played.look(ask)).toMatchObject({ kind: "none", why: "lost", detail: "401" });
    expect(await played.look(ask)).toMatchObject({ kind: "none", why: "lost", time: 9 });
  });
});
