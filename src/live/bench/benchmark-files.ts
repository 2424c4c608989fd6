import { type Message, message } from "../../deployment/message.ts";
import type { SharedPrefix } from "../../simulation/workload/workload.ts";
import { sharedPrefixOf } from "./inference-perf-config.ts";
import { type MeasuredLoad, measuredLoad } from "./measured-load.ts";
import { readBenchmark } from "./read-benchmark.ts";

export interface BenchmarkFile {
  readonly name: string;
  readonly text: string;
}

export interface BenchmarkFiles {
  readonly loads: readonly MeasuredLoad[];
  readonly problems: readonly FileProblem[];
}

export interface FileProblem {
  readonly file: string;
  /** From zero; null = of the file as a whole. */
  readonly line: number | null;
  readonly message: Message;
}

/** Each load is simulated several times; more of them say nothing more. */
const mostLoads = 50;

/** Loads of one or more results, in the order given. A generator's own configuration among them tells what the results leave out. */
export function benchmarkLoads(files: readonly BenchmarkFile[]): BenchmarkFiles {
  const loads: MeasuredLoad[] = [];
  const problems: FileProblem[] = [];
  let shared: SharedPrefix | null = null;
  const results = files.filter(({ text }) => {
    const told = sharedPrefixOf(text);
    shared ??= told ?? null;
    return told === undefined;
  });
  for (const { name, text } of results) {
    const read = readBenchmark(text);
    problems.push(...read.problems.map((one) => ({ file: name, ...one })));
    for (const run of read.runs) {
      const from = read.runs.length > 1 && run.label !== "" ? `${name}, ${run.label}` : name;
      const one = measuredLoad(run, { from, shared });
      if (one.load) loads.push(one.load);
      else problems.push({ file: from, line: null, message: one.problem });
    }
  }
  if (loads.length <= mostLoads) return { loads, problems };
  const words = message("There are {0} loads; the first {1} are used.", loads.length, mostLoads);
  return { loads: loads.slice(0, mostLoads), problems: [...problems, { file: results[0]?.name ?? "", line: null, message: words }] };
}
