import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { memoryPlan } from "../../src/memory/memory-plan.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import { settledCase } from "./pools.ts";

const folder = fileURLToPath(new URL("../../../shared/data/reference/vllm_per_request/", import.meta.url));
const isThere = existsSync(folder);
if (!isThere) console.log("Not run: per-request measurements of real vLLM servers (vllm_per_request) are not here.");

interface Measured {
  readonly arrivalSeconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly ttft: number;
  readonly tpot: number;
  readonly e2e: number;
}

function measured(run: string): readonly Measured[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(`${folder}${run}/requests.csv`, "utf8"), {
    header: true,
    skipEmptyLines: true,
  });
  return data.map((row) => ({
    arrivalSeconds: Number(row.arrival_s),
    promptTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    ttft: Number(row.ttft_from_arrival_ms) / 1000,
    tpot: Number(row.tpot_ms) / 1000,
    e2e: Number(row.last_token_s) - Number(row.arrival_s),
  }));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** 300 ShareGPT requests at 10/s, max-num-seqs and max-num-batched-tokens as the run's meta.json says. */
function compared(run: string, deployment: Readonly<Record<string, unknown>>) {
  const rows = measured(run);
  const settled = settledCase({
    gpu: "RTX-PRO-6000-Blackwell-Server",
    settings: { "max-num-seqs": 128, "max-num-batched-tokens": 2048 },
    ...deployment,
  });
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  const { report, error } = simulate(settled, plans, { kind: "requests", requests: rows }, 1);
  if (!report) throw new Error(error.message);
  const { ttftSeconds, tpotSeconds, e2eSeconds } = report.summary;
  const off = {
    ttftMean: ttftSeconds.mean / mean(rows.map(({ ttft }) => ttft)) - 1,
    ttftMedian: ttftSeconds.p50 / middle(rows.map(({ ttft }) => ttft)) - 1,
    tpot: tpotSeconds.mean / mean(rows.map(({ tpot }) => tpot)) - 1,
    e2e: e2eSeconds.mean / mean(rows.map(({ e2e }) => e2e)) - 1,
  };
  console.log(
    run,
    Object.entries(off)
      .map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`)
      .join(" · "),
  );
  return off;
}

describe.runIf(isThere)("against real runs, request by request", () => {
  it("is within 15 % of the means of a dense model on one GPU (V11)", () => {
    const { ttftMean, tpot, e2e } = compared("RTXPRO6000_Llama-3.1-8B", { model: "meta-llama/Llama-3.1-8B" });
    for (const off of [ttftMean, tpot, e2e]) expect(Math.abs(off)).toBeLessThan(0.15);
  });

  it("is within 20 % for experts over two attention replicas, 50 % for the median TTFT (V12)", () => {
    const { ttftMedian, tpot, e2e } = compared("RTXPRO6000_Qwen3-30B-A3B-Instruct-2507", {
      model: "Qwen/Qwen3-30B-A3B-Instruct-2507",
      pools: [{ parallel: { attentionData: 2, expert: 2 } }],
    });
    for (const off of [tpot, e2e]) expect(Math.abs(off)).toBeLessThan(0.2);
    expect(Math.abs(ttftMedian)).toBeLessThan(0.5);
  });
});
