import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defaultDeployment } from "../../src/demo/default-deployment.ts";
import { runLog } from "../../src/demo/run-log.ts";
import { startDemo } from "../../src/demo/server.ts";
import { plain } from "../../src/deployment/message.ts";
import { read } from "../../src/deployment/read.ts";
import { settle } from "../../src/deployment/settle.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { driftOf } from "../../src/live/drift/drift-of.ts";
import { readPage } from "../../src/live/page/read-page.ts";
import { compareLive } from "../../src/live/prediction/compare.ts";
import { predictionFrom } from "../../src/live/prediction/prediction.ts";
import { identityOf } from "../../src/live/running/identify.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import { measuredWorkload } from "../../src/live/workload/measured-workload.ts";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { fetchText } from "../../src/platform/http.ts";
import { simulateWith } from "../../src/simulation/simulate-with.ts";
import { TimelineLog } from "../../src/simulation/timeline/timeline-log.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import type { Batch, StepModel } from "../../src/timing/step-model.ts";

const catalog = loadCatalog(fileURLToPath(new URL("../../src/catalog/data/", import.meta.url)));

/** 12 ms a step and 20 µs a token: simple, and enough to make queues. */
function linearModel(): StepModel {
  const stepSeconds = ({ tokens }: Batch) => 0.012 + 20e-6 * tokens;
  return {
    stages: 1,
    mode: (tokens) => (tokens <= 256 ? "tensor" : "sequence"),
    stageSeconds: stepSeconds,
    hostSeconds: () => 0,
    transferSeconds: () => 0,
    stepSeconds,
    anatomy: () => [],
    breakdown: (batch) => ({
      seconds: { matrix: stepSeconds(batch), "prefill-attention": 0, "decode-attention": 0, collectives: 0, host: 0 },
      total: stepSeconds(batch),
    }),
    requestSeconds: 0,
    promptTokenSeconds: 0,
    frontEnd: null,
    peakFlops: 1e15,
    peakBytesPerSecond: 1e12,
    flops: () => 0,
    bytes: () => 0,
    basis: "analytical",
    band: 0.15,
    firstTokenBand: 0.15,
  };
}

function simulatedChat() {
  const [deployment] = read(defaultDeployment, { catalog, surroundings: noSurroundings, fileName: "demo.yaml" }).deployments;
  const settlement = deployment && settle(deployment, catalog);
  const pool = settlement?.settled?.pools[0];
  const rows = catalog.workload("chat");
  if (!deployment || !settlement?.settled || !pool || !rows) throw new Error("the default deployment does not settle");
  const plan = memoryPlan(settlement.settled.model, pool);
  const timeline = new TimelineLog();
  const outcome = simulateWith(settlement.settled, [plan], [linearModel()], builtInWorkload(rows, 6, 1500), 7, { timeline });
  if (outcome.error) throw new Error(outcome.error.message);
  return { report: outcome.report, log: runLog(timeline.taken()), deployment, settled: settlement.settled, plan };
}

describe("a simulated run, played, scraped and compared with itself", () => {
  it("agrees with its own prediction, its own load and its own file", async () => {
    const { report, log, deployment, settled, plan } = simulatedChat();
    let now = 1_795_220_000_000;
    const server = await startDemo({ report, log, model: "meta-llama/Llama-3.3-70B-Instruct", version: "0.11.0", now: () => now });
    try {
      const series = new LiveSeries();
      // Some 250 s of arrivals at 6 a second; the drain at the end is left out.
      for (let second = 20; second <= 220; second += 2) {
        now = 1_795_220_000_000 + second * 1000;
        const answer = readPage((await fetchText(`${server.url}/metrics`)).text, now / 1000);
        if (answer.kind !== "snapshot") throw new Error(plain(answer.detail));
        series.push(answer.snapshot);
      }
      const window = series.window(1000);
      if (!window) throw new Error("no window");
      expect(window.to - window.from).toBe(200);

      const rows = compareLive(predictionFrom(report, { basis: "the file's workload", window }), window);
      const outside = rows.filter(({ verdict }) => verdict === "above" || verdict === "below" || verdict === "unknown");
      expect(outside.map(({ metric, predicted, measured }) => ({ metric, predicted, measured }))).toEqual([]);

      const load = measuredWorkload(window);
      if (typeof load === "string") throw new Error(load);
      expect(Math.abs(load.ratePerSecond / 6 - 1)).toBeLessThan(0.1);
      expect(Math.abs(load.promptTokensMean / report.workload.promptMean - 1)).toBeLessThan(0.1);
      expect(Math.abs(load.outputTokensMean / report.workload.outputMean - 1)).toBeLessThan(0.1);

      const { snapshot } = series.last ?? {};
      const drift = snapshot ? driftOf(identityOf(snapshot), { deployment, settled, memory: [plan] }) : [];
      expect(drift.filter(({ verdict }) => verdict === "different")).toEqual([]);
      expect(drift.filter(({ verdict }) => verdict === "equal").map(({ setting }) => setting)).toContain("KV cache tokens");
    } finally {
      await server.close();
    }
  });
});
