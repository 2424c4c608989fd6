import { describe, expect, it } from "vitest";
import { afterwards } from "../../../src/live/prediction/afterwards.ts";
import { predictionFrom } from "../../../src/live/prediction/prediction.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import { handReport, steadyRequests } from "../../demo/hand-report.ts";
import { scrapes } from "../page/captures.ts";

const prediction = predictionFrom(handReport(steadyRequests(10)), { basis: "measured workload" });

function seriesOf(folder: string): LiveSeries {
  const series = new LiveSeries();
  for (const scrape of scrapes(folder)) series.push(scrape);
  return series;
}

describe("a prediction beside the time that its load was not read from", () => {
  it("counts only what came after it", () => {
    const series = seriesOf("llm-d-inference-sim");
    const later = afterwards(prediction, series, 1795221325);
    expect(later).toMatchObject({ from: 1795221325, to: 1795221386 });
    const requests = later?.rows.find(({ metric }) => metric === "requests_per_second");
    expect(requests?.measured).toBe(series.window(61)?.rates.request_success_total);
  });

  it("waits for enough of it", () => {
    expect(afterwards(prediction, seriesOf("llm-d-inference-sim"), 1795221373)).toBeNull();
  });

  it("says nothing across a restart", () => {
    expect(afterwards(prediction, seriesOf("llm-d-inference-sim-restart"), 1795222000)).toBeNull();
  });
});
