import { plainYaml } from "../../catalog/plain-yaml.ts";
import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { type Message, message } from "../../deployment/message.ts";
import { aiperf } from "./aiperf.ts";
import { aiperfCsv } from "./aiperf-csv.ts";
import { aiperfRecords } from "./aiperf-records.ts";
import { type BenchmarkRun, toolNames } from "./benchmark-run.ts";
import { csvRows } from "./csv-table.ts";
import { guidellm } from "./guidellm.ts";
import { guidellmCsv } from "./guidellm-csv.ts";
import { inferencePerf } from "./inference-perf.ts";
import { jsonTexts } from "./json-texts.ts";
import { llmperf } from "./llmperf.ts";
import { sglangBench } from "./sglang-bench.ts";
import { vllmBench } from "./vllm-bench.ts";

export interface BenchmarkProblem {
  readonly message: Message;
  /** From zero; null = of the file as a whole. */
  readonly line: number | null;
}

export interface ReadBenchmark {
  /** Loads in the order of the file; none where it is no result. */
  readonly runs: readonly BenchmarkRun[];
  readonly problems: readonly BenchmarkProblem[];
}

/** One JSON object each; the first that knows it has it, or says why it cannot be used. SGLang's has all that vLLM's has. */
const objectReaders: readonly ((fields: Fields) => readonly BenchmarkRun[] | Message | undefined)[] = [
  sglangBench,
  vllmBench,
  guidellm,
  inferencePerf,
  aiperf,
  llmperf,
];
const tableReaders = [guidellmCsv, aiperfCsv];

/** Loads of one file; more would be no benchmark, and each is simulated. */
const mostRuns = 200;
const mostBroken = 5;

/** Reads the result of a load generator, told by its content. Never throws: what cannot be read is told at its line. */
export function readBenchmark(text: string): ReadBenchmark {
  const content = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (content.trim() === "") return { runs: [], problems: [{ message: message("The file is empty."), line: null }] };
  if (/^\s*[[{]/.test(content)) return fromJson(content);
  return isReport(content) ? fromObjects([{ value: undefined, ...plainYaml(content) }.value], []) : fromTable(content);
}

/** guidellm also writes YAML; longer texts would keep its parser busy. */
const longestYaml = 4_000_000;

function isReport(text: string): boolean {
  return text.length <= longestYaml && /^benchmarks:/m.test(text) && text.includes("time_to_first_token_ms:");
}

function fromJson(text: string): ReadBenchmark {
  const { values, broken } = jsonTexts(text);
  const problems = broken.slice(0, mostBroken).map((line) => ({
    message: values.length > 0 ? message("This line is no JSON and is left out.") : message("The JSON breaks off or is broken here."),
    line,
  }));
  return values.length === 0 && broken.length > 0 ? { runs: [], problems } : fromObjects(values, problems);
}

function fromObjects(values: readonly unknown[], problems: readonly BenchmarkProblem[]): ReadBenchmark {
  const objects = values.filter(isFields);
  const records = aiperfRecords(objects);
  if (records) return judged(records, problems);
  const runs: BenchmarkRun[] = [];
  const unusable: BenchmarkProblem[] = [];
  for (const one of objects) {
    const read = runsOf(one) ?? [];
    if ("text" in read) unusable.push({ message: read, line: null });
    else runs.push(...read);
  }
  if (runs.length === 0 && unusable.length > 0) return { runs, problems: [...problems, ...unusable.slice(0, mostBroken)] };
  return judged(runs, problems);
}

function runsOf(fields: Fields): readonly BenchmarkRun[] | Message | undefined {
  for (const read of objectReaders) {
    const runs = read(fields);
    if (runs) return runs;
  }
  return undefined;
}

function fromTable(text: string): ReadBenchmark {
  const rows = csvRows(text);
  for (const read of tableReaders) {
    const runs = read(rows);
    if (runs) return judged(runs, []);
  }
  return judged([], []);
}

function judged(found: readonly BenchmarkRun[], problems: readonly BenchmarkProblem[]): ReadBenchmark {
  if (found.length === 0) {
    const known = Object.values(toolNames).join(", ");
    return {
      runs: [],
      problems: [...problems, { message: message("This is no result of a load generator that is known here: {0}.", known), line: null }],
    };
  }
  const told = found.filter(({ completed }) => completed !== 0);
  if (told.length === 0)
    return { runs: [], problems: [...problems, { message: message("No request was answered in this benchmark."), line: null }] };
  if (told.length > mostRuns) {
    const words = message("The file holds {0} loads; the first {1} are read.", told.length, mostRuns);
    return { runs: told.slice(0, mostRuns), problems: [...problems, { message: words, line: null }] };
  }
  return { runs: told, problems };
}
