import { figure, whole } from "../../catalog/quantity.ts";
import { plain } from "../../deployment/message.ts";
import { oneLine } from "../../simulation/workload/one-line.ts";
import type { Length } from "../../simulation/workload/workload.ts";
import { type MeasuredWorkload, workloadOf } from "./measured-workload.ts";

/** `measured-2026-11-29`, or with a number behind it where that is taken. */
export function measuredName(date: string, taken: (name: string) => boolean): string {
  const name = `measured-${date}`;
  if (!taken(name)) return name;
  let further = 2;
  while (taken(`${name}-${further}`)) further++;
  return `${name}-${further}`;
}

/** Requests of a run: as many as tell its percentiles. */
const requests = 2000;

/** A measured load as a workload file, in the words of interfaces.md, with what of it is assumed said in front. */
export function workloadText(
  load: MeasuredWorkload,
  { name, from, date }: { readonly name: string; readonly from: string; readonly date: string },
): string {
  const workload = workloadOf(load);
  const { promptTokens, outputTokens, prefixShare } = workload;
  const arrivals =
    workload.kind === "closed-loop"
      ? [`concurrency: ${workload.concurrency}`]
      : [
          `ratePerSecond: ${digits(workload.ratePerSecond)}`,
          ...(workload.cv === undefined ? ["arrivals: poisson"] : ["arrivals: gamma", `cv: ${digits(workload.cv)}`]),
        ];
  return `${[
    `# ${whole(load.requests)} requests that ${oneLine(from)} took in ${whole(load.seconds)} s: ${figure(load.ratePerSecond)} a second,`,
    `# ${whole(load.promptTokensMean)} prompt and ${whole(load.outputTokensMean)} output tokens on average.`,
    ...load.assumed.map((words) => `# ${plain(words)}.`),
    `name: ${name}`,
    `source: ${JSON.stringify(`measured on ${date} at ${oneLine(from)}`)}`,
    `kind: ${workload.kind}`,
    ...arrivals,
    `requests: ${requests}`,
    `promptTokens: ${lengthText(promptTokens)}`,
    `outputTokens: ${lengthText(outputTokens)}`,
    ...(prefixShare === undefined ? [] : [`prefixShare: ${digits(prefixShare)}`]),
  ].join("\n")}\n`;
}

function lengthText(length: Length): string {
  return typeof length === "object" && "values" in length ? `{ values: [${length.values.join(", ")}] }` : JSON.stringify(length);
}

function digits(value: number): number {
  return Number(value.toPrecision(4));
}
