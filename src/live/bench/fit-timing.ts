import type { TimingCorrection } from "../../deployment/calibration.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Summary } from "../../simulation/report/report.ts";
import type { Workload } from "../../simulation/workload/workload.ts";
import { type Fit, leastSquares, type Residuals } from "./least-squares.ts";
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
/** How far one load's factor misses at others: so much, and more where it had much to correct (four setups of vLLM 0.11 at seven rates). */
const oneLoadLeast = 0.1;
const ofCorrection = 0.4;
/** A correction explains something where it leaves less than this share of the squares, or no more than predictions miss anyway. */
const explained = 0.5;

/**
 * The smallest correction that explains what was measured: of one load a factor on all of a step, of several loads one on the GPU and one
 * on the host where that explains much more; and what a request spends outside its steps, where a load hardly made it wait.
 */
export async function fitTiming(loads: readonly MeasuredLoad[], predict: Predict, model: Corrected): Promise<FittedTiming> {
  const telling = loads.filter((load) => load.tpot !== null || (load.isLimited && load.requestsPerSecond !== null));
  if (telling.length === 0) return { problem: message("It tells no time per output token") };
  let failed = false;
  const residuals: Residuals = async (logarithms) => {
    const all: number[] = [];
    for (const load of telling) {
      const summary = await predict(shortened(load.workload), factors(logarithms));
      failed ||= !summary;
      all.push(...(summary ? offBy(load, summary) : []));
    }
    return all;
  };
  const best = await fewestFactors(residuals, telling.length);
  if (failed) return { problem: message("Its load cannot be simulated") };
  const steps = factors(best.parameters);
  const correction = async () => ({ ...steps, requestSeconds: await outside(loads, predict, steps, model.requestSeconds) });
  if (telling.length === 1) return { correction: await correction(), band: oneLoadBand(steps, model) };
  const band = deviations * rootMean(best, best.parameters.length);
  if (band >= model.band && best.cost > explained * sumOfSquares(await residuals([0]))) {
    const worst = Math.max(...best.residuals.map(Math.abs));
    return {
      problem: message("No correction explains these loads: with the best one a prediction is still {0} % off", Math.round(100 * worst)),
    };
  }
  return { correction: await correction(), band: Math.min(1, Math.max(leastBand, band)) };
}

function factors([device = 0, host = device]: readonly number[]): TimingCorrection {
  return { device: Math.exp(device), host: Math.exp(host), requestSeconds: null };
}

/** One factor, or two where one leaves something and they explain much more of it. */
async function fewestFactors(residuals: Residuals, loads: number): Promise<Fit> {
  const one = await leastSquares(residuals, [0], mostLog);
  if (loads === 1 || rootMean(one, 0) <= enough) return one;
  const [both = 0] = one.parameters;
  const two = await leastSquares(residuals, [both, both], mostLog);
  return two.cost < muchBetter * one.cost ? two : one;
}

/** The more there was to correct, the less one load tells of others. */
function oneLoadBand({ device }: TimingCorrection, { band }: Corrected): number {
  return Math.min(1, Math.max(leastBand, Math.min(band, oneLoadLeast), ofCorrection * Math.abs(Math.log(device))));
}

/** Logarithms of predicted over measured: of the time per token, and of the time per request where the server's own pace decides it. */
function offBy({ tpot, isLimited, requestsPerSecond }: MeasuredLoad, { tpotSeconds, requestsPerSecond: rate }: Summary): readonly number[] {
  const off: number[] = [];
  if (tpot) off.push(Math.log(tpotSeconds[tpot.statistic] / tpot.seconds));
  if (isLimited && requestsPerSecond !== null) off.push(Math.log(requestsPerSecond / rate));
  return off.map((value) => (Number.isFinite(value) ? value : 0));
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Root of the mean square, freed of the parameters that were fitted. */
function rootMean({ cost, residuals }: Fit, parameters: number): number {
  return Math.sqrt(cost / Math.max(1, residuals.length - parameters));
}

/** Steps that a request waits for where it hardly waits: the one under way and the next. */
const mostSteps = 2;
/** Tokenising and HTTP take no longer: what is measured beyond was spent in a queue that the prediction does not have. */
const mostOutsideSeconds = 0.05;

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
  if (!quickest || !summary || summary.queueSeconds.mean > mostSteps * summary.tpotSeconds.mean) return null;
  const seconds = Math.max(0, predicted + quickest.ttft.seconds - summary.ttftSeconds[quickest.ttft.statistic]);
  return seconds > mostOutsideSeconds ? null : seconds;
}

function shortened(workload: Workload): Workload {
  return workload.kind === "requests" ? workload : { ...workload, requests: Math.min(workload.requests, mostRequests) };
}
