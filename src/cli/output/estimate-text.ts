import { duration, figure, percent, rate, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import type { Settled } from "../../deployment/settled.ts";
import { deploymentWords } from "../../simulation/report/layout-words.ts";
import { bandRange } from "../../timing/band-range.ts";
import type { Operator } from "../../timing/step-model.ts";
import type { Estimated, PricedStep } from "../estimating.ts";
import type { Terminal } from "../terminal.ts";
import { anatomyHead, anatomyRows } from "./anatomy.ts";
import { timeBand } from "./band-words.ts";
import { table } from "./table.ts";

const stepNames: Readonly<Record<PricedStep["name"], string>> = {
  prefill: "prefill",
  "decode-one": "decode, alone",
  "decode-largest": "decode, fullest",
};
export const operatorNames: Readonly<Record<Operator, string>> = {
  matrix: "matrix products",
  "prefill-attention": "prefill attention",
  "decode-attention": "decode attention",
  collectives: "collectives",
  host: "host",
};

/** The closed form for people. */
export function estimateText(name: string, made: Estimated, settled: Settled, paint: Terminal["paint"]): string {
  const { estimate, gpus } = made;
  const gpu = [...new Set(settled.pools.map((pool) => pool.gpu.id))].join(", ");
  const alone = (seconds: number, band = estimate.band): string =>
    `≈ ${duration(seconds)}, ${timeBand(bandRange(seconds, band))} in 8 of 10 cases`;
  const rows = [
    ["TTFT, one request alone", alone(estimate.ttftSeconds, estimate.firstTokenBand)],
    ["TPOT, one request alone", alone(estimate.tpotSeconds)],
    ["E2E, one request alone", alone(estimate.e2eSeconds)],
    ["tokens per second a user sees", `≈ ${rate(estimate.userTokensPerSecond, "tok/s")}`],
    ["largest batch of one engine", `${whole(estimate.largestBatch)} requests`],
    [
      "most it can hold",
      `≤ ${rate(estimate.mostRequestsPerSecond, "req/s")}, ${rate(estimate.mostOutputTokensPerSecond, "tok/s")} of output`,
    ],
  ];
  const assumed = settled.assumed
    .map(({ what, value, why }) => `  ${paint("dim", "assumed:")} ${what} = ${value}, ${plain(why)}\n`)
    .join("");
  return [
    `${paint("bold", name)}: ${settled.model.id} on ${gpus} × ${gpu}, ${deploymentWords(settled)}\n`,
    `  ${whole(estimate.promptTokens)} prompt and ${whole(estimate.outputTokens)} output tokens; ${estimate.basis}, ± ${percent(estimate.band)}\n`,
    table(rows, { indent: 2 }),
    "\n",
    ...made.steps.map(stepText),
    assumed,
  ].join("");
}

/** Each step's time, then what it is made of. */
function stepText({ name, tokens, seconds, operators, peaks }: PricedStep): string {
  const right = anatomyHead.map((_, i) => i).slice(1, -1);
  const rows = anatomyRows(operators, peaks);
  return `  ${stepNames[name]}, ${tokens === 1 ? "1 token" : `${whole(tokens)} tokens`}: ${duration(seconds)}\n${table(rows, { head: anatomyHead, right, indent: 2 })}\n`;
}

export function share(seconds: number, total: number): string {
  return total > 0 && seconds > 0 ? `${figure((seconds / total) * 100)} %` : "0 %";
}
