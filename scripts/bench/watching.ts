import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defaultDemoRun } from "../../src/demo/demo-run.ts";
import { Imitation } from "../../src/demo/imitation.ts";
import { readPage } from "../../src/live/page/read-page.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import type { Snapshot } from "../../src/live/snapshot.ts";
import { benchCatalog, cpuMilliseconds, type Measurement, medianOf } from "./measure.ts";

const hour = 3600;
/** Virtual seconds at which the page is written anew; between them it is read again as it is. */
const pageSeconds = 20;

/** One look at a page of some 60 KB, from text to the point of the series, and what an hour and a day of looks, one a second, hold. */
export function watchPart(): readonly Measurement[] {
  // Two data-parallel engines of vLLM 0.32: as long as a real server's page of one.
  const server = new Imitation({ ...defaultDemoRun(benchCatalog()), version: "0.32.0", engines: 2 }, 1_700_000_000);
  const pages = Array.from({ length: hour / pageSeconds }, (_, index) => server.page(index * pageSeconds));
  let second = 0;
  const look = (series: LiveSeries): void => {
    const text = pages[Math.floor(second / pageSeconds) % pages.length] ?? "";
    const answer = readPage(text, 1_700_000_000 + second);
    if (answer.kind !== "snapshot") throw new Error(answer.detail);
    series.push({ ...answer.snapshot, steady: second++ });
  };
  const warm = new LiveSeries();
  repeat(pageSeconds, () => look(warm));
  const one = medianOf(5, () => cpuMilliseconds(() => repeat(pageSeconds, () => look(warm))) / pageSeconds);
  second = 0;
  const series = new LiveSeries();
  const before = heldMegabytes();
  repeat(hour, () => look(series));
  const afterHour = heldMegabytes() - before;
  // What was read of a page does not change what is held of it: the rest of the day is pushed as it was read.
  const [first] = series.points;
  if (first?.snapshot) pushOn(series, first.snapshot, 23 * hour);
  const afterDay = heldMegabytes() - before;
  const kilobytes = (pages[10] ?? "").length / 1024;
  const name = `a metrics page of ${kilobytes.toFixed(0)} KB`;
  return [
    { name: `a look at ${name}, text to point`, value: one, unit: "CPU ms", limit: 10 },
    { name: "  an hour of looks, one a second, held", value: afterHour, unit: "MB", limit: 128 },
    { name: "  a day of looks, held", value: afterDay, unit: "MB", limit: 192 },
    { name: "  points of that day", value: series.points.length, unit: "", limit: 8000 },
  ];
}

/** The same figures again and again, each in arrays of its own, as they come from pages. */
function pushOn(series: LiveSeries, snapshot: Snapshot, seconds: number): void {
  const start = series.last?.snapshot;
  for (let i = 1; i <= seconds; i++) {
    const copy = structuredClone(snapshot);
    series.push({ ...copy, time: (start?.time ?? 0) + i, steady: (start?.steady ?? 0) + i });
  }
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work();
}

/** What is left after everything that can go is gone. */
function heldMegabytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}
