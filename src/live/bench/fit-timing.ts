import type { TimingCorrection } from "../../deployment/calibration.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Summary } from "../../simulation/report.ts";
import type { Workload } from "../../simulation/workload.ts";
import { type Fit, leastSquares } from "./least-squares.ts";
import type { MeasuredLoad } from "./measured-load.ts";

/** What a simulation of a load says with a correction; undefined where it cannot be simulated. */
export type Predict = (workload: Workload, correction: TimingCorrection) => Promise<Summary | undefined>;

/** The prediction that is corrected. */
export interface Corrected {
  readonly band: number;
  readonly requestSeconds: number;
}

export type FittedTiming =
  | { readonly correction: TimingCorrection; readonly band: number; readonly problem?: undefined }
  | { readonly correction?: undefined; readonly band?: undefined; readonly problem: Message };

export const noCorrection: TimingCorrection = { device: 1, host: 1, requestSeconds: null };

/** Runs of a fit; longer ones move their means by less than they are measured to. */
const mostRequests = 3000;
/** Factors from 1/20 to 20. */
const mostLog = Math.log(20);
/** Two factors for one only where they explain what one leaves: at least this share of the squares, of more than this root of their mean. */
const muchBetter = 0.6;
const enough = 0.03;
/** 80 % of a normal distribution lie within so many deviations. */
const deviations = 1.28;
const leastBand = 0.05;
/** What one load says of others: 8 in 10 of 168 predictions of a rate from another one (Llama-3.1-8B on an H100, vLLM 0.11, four setups). */
const oneLoadBand = 0.2;

/**
 * The smallest correction that explains what was measured: of one load a factor on all of a step, of several loads one on the GPU and one
 * on the host where that explains much more, and what a request spends outside its steps.
 */
export async function fitTiming(loads: readonly MeasuredLoad[], predict: Predict, model: Corrected): Promise<FittedTiming> {
  const telling = loads.filter((load) => load.tpot !== null || (load.isLimited && load.requestsPerSecond !== null));
  if (telling.length === 0) return { problem: message("It tells no time per output token") };
  let failed = false;
  const residuals = async ([device = 0, host = device]: readonly number[]): Promise<readonly number[]> => {
    const correction = { device: Math.exp(device), host: Math.exp(host), requestSeconds: null };
    const all: number[] = [];
    for (const load of telling) {
      const summary = await predict(shortened(load.workload), correction);
      failed ||= !summary;
      all.push(...(summary ? offBy(load, summary) : []));
    }
    return all;
  };
  const one = await leastSquares(residuals, [0], mostLog);
  if (failed) return { problem: message("Its load cannot be simulated") };
  const spare = one.residuals.length > 2 && telling.length > 1 && rootMean(one, 0) > enough;
  const two = spare ? await leastSquares(residuals, [one.parameters[0] ?? 0, one.parameters[0] ?? 0], mostLog) : one;
  const best = two.cost < muchBetter * one.cost ? two : one;
  const spread = deviations * rootMean(best, best.parameters.length);
  if (telling.length > 1 && spread >= model.band) {
    const worst = Math.max(...best.residuals.map(Math.abs));
    return {
      problem: message("No correction explains these loads: with the best one a prediction is still {0} % off", Math.round(100 * worst)),
    };
  }
  const [device = 0, host = device] = best.parameters;
  const steps = { device: Math.exp(device), host: Math.exp(host), requestSeconds: null };
  const requestSeconds = telling.length > 1 ? await outside(loads, predict, steps, model.requestSeconds) : null;
  const band = telling.length > 1 ? Math.max(leastBand, spread) : Math.max(oneLoadBand, model.band / 2);
  return { correction: { ...steps, requestSeconds }, band: Math.min(model.band, band) };
}

/** Logarithms of predicted over measured: of the time per token, and of the time per request where the server's own pace decides it. */
function offBy({ tpot, isLimited, requestsPerSecond }: MeasuredLoad, { tpotSeconds, requestsPerSecond: rate }: Summary): readonly number[] {
  const off: number[] = [];
  if (tpot) off.push(Math.log(tpotSeconds[tpot.statistic] / tpot.seconds));
  if (isLimited && requestsPerSecond !== null) off.push(Math.log(requestsPerSecond / rate));
  return off.map((value) => (Number.isFinite(value) ? value : 0));
}

/** Root of the mean square, freed of the parameters that were fitted. */
function rootMean({ cost, residuals }: Fit, parameters: number): number {
  return Math.sqrt(cost / Math.max(1, residuals.length - parameters));
}

/** Requests that hardly wait tell what they spend outside steps: those of the load with the quickest first token. */
async function outside(
  loads: readonly MeasuredLoad[],
  predict: Predict,
  correction: TimingCorrection,
  predicted: number,
): Promise<number | null> {
  const quickest = loads
    .flatMap((load) => (load.ttft && !load.isLimited ? [{ load, ttft: load.ttft }] : []))
    .sort((a, b) => a.ttft.seconds - b.ttft.seconds)[0];
  const summary = quickest && (await predict(shortened(quickest.load.workload), correction));
  if (!quickest || !summary) return null;
  return Math.max(0, predicted + quickest.ttft.seconds - summary.ttftSeconds[quickest.ttft.statistic]);
}

function shortened(workload: Workload): Workload {
  return workload.kind === "requests" ? workload : { ...workload, requests: Math.min(workload.requests, mostRequests) };
}
