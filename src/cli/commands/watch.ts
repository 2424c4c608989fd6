import { basename, isAbsolute } from "node:path";
import type { Command } from "commander";
import { type Exit, exits, usage } from "../exit.ts";
import { durationOption, formatOption, positiveOption, withCommonOptions } from "../input/common-options.ts";
import { givenToken } from "../input/token-option.ts";
import { comparisonJson } from "../output/watch-json.ts";
import { WatchTable } from "../output/watch-table.ts";
import { comparisonText } from "../output/watch-text.ts";
import { watchedText } from "../output/watched-text.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { until } from "../until.ts";
import { type Comparison, comparedDeployment, comparison } from "../watch-compare.ts";
import { type Each, onEach } from "../watch-each.ts";
import { keepWatching, lookOnce, type Watched, type WatchTarget } from "../watch-one.ts";
import { WatchRecord } from "../watch-record.ts";
import { type SourceOptions, type WatchedSource, watchedSources } from "../watch-sources.ts";
import { failed, failOnOption, type WatchFailure } from "../watch-verdict.ts";
import { saveWorkload } from "../watch-workload.ts";

interface WatchOptions extends SourceOptions {
  readonly format: "text" | "jsonl";
  readonly once?: boolean;
  readonly duration?: number;
  readonly interval: number;
  readonly record?: string;
  readonly compare?: string;
  readonly failOn?: readonly WatchFailure[];
  readonly saveWorkload?: string;
  readonly perEngine?: boolean;
  readonly tokenStdin?: boolean;
}

type Compared = Awaited<ReturnType<typeof comparedDeployment>>;

/** Lines of a page that make no sense tend to come by the hundred. */
const mostProblems = 5;

export function addWatch(program: Command, run: Run): void {
  const command = program
    .command("watch")
    .description("attach to running servers, or play a recording, and print metrics, a line a look")
    .argument("[url...]", "address of a server or its metrics page: 8000, host:8000, https://host/metrics")
    .addOption(formatOption("text", "jsonl"))
    .option("--fleet", "several addresses are one fleet, summed and merged; prefill=ADDRESS and decode=ADDRESS say what each does")
    .option("--once", "one look, with quantiles since the server's start (of a recording, the last)")
    .option("--duration <time>", "stop after this time, such as 60s (of a recording, of its own time)", durationOption)
    .option("--interval <time>", "time between two looks", durationOption, 1)
    .option("--record <file>", "write what was seen to a file that --replay plays; compressed where its name ends in .gz")
    .option("--prometheus <url>", "watch servers through a Prometheus-compatible store: its address, or that of its API")
    .option("--labels <k=v,...>", "which servers of the store, by their labels")
    .option("--tenant <name>", "whose data of a store that keeps tenants apart (X-Scope-OrgID)")
    .option("--replay <file>", "play a recording, or a folder of saved pages named like page-1795220873.prom")
    .option("--speed <factor>", "how many times as fast a recording is played (default: as fast as it goes)", positiveOption)
    .option("--compare <path>", "compare with what a deployment file predicts for the measured load, at the end")
    .option(
      "--fail-on <what>",
      "end with 1 where so: slo (a limit of --compare's file surely missed), drift, lost; several with commas",
      failOnOption,
    )
    .option("--save-workload <file>", "write the load that was measured as a workload, which simulate and the others take with --workload")
    .option("--per-engine", "each engine of a server alone too")
    .option("--kubernetes <path>", "the pods of a deployment file, asked with your own kubectl")
    .option("--namespace <name>", "of the pods, instead of the file's or the context's")
    .option("--context <name>", "of kubectl, instead of the current one")
    .option("--selector <labels>", "of the pods, where the file does not tell them: app=NAME")
    .option("--ca-file <file>", "certificate authorities (PEM) that servers may be certified by, beside the public ones")
    .option("--token-stdin", "read the server's key from stdin (else INFERENCE_LENS_TOKEN)");
  withCommonOptions(command).action((urls: string[], options: WatchOptions) => run(options, (session) => watch(urls, options, session)));
}

async function watch(addresses: readonly string[], options: WatchOptions, session: Session): Promise<Exit> {
  if (session.bare) throw usage("watch takes addresses of servers, no launch command.");
  if (options.once && options.compare !== undefined) throw usage("--compare needs a stretch of time: give --duration instead of --once.");
  if (options.failOn?.some((what) => what !== "lost") && options.compare === undefined)
    throw usage("--fail-on slo and drift go with --compare.");
  if (options.failOn && options.once) throw usage("--fail-on needs a stretch of time: give --duration instead of --once.");
  if (options.saveWorkload !== undefined && options.once)
    throw usage("--save-workload needs a stretch of time: give --duration instead of --once.");
  if (options.interval < 0.1) throw usage("The interval must be at least 100ms.");
  const sources = await watchedSources(addresses, options, await givenToken(options), session);
  try {
    return await watchSources(sources, options, session);
  } finally {
    for (const { stop } of sources) stop?.();
  }
}

async function watchSources(sources: readonly WatchedSource[], options: WatchOptions, session: Session): Promise<Exit> {
  const compared = options.compare === undefined ? undefined : await comparedDeployment(options.compare, options, session);
  const record = options.record === undefined ? undefined : recordOf(options.record, options, compared, session);
  try {
    const table = new WatchTable(
      sources.map(({ label }) => label),
      session.terminal.paint,
    );
    const targets = sources.map((watched) => targetOf(watched, table, record, options, session));
    if (options.once) {
      const { someFailed } = await onEach(targets, lookOnce, session.terminal);
      return someFailed ? exits.unreachable : exits.ok;
    }
    const { results, someFailed } = await watchAll(targets, options, session);
    if (options.format === "text") for (const [{ label }, { series }] of results) session.terminal.write(watchedText(series, label));
    if (options.saveWorkload !== undefined) saveWorkload(options.saveWorkload, results, session);
    const found = results.map(([, watched]) => verdict(watched, compared, options, session));
    return someFailed ? exits.unreachable : found.includes(exits.found) ? exits.found : exits.ok;
  } finally {
    await record?.close();
  }
}

async function watchAll(
  targets: readonly WatchTarget[],
  { duration, interval, replay }: WatchOptions,
  { terminal }: Session,
): Promise<Each<Watched>> {
  const stop = until(replay === undefined ? duration : undefined);
  const times = { intervalMs: interval * 1000, durationSeconds: duration };
  return onEach(targets, (target) => keepWatching(target, times, stop), terminal).finally(() => stop.release());
}

function targetOf(
  watched: WatchedSource,
  table: WatchTable,
  record: WatchRecord | undefined,
  { format, perEngine = false }: WatchOptions,
  { terminal }: Session,
): WatchTarget {
  const write = record?.of(watched);
  const { label } = watched;
  let told = "";
  return {
    ...watched,
    perEngine,
    onSeen: (seen) => {
      const { line, point, look } = seen;
      const left = look.problems.slice(0, mostProblems).join("; ");
      if (left !== told && left !== "") terminal.tell(label === "" ? left : `${label}: ${left}`);
      told = left;
      const json = (): string => `${JSON.stringify(label === "" ? line : { ...line, url: label })}\n`;
      terminal.write(format === "jsonl" ? json() : table.line(label, line, point));
      write?.(seen);
    },
  };
}

function recordOf(path: string, options: WatchOptions, compared: Compared | undefined, { terminal }: Session): WatchRecord {
  const deployment = compared && {
    name: compared.deployment.name,
    file: placeOf(options.compare ?? ""),
    line: compared.deployment.anchor.start.line,
  };
  const about = { intervalSeconds: options.interval, deployment: deployment ?? null };
  return new WatchRecord(path, about, (words) => terminal.fail(words));
}

/** As it was written, below the folder one stands in; elsewhere its name alone: a path may name a person. */
function placeOf(path: string): string {
  return isAbsolute(path) || path.split(/[/\\]/).includes("..") ? basename(path) : path.replaceAll("\\", "/").replace(/^\.\//, "");
}

/** Prints the comparison that was asked for, and says whether anything is so that a script wants to fail on. */
function verdict(watched: Watched, compared: Compared | undefined, { format, failOn = [] }: WatchOptions, { terminal }: Session): Exit {
  const result = compared && comparison(compared, watched.series, watched.running ?? undefined);
  if (typeof result === "string") terminal.fail(result);
  else if (result) terminal.write(comparisonWords(result, format, terminal));
  const found = failed(failOn, watched, compared?.deployment.slo?.value ?? null, typeof result === "string" ? undefined : result);
  if (found.length > 0) terminal.fail(`Ends with 1: ${found.join(", ")}.`);
  return found.length > 0 ? exits.found : exits.ok;
}

function comparisonWords(result: Comparison, format: WatchOptions["format"], { paint }: Session["terminal"]): string {
  return format === "jsonl" ? comparisonJson(result) : comparisonText(result, paint);
}
