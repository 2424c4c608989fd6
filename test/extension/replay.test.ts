import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { Replay } from "../../src/extension/replay.ts";
import { headerJson, recordingVersion } from "../../src/live/recording/recording-header.ts";
import { RecordingWriter } from "../../src/live/recording/recording-writer.ts";
import { serverOf } from "../../src/live/running/told-part.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import type { LivePoint, Snapshot } from "../../src/live/snapshot.ts";
import { ScrapeLoop } from "../../src/platform/scrape-loop.ts";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "inference-lens-replayed-"));
  path = join(folder, "run.inference-lens.jsonl");
  const writer = new RecordingWriter();
  const server = { kind: "vllm", model: "m", engines: 1 } as const;
  const shot = (time: number): Snapshot => ({
    time,
    server,
    gauges: { requests_running: 1 },
    counters: { generation_tokens_total: 100 * time },
    histograms: {},
    startedAt: undefined,
    cacheConfig: undefined,
  });
  const lines = Array.from({ length: 200 }, (_, i) => writer.look({ kind: "scrape", snapshot: shot(1000 + i), problems: [] }));
  writeFileSync(path, lines.join(""));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A replay on a stage as an attachment sets it up. */
function played(of = path) {
  const series = new LiveSeries();
  const points: LivePoint[] = [];
  const changes: string[] = [];
  const replay = new Replay(of, plain);
  const loop = new ScrapeLoop({
    source: replay.source,
    series,
    intervalMs: 0,
    clock: replay.clock,
    onPoint: (point) => points.push(point),
  });
  replay.play({ loop, series, log: () => undefined, tell: () => undefined, changed: (what) => changes.push(what) });
  return { replay, series, points, changes, loop };
}

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !what(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() > end) throw new Error("not within 10 s");
  }
}

/** A recording of one look at each of two servers. */
function recordedTwo(versions: readonly [string, string]): string {
  const file = join(folder, `${versions.join("-and-")}.inference-lens.jsonl`);
  const lines = versions.map((version, i) => {
    const name = `${i}.example:8000`;
    const running = serverOf("vllm", [{ version: { value: version, from: "/version" } }]);
    const about = { version: recordingVersion, by: "0.1.0", source: "metrics-url", name, intervalSeconds: 1, deployment: null } as const;
    const snapshot = {
      time: 1000 + i / 10,
      server: { kind: "vllm", model: "m", engines: 1 },
      gauges: { requests_running: 1 },
      counters: {},
      histograms: {},
      startedAt: undefined,
      cacheConfig: undefined,
    } as const;
    return new RecordingWriter().look(
      { kind: "scrape", snapshot, problems: [] },
      { url: name, recording: headerJson({ ...about, running }) },
    );
  });
  writeFileSync(file, lines.join(""));
  return file;
}

describe("Replay", () => {
  it.each([
    [
      ["0.11.0", "0.10.2"],
      ["0.11.0", "0.10.2"],
    ],
    [["0.11.0", "0.11.0"], ["0.11.0"]],
  ] as const)("knows the versions of servers %j, each once", async (versions, known) => {
    const { replay, loop, points } = played(recordedTwo(versions));
    await replay.setSpeed(60);
    loop.start();
    await until(() => points.length > 0);
    expect(replay.versions).toEqual(known);
    expect(replay.header?.name).toBe("0.example:8000");
    loop.stop();
  });

  it("plays faster, stands still, jumps back and forth, and tells where it is", async () => {
    const { replay, series, points, loop } = played();
    await replay.setSpeed(60);
    loop.start();
    await until(() => points.length > 5);
    await replay.setPlaying(false);
    const { length } = points;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(points.length).toBe(length);
    expect(replay.view()).toMatchObject({ name: "run.inference-lens.jsonl", from: 1000, to: 1199, speed: 60, playing: false });
    expect(replay.view().at).toBe(points.at(-1)?.time);

    await replay.seek(1150);
    expect([series.points.length, series.last?.time, series.last?.rates.generation_tokens_total]).toEqual([151, 1150, 100]);
    await replay.seek(1010);
    expect([series.points.length, series.last?.time]).toEqual([11, 1010]);

    await replay.setPlaying(true);
    await until(() => (points.at(-1)?.time ?? 0) > 1010);
    expect(points.at(-1)?.state).toBe("live");
    loop.stop();
  });

  it("goes to its end at once, stands there, and begins anew from there", async () => {
    const { replay, series, points, loop } = played();
    loop.start();
    await until(() => points.length > 0);
    await replay.setSpeed(null);
    expect([series.points.length, series.last?.time]).toEqual([200, 1199]);
    expect(replay.view()).toMatchObject({ at: 1199, playing: false, speed: 1 });
    await replay.setPlaying(true);
    expect(series.last?.time).toBe(1000);
    expect(replay.view()).toMatchObject({ at: 1000, playing: true });
    loop.stop();
  });

  it("steps a look on and back, standing still, and is resumed where it was left", async () => {
    const { replay, series, loop } = played();
    loop.start();
    await replay.seek(1100);
    await replay.step(1);
    expect([series.last?.time, replay.view().playing]).toEqual([1101, false]);
    await replay.step(-1);
    await replay.step(-1);
    expect(series.last?.time).toBe(1099);
    await replay.setSpeed(16);
    const { place } = replay;
    expect(place).toEqual({ at: 1099, speed: 16, playing: false });
    loop.stop();

    const again = played();
    again.loop.start();
    await again.replay.resume(place);
    expect([again.series.last?.time, again.replay.place]).toEqual([1099, place]);
    again.loop.stop();
  });
});
