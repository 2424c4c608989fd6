import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { PricedStep } from "../../src/cli/estimating.ts";
import { estimateText } from "../../src/cli/output/estimate-text.ts";
import { reportMarkdown } from "../../src/cli/output/report-markdown.ts";
import { reportText } from "../../src/cli/output/report-text.ts";
import { plainPaint } from "../../src/cli/terminal.ts";
import { message } from "../../src/deployment/message.ts";
import type { AnsweredRun } from "../../src/simulation/measured-runs/answered-runs.ts";
import type { Bands, QuantileBands } from "../../src/simulation/report/bands.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Estimate } from "../../src/timing/estimate.ts";
import { handReport, steadyRequests } from "../demo/hand-report.ts";
import { decodeStep, promptStep } from "../support/anatomy.ts";
import { testCatalog } from "../support/catalog.ts";
import { settledCase } from "../timing/pools.ts";

/** Whole outputs as people read them; `UPDATE=1` rewrites the files, to be looked at. */
function expectGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`./golden/${name}`, import.meta.url));
  if (process.env.UPDATE) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}

const slo = { ttftSeconds: 0.4, tpotSeconds: 0.12, e2eSeconds: null, percentile: 95 };

function ranReport(): Report {
  const report = handReport(steadyRequests(40));
  const byOperator = { matrix: 34.3, "prefill-attention": 1.4, "decode-attention": 18.5, collectives: 6.6, host: 5.1 };
  const summary = { ...report.summary, sloAttainment: 0.96, goodputRequestsPerSecond: 0.9 };
  const modes = [{ mode: "tensor", label: "TP 8", steps: 4400, seconds: 65.9, byOperator } as const];
  return { ...report, slo, summary, modes, anatomy: [decodeStep, promptStep] };
}

function saturatedReport(): Report {
  return { ...ranReport(), anatomy: [], saturated: { mostRequestsPerSecond: 0.9, waitingAtEnd: 20, ttftGrowthPerSecond: 0.1 } };
}

const estimate: Estimate = {
  promptTokens: 2450,
  outputTokens: 253,
  ttftSeconds: 0.0941,
  tpotSeconds: 0.0104,
  e2eSeconds: 2.72,
  userTokensPerSecond: 96.2,
  largestBatch: 236,
  mostRequestsPerSecond: 14.1,
  mostOutputTokensPerSecond: 3570,
  basis: "interpolated",
  band: 0.3,
  firstTokenBand: 0.3,
};

function bandsOf({ summary }: Report): Bands {
  const around = ({ mean, p50, p90, p95, p99 }: Report["summary"]["ttftSeconds"]): QuantileBands => ({
    mean: [mean * 0.8, mean * 1.3],
    p50: [p50 * 0.8, p50 * 1.3],
    p90: [p90 * 0.8, p90 * 1.3],
    p95: [p95 * 0.8, null],
    p99: [p99 * 0.8, null],
  });
  return {
    ttftSeconds: around(summary.ttftSeconds),
    tpotSeconds: around(summary.tpotSeconds),
    e2eSeconds: around(summary.e2eSeconds),
    requestsPerSecond: [12.1, 13.4],
    outputTokensPerSecond: [3100, 3400],
    sloAttainment: [0.62, 0.97],
    goodputRequestsPerSecond: [8, 12.5],
    seeds: 3,
  };
}

function nearRun(predicted: AnsweredRun["predicted"]): AnsweredRun {
  const catalog = testCatalog();
  const model = catalog.model("meta-llama/Llama-3.3-70B-Instruct")?.model;
  const gpu = catalog.gpu("H100-SXM5-80GB");
  if (!model || !gpu) throw new Error("not in the catalogue");
  return {
    run: {
      setup: {
        source: "a published table",
        engine: "vllm",
        version: "0.12.0",
        model,
        gpu,
        quantization: "fp8",
        pools: [{ role: "mixed", instances: 1, tensor: 4, pipeline: 1, attentionData: 1, expert: 1 }],
        load: "closed-loop",
        settings: {},
        conversations: null,
        stages: [],
      },
      promptTokens: 1024,
      outputTokens: 1024,
      concurrency: 64,
      ratePerSecond: null,
      ttftSeconds: 0.2564,
      tpotSeconds: 0.01952,
      outputTokensPerSecond: null,
    },
    distance: 0.5,
    words: [message("same model"), message("{0} {1} instead of {2}", "TP", 4, 8)],
    predicted,
  };
}

describe("texts of the command line", () => {
  test("a report with its bands, what steps are made of, and the nearest runs", () => {
    const report = ranReport();
    const nearest = [
      nearRun({ ttftSeconds: 0.2692, tpotSeconds: 0.0178, outputTokensPerSecond: 3300 }),
      nearRun({ problem: message("The run's lengths are not published.") }),
    ];
    expectGolden("report.txt", reportText(report, { bands: bandsOf(report), nearest, advice: null }, plainPaint));
  });

  test("the same as Markdown", () => {
    const report = ranReport();
    const nearest = [nearRun({ ttftSeconds: 0.2692, tpotSeconds: 0.0178, outputTokensPerSecond: 3300 })];
    expectGolden("report.md", reportMarkdown(report, { bands: bandsOf(report), nearest, advice: null }));
  });

  test("a report that has no bands, with no run near", () => {
    expectGolden("report-saturated.txt", reportText(saturatedReport(), { bands: null, nearest: [], advice: null }, plainPaint));
  });

  test("a closed form with what its steps are made of", () => {
    const steps = [promptStep, decodeStep].map(({ kind, tokens, seconds, operators, peaks }): PricedStep => {
      const byOperator = { matrix: 0, "prefill-attention": 0, "decode-attention": 0, collectives: 0, host: 0 };
      return {
        name: kind === "decode" ? "decode-largest" : "prefill",
        tokens,
        sequences: 1,
        mode: "tensor",
        seconds,
        byOperator,
        operators,
        peaks,
      };
    });
    const settled = settledCase({ pools: [{ parallel: { tensor: 2 } }] });
    expectGolden("estimate.txt", estimateText("llama", { estimate, steps, gpus: 2, kvCacheTokens: 639_360 }, settled, plainPaint));
  });
});
