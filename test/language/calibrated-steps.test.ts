import { describe, expect, test } from "vitest";
import type { Calibration, MeasuredTiming } from "../../src/deployment/calibration.ts";
import { conditionsOf } from "../../src/deployment/conditions.ts";
import { plain } from "../../src/deployment/message.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { analyse } from "../../src/language/analysis.ts";
import { hover } from "../../src/language/hover.ts";
import { type LensState, lenses } from "../../src/language/lenses.ts";
import { referenceSeconds } from "../../src/timing/calibrated.ts";
import { predictedSteps } from "../../src/timing/step.ts";
import { testCatalog } from "../support/catalog.ts";

const file = (args = "") => `# inference-lens: gpu=H100-SXM-80GB
services:
  llama:
    image: vllm/vllm-openai:v0.19.0
    command: --model meta-llama/Llama-3.1-8B-Instruct --max-model-len 8192 ${args}
`;

const catalog = testCatalog();

/** Measured under the file without further arguments. */
function calibration(changes: Partial<MeasuredTiming> = {}): Calibration {
  const { settled, deployment } = analyse(file(), { catalog }).deployments[0] ?? {};
  const pool = settled?.pools[0];
  if (!settled || !pool || !deployment) throw new Error("not settled");
  const timing: MeasuredTiming = {
    source: "bench",
    date: "2026-03-11",
    conditions: conditionsOf(settled.model, pool),
    correction: { device: 2, host: 2, requestSeconds: null },
    band: 0.08,
    predictedSeconds: referenceSeconds(predictedSteps(settled.model, pool)),
    points: [],
    ...changes,
  };
  return { file: "compose.yaml", deployment: deployment.id, memory: null, timing };
}

function analysed(text: string, ...calibrations: readonly Calibration[]) {
  return analyse(text, { catalog, surroundings: { ...noSurroundings, calibrations } });
}

function said(text: string, calibrations: readonly Calibration[], run?: LensState["run"]): string {
  const analysis = analysed(text, ...calibrations);
  const id = analysis.deployments[0]?.deployment.id ?? "";
  const [lens] = lenses(analysis, new Map([[id, run ? { run } : {}]]), catalog);
  return lens ? plain(lens.title) : "";
}

const run = {
  kind: "simulated",
  background: true,
  ttftP95Seconds: 0.3,
  ttftLimitSeconds: 0.5,
  requestsPerSecond: 4,
  goodputRequestsPerSecond: 4,
  limits: "met",
  ranges: null,
} as const;

describe("steps that a benchmark measured", () => {
  test("count twice as long as predicted in the closed form, with the measured band", () => {
    const [predicted] = analysed(file()).deployments;
    const [corrected] = analysed(file(), calibration()).deployments;
    const ratio = (corrected?.estimate?.tpotSeconds ?? 0) / (predicted?.estimate?.tpotSeconds ?? 1);
    expect(ratio).toBeCloseTo(2, 9);
    expect([corrected?.estimate?.basis, corrected?.estimate?.band]).toEqual(["measured", 0.08]);
  });

  test("are told by the lens, and that they no longer hold", () => {
    expect(said(file(), [])).toMatch(/^Fits, \d+k KV tokens · ≈/);
    expect(said(file(), [calibration()])).toMatch(/^Fits, \d+k KV tokens · [\d.]+ tok\/s per user, as calibrated$/);
    expect(said(file("--enforce-eager"), [calibration()])).toMatch(/tok\/s per user, calibration is stale$/);
    expect(said(file(), [calibration({ predictedSeconds: 1 })])).toMatch(/calibration is stale$/);
    expect(said(file(), [calibration()], run)).toMatch(/TTFT p95 300 ms, as calibrated$/);
    expect(said(file("--enforce-eager"), [calibration()], run)).toMatch(/TTFT p95 300 ms, calibration is stale$/);
    expect(said(file("--enforce-eager"), [calibration()], { ...run, background: false })).toMatch(/4\.00 req\/s, calibration is stale$/);
  });

  test("are told by the hover, with the condition that changed", () => {
    const over = (text: string) => {
      const analysis = analysed(text, calibration());
      const at = analysis.deployments[0]?.deployment.anchor.start ?? { line: 0, character: 0 };
      return hover(analysis, at, { catalog, uri: "file:///compose.yaml" })?.markdown ?? "";
    };
    expect(over(file())).toContain("Steps as measured on 2026-03-11.");
    expect(over(file("--enforce-eager"))).toContain(
      "No step time that was measured on 2026-03-11 holds any more. Predicted: steps; enforce-eager was false when this was measured.",
    );
  });
});
