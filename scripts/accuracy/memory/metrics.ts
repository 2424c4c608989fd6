import { median, percentWhere, quantile } from "../statistics.ts";
import type { Metric } from "../suite.ts";
import { givenErrors, isHybrid, isStated, percentErrors } from "./errors.ts";
import type { JudgedStart } from "./judged-start.ts";

/** Figures of the whole table. KV bytes hang on everything, so only starts that state what decides are judged by them. */
export function memoryMetrics(judged: readonly JudgedStart[]): readonly Metric[] {
  const stated = judged.filter(isStated);
  const weights = percentErrors(
    judged.filter(({ start }) => start.tensor !== undefined),
    "weights",
  );
  const activation = percentErrors(stated, "activation");
  const kv = percentErrors(stated, "kv");
  const assumed = percentErrors(
    judged.filter((one) => !isStated(one)),
    "kv",
  );
  return [
    ...distribution("weights", weights),
    ...distribution("activation", activation),
    ...distribution("KV bytes", kv),
    { name: "KV bytes: rows within 5 %", rows: kv.length, value: percentWhere(kv, (error) => error <= 5), unit: "%" },
    { name: "KV bytes where defaults were assumed: median error", rows: assumed.length, value: median(assumed), unit: "%" },
    ...givenBytes(judged),
    ...verdicts(judged),
    {
      name: "rows that state what decides: unanswered",
      rows: stated.length,
      value: percentWhere(stated, ({ answer }) => answer === undefined),
      unit: "%",
    },
    { name: "one evaluation: median", rows: judged.length, value: median(judged.map(({ milliseconds }) => milliseconds)), unit: "ms" },
  ];
}

function distribution(name: string, errors: readonly number[]): readonly Metric[] {
  return [
    { name: `${name}: median error`, rows: errors.length, value: median(errors), unit: "%" },
    { name: `${name}: 90th percentile of errors`, rows: errors.length, value: quantile(errors, 0.9), unit: "%" },
  ];
}

function givenBytes(judged: readonly JudgedStart[]): readonly Metric[] {
  const known = (values: readonly (number | undefined)[]): readonly number[] => values.filter((value) => value !== undefined);
  const plain = known(judged.filter((one) => !isHybrid(one)).map((one) => givenErrors(one).tokens));
  const hybrid = judged.filter(isHybrid).map(givenErrors);
  const printed = known(hybrid.flatMap(({ tokens, concurrency }) => [tokens, concurrency]));
  return [
    {
      name: "KV tokens given the logged bytes: rows within 0.5 %",
      rows: plain.length,
      value: percentWhere(plain, (error) => error <= 0.005),
      unit: "%",
    },
    {
      name: "hybrid models, tokens and concurrency: figures within 2 %",
      rows: printed.length,
      value: percentWhere(printed, (error) => error <= 0.02),
      unit: "%",
    },
  ];
}

function verdicts(judged: readonly JudgedStart[]): readonly Metric[] {
  const refused = judged.filter(({ start }) => start.isRefused);
  const started = judged.filter(({ start, answer }) => !start.isRefused && answer !== undefined);
  return [
    { name: "refused starts: not flagged", rows: refused.length, value: refused.filter((one) => !isFlagged(one)).length, unit: "rows" },
    { name: "successful starts: called an error", rows: started.length, value: started.filter(isCalledError).length, unit: "rows" },
    { name: "successful starts: warned of", rows: started.length, value: started.filter(isFlagged).length, unit: "rows" },
  ];
}

/** Said where the memory is too small, be it with doubt. */
const memoryCodes: readonly string[] = ["memory-overflow", "kv-cache-too-small", "card-room"];

/** An error, or a warning about the memory. */
export function isFlagged({ answer }: JudgedStart): boolean {
  const warned = answer?.warnings.some((text) => memoryCodes.some((code) => text.startsWith(`${code}:`)));
  return answer !== undefined && (answer.errors.length > 0 || warned === true);
}

export function isCalledError({ answer }: JudgedStart): boolean {
  return answer !== undefined && (!answer.fits || answer.errors.length > 0);
}
