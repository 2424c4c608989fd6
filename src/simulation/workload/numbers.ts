import { Sample } from "../report/sample.ts";
import { drawLoad, type Load } from "./load.ts";
import type { Workload, WorkloadNumbers } from "./workload.ts";

/** What a workload is in numbers, for the seed it will run with; undefined where it makes no sense. */
export function workloadNumbers(workload: Workload, seed = 1): WorkloadNumbers | undefined {
  const { load } = drawLoad(workload, seed);
  return load && loadNumbers(load);
}

/** The same of a load already drawn: measured requests only. */
export function loadNumbers(load: Load): WorkloadNumbers {
  const count = load.measured;
  const prompts = load.promptTokens.subarray(0, count);
  const outputs = load.outputTokens.subarray(0, count);
  const last = (load.arrivalSeconds[count - 1] as number) - (load.arrivalSeconds[0] as number);
  const arrives = load.concurrency === null && count > 1 && last > 0;
  return {
    requests: count,
    promptMean: mean(prompts),
    promptP95: p95(prompts),
    outputMean: mean(outputs),
    outputP95: p95(outputs),
    ratePerSecond: arrives ? (count - 1) / last : null,
    burstiness: arrives ? gapVariation(load, count) : null,
    repeatedPrefix: repeatedPrefix(load),
    source: load.source,
  };
}

function mean(values: Int32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total / values.length;
}

function p95(values: Int32Array): number {
  const [value = 0] = values.length > 0 ? Sample.of(values).at([Math.ceil(0.95 * values.length) - 1]) : [];
  return value;
}

/** Of arrivals by themselves: what follows an answer comes when that does. */
function gapVariation({ arrivalSeconds, follows }: Load, count: number): number {
  let sum = 0;
  let squares = 0;
  let gaps = 0;
  let last = arrivalSeconds[0] as number;
  for (let i = 1; i < count; i++) {
    if (follows[i] === 1) continue;
    const gap = (arrivalSeconds[i] as number) - last;
    last = arrivalSeconds[i] as number;
    sum += gap;
    squares += gap * gap;
    gaps++;
  }
  const average = sum / gaps;
  return Math.sqrt(Math.max(0, squares / gaps - average * average)) / average;
}

/** Share of prompt tokens whose blocks an earlier request had, order only: what an endless cache would hit. */
function repeatedPrefix(load: Load): number {
  if (load.distinctPrefixIds === 0) return 0;
  const seen = new Uint8Array(load.distinctPrefixIds);
  let hit = 0;
  let total = 0;
  for (let r = 0; r < load.measured; r++) {
    const prompt = load.promptTokens[r] as number;
    const end = load.prefixStart[r + 1] as number;
    let at = load.prefixStart[r] as number;
    let blocks = 0;
    for (; at < end && seen[load.prefixIds[at] as number] === 1; at++) blocks++;
    for (; at < end; at++) seen[load.prefixIds[at] as number] = 1;
    hit += Math.min(blocks * load.prefixBlockTokens, prompt);
    total += prompt;
  }
  return hit / total;
}
