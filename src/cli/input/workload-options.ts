import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { Catalog } from "../../catalog/catalog.ts";
import { CaseError } from "../../deployment/case-fields.ts";
import { FileError, mebibyte, readTextFile } from "../../platform/text-files.ts";
import { type LoadedWorkload, loadedLike, loadTrace, readWorkloadFile } from "../../platform/workload-files.ts";
import { allAtOnce } from "../../simulation/report/saturation.ts";
import { atRate, named, withRequests } from "../../simulation/workload/at-rate.ts";
import { builtInWorkload } from "../../simulation/workload/built-in.ts";
import { type KnownWorkloads, knownWorkload } from "../../simulation/workload/known-workload.ts";
import { mostRequests, tooManyRequests } from "../../simulation/workload/load-problem.ts";
import { asLength } from "../../simulation/workload/read-lengths.ts";
import type { WrittenWorkload } from "../../simulation/workload/read-workload.ts";
import type { Length, Workload } from "../../simulation/workload/workload.ts";
import { countOption, positiveOption } from "./common-options.ts";

/** Which load to put on a deployment. */
export interface WorkloadOptions {
  readonly workload?: string;
  readonly trace?: string;
  /** Infinity = all at once. */
  readonly rate?: number;
  readonly concurrency?: number;
  readonly promptTokens?: Length;
  readonly outputTokens?: Length;
  readonly requests?: number;
}

/** What names and rates mean for one deployment. */
export interface WorkloadContext {
  readonly catalog: Catalog;
  /** The project's own workloads. */
  readonly own: ReadonlyMap<string, Workload>;
  /** Relative trace paths start here. */
  readonly folder: string;
  /** Requests per second where nobody says. */
  readonly startRate: () => number;
}

const fallbackName = "chat";
const usualRequests = 1000;

export function withWorkloadOptions(command: Command): Command {
  return command
    .option("--workload <name|file>", "built-in or own workload, or a file that describes one")
    .option("--trace <file>", "requests of a trace (azure, mooncake, burstgpt, vidur, splitwise, llmservingsim, csv, jsonl)")
    .option("--rate <per second>", "requests per second, inf = all at once", rateOption)
    .option("--concurrency <n>", "requests kept in flight", countOption(1))
    .option("--prompt-tokens <length>", 'tokens of a prompt: 512, 100-900, or JSON such as {"lognormal":[1200,800,10,8000]}', lengthOption)
    .option("--output-tokens <length>", "tokens of an answer, likewise", lengthOption)
    .option("--requests <n>", "how many requests", countOption(1));
}

/** The workload that the options ask for; without any, the deployment's own or `chat`. */
export function chosenWorkload(options: WorkloadOptions, own: string | null, context: WorkloadContext): LoadedWorkload {
  const { trace, rate, concurrency, requests, promptTokens, outputTokens } = options;
  if (trace !== undefined) {
    const reference = {
      path: trace,
      format: undefined,
      speedup: 1,
      limitSeconds: Number.POSITIVE_INFINITY,
      requests,
      ratePerSecond: undefined,
      classes: undefined,
    };
    const loaded = loadTrace(reference, context.folder);
    return loaded.workload ? { ...loaded, workload: loadedBy(loaded.workload, { rate, concurrency }) } : loaded;
  }
  const name = options.workload ?? own ?? fallbackName;
  if (promptTokens !== undefined || outputTokens !== undefined) {
    const base = namedWorkload(name, context);
    if (!base.workload) return base;
    const lengths = lengthsOf(base.workload);
    const made: Workload = {
      kind: "offline",
      name: "given lengths",
      requests: requests ?? usualRequests,
      promptTokens: promptTokens ?? lengths.promptTokens,
      outputTokens: outputTokens ?? lengths.outputTokens,
    };
    const open = rate ?? (concurrency === undefined ? context.startRate() : undefined);
    return { workload: loadedBy(made, { rate: open, concurrency }), notes: [] };
  }
  const named = namedWorkload(name, context, requests);
  return named.workload ? { ...named, workload: loadedBy(named.workload, { rate, concurrency, requests }) } : named;
}

/** A case's workload, ready to run. */
export function writtenWorkload(written: WrittenWorkload, context: WorkloadContext): LoadedWorkload {
  switch (written.kind) {
    case undefined:
      return { problem: written.problem };
    case "workload":
      return { workload: written.workload, notes: [] };
    case "trace":
      return loadTrace(written.trace, context.folder);
    case "like":
      return loadedLike(written, (name, requests) => knownWorkload(context, name, requests));
    case "named": {
      const { name, requests, ratePerSecond } = written;
      const loaded = namedWorkload(name, context, requests);
      return loaded.workload ? { ...loaded, workload: loadedBy(loaded.workload, { rate: ratePerSecond, requests }) } : loaded;
    }
    default:
      return written satisfies never;
  }
}

/** An own workload, a built-in one, or a file. */
function namedWorkload(name: string, { own, catalog, startRate }: WorkloadContext, requests?: number): LoadedWorkload {
  const described = own.get(name);
  if (described) return { workload: described, notes: [] };
  const rows = catalog.workload(name);
  // Refused before they are written out.
  if (requests !== undefined && requests > mostRequests) return { problem: tooManyRequests(requests) };
  if (rows) return { workload: builtInWorkload(rows, rows.cv === null ? null : startRate(), requests), notes: [] };
  if (/[\\/]|\.(ya?ml|json)$/i.test(name) || existsSync(name)) return workloadFile(name, { own, catalog });
  return { problem: `The workload “${name}” is not known. There are ${catalog.workloads().join(", ")}, or name a file.` };
}

function workloadFile(path: string, known: KnownWorkloads): LoadedWorkload {
  try {
    const loaded = readWorkloadFile(readTextFile(path, mebibyte), path, (name, requests) => knownWorkload(known, name, requests));
    return loaded.workload ? loaded : { problem: `${path}: ${loaded.problem}` };
  } catch (error) {
    if (error instanceof FileError) return { problem: `The workload file ${path} ${error.message}.` };
    throw error;
  }
}

interface LoadChange {
  readonly rate?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly requests?: number | undefined;
}

/** The same requests at another rate or concurrency; both together mean a rate with a cap on requests in flight. */
function loadedBy(workload: Workload, { rate, concurrency, requests }: LoadChange): Workload {
  const counted = requests === undefined ? workload : withRequests(workload, requests);
  if (rate !== undefined && Number.isFinite(rate)) {
    const open = atRate(counted, rate);
    return concurrency === undefined ? open : { ...open, maxInFlight: concurrency };
  }
  if (concurrency !== undefined) return keptInFlight(counted, concurrency);
  return rate === undefined ? counted : { ...allAtOnce(counted), ...named(counted) };
}

function keptInFlight(workload: Workload, concurrency: number): Workload {
  if (workload.kind === "requests") return { ...allAtOnce(workload), ...named(workload), maxInFlight: concurrency };
  const { requests, promptTokens, outputTokens } = workload;
  return { ...named(workload), kind: "closed-loop", concurrency, requests, promptTokens, outputTokens };
}

function lengthsOf(workload: Workload): { readonly promptTokens: Length; readonly outputTokens: Length } {
  if (workload.kind !== "requests") return workload;
  return {
    promptTokens: { values: workload.requests.map((row) => row.promptTokens) },
    outputTokens: { values: workload.requests.map((row) => row.outputTokens) },
  };
}

function rateOption(text: string): number {
  return /^(inf|infinity|∞)$/i.test(text) ? Number.POSITIVE_INFINITY : positiveOption(text);
}

function lengthOption(text: string): Length {
  const range = /^(\d+)-(\d+)$/.exec(text.trim());
  if (range) return { uniform: [Number(range[1]), Number(range[2])] };
  if (/^\d+$/.test(text.trim())) return Number(text);
  try {
    return asLength(JSON.parse(text), "length");
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CaseError) {
      throw new InvalidArgumentError('Write it as 512, 100-900, or {"lognormal":[mean,sd,min,max]}.');
    }
    throw error;
  }
}
