import { describe, expect, it } from "vitest";
import type { MeasuredWorkload } from "../../../src/live/workload/measured-workload.ts";
import { workloadOf } from "../../../src/live/workload/measured-workload.ts";
import { measuredName, workloadText } from "../../../src/live/workload/write-workload.ts";
import { readWorkloadFile } from "../../../src/platform/workload-files.ts";

const measured: MeasuredWorkload = {
  seconds: 300,
  requests: 3120,
  ratePerSecond: 10.4,
  insideAtStart: 60,
  promptTokensMean: 1200,
  outputTokensMean: 220,
  promptTokens: { values: [100, 2300] },
  outputTokens: 220,
  prefixHitRate: 0.42,
  arrivals: { dispersion: 3.24, chance: [0.6, 1.4], cv: 1.8, concurrency: null },
  assumed: [{ text: "Which prompts repeat is not told: all are taken to begin with one text", args: [] }],
};
const place = { name: "measured-2026-11-29", from: "http://127.0.0.1:8000", date: "2026-11-29" };

describe("a measured load as a workload file", () => {
  it("is read back as it was measured", () => {
    const text = workloadText(measured, place);
    const { workload, problem } = readWorkloadFile(text, "measured-2026-11-29.yaml");
    expect(problem).toBeUndefined();
    expect(workload).toEqual({
      ...workloadOf(measured),
      name: place.name,
      source: "measured on 2026-11-29 at http://127.0.0.1:8000",
      requests: 2000,
    });
    expect(text.startsWith("# 3,120 requests that http://127.0.0.1:8000 took in 300 s: 10.4 a second,\n")).toBe(true);
    expect(text).toContain("# Which prompts repeat is not told: all are taken to begin with one text.\n");
  });

  it("keeps as many in flight where clients wait for answers", () => {
    const closed = { ...measured, prefixHitRate: null, arrivals: { ...measured.arrivals, cv: 1, concurrency: 64 } };
    expect(readWorkloadFile(workloadText(closed, place), "w.yaml").workload).toMatchObject({ kind: "closed-loop", concurrency: 64 });
  });

  it("has a name of its own", () => {
    const taken = new Set(["measured-2026-11-29", "measured-2026-11-29-2"]);
    expect(measuredName("2026-11-29", (name) => taken.has(name))).toBe("measured-2026-11-29-3");
    expect(measuredName("2026-11-29", () => false)).toBe("measured-2026-11-29");
  });

  it("takes a server's name as words, whatever is in it", () => {
    const text = workloadText(measured, { ...place, from: 'x\nkind: "offline"' });
    expect(readWorkloadFile(text, "w.yaml").workload).toMatchObject({ kind: "open-loop" });
  });
});
