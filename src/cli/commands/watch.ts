import { closeSync, openSync, writeSync } from "node:fs";
import type { Command } from "commander";
import type { LiveSeries } from "../../live/series.ts";
import { metricsUrl } from "../../live/sources/metrics-url.ts";
import type { WatchLine } from "../../live/watch-line.ts";
import { isHttpError } from "../../platform/http-error.ts";
import { reason } from "../../platform/text-files.ts";
import { normaliseUrl, redactUrl } from "../../platform/url.ts";
import { type Exit, exits, usage } from "../exit.ts";
import { type CommonOptions, durationOption, formatOption, withCommonOptions } from "../input/common-options.ts";
import { comparisonText, watchText } from "../output/watch-text.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { until } from "../until.ts";
import { comparedDeployment, comparison } from "../watch-compare.ts";
import { keepWatching, lookOnce, type WatchTarget } from "../watch-one.ts";

interface WatchOptions extends CommonOptions {
  readonly format: "text" | "jsonl";
  readonly once?: boolean;
  readonly duration?: number;
  readonly interval: number;
  readonly record?: string;
  readonly compare?: string;
  readonly perEngine?: boolean;
  readonly tokenStdin?: boolean;
}

export function addWatch(program: Command, run: Run): void {
  const command = program
    .command("watch")
    .description("attach to running servers and print their metrics, a line a scrape")
    .argument("<url...>", "address of a server or its metrics page: 8000, host:8000, https://host/metrics")
    .addOption(formatOption("text", "jsonl"))
    .option("--once", "one look, with quantiles since the server's start")
    .option("--duration <time>", "stop after this time, such as 60s", durationOption)
    .option("--interval <time>", "time between two looks", durationOption, 1)
    .option("--record <file>", "write the lines of --format jsonl to a file too")
    .option("--compare <path>", "compare with what a deployment file predicts for the measured load, at the end")
    .option("--per-engine", "each engine of a server alone too")
    .option("--token-stdin", "read the server's key from stdin (else INFERENCE_LENS_TOKEN)");
  withCommonOptions(command).action((urls: string[], options: WatchOptions) => run(options, (session) => watch(urls, options, session)));
}

async function watch(inputs: readonly string[], options: WatchOptions, session: Session): Promise<Exit> {
  if (session.bare) throw usage("watch takes addresses of servers, no launch command.");
  if (options.once && options.compare !== undefined) throw usage("--compare needs a stretch of time: give --duration instead of --once.");
  if (options.interval < 0.1) throw usage("The interval must be at least 100ms.");
  const urls = inputs.map(address);
  const token = options.tokenStdin ? await stdinToken() : process.env.INFERENCE_LENS_TOKEN || undefined;
  const compared = options.compare === undefined ? undefined : await comparedDeployment(options.compare, options, session);
  const record = options.record === undefined ? undefined : opened(options.record);
  try {
    const targets = urls.map((url): WatchTarget => {
      const label = urls.length > 1 ? redactUrl(url) : "";
      const source = metricsUrl(url, redactUrl(url));
      return {
        source,
        keyFor: () => token,
        perEngine: options.perEngine ?? false,
        onLine: (line) => print(line, label, options, record, session),
      };
    });
    if (options.once) {
      await Promise.all(targets.map(lookOnce));
      return exits.ok;
    }
    const stop = until(options.duration);
    const all = await Promise.all(targets.map((target) => keepWatching(target, options.interval * 1000, stop))).finally(() =>
      stop.release(),
    );
    if (compared) for (const series of all) compare(compared, series, options, session);
    return exits.ok;
  } finally {
    if (record !== undefined) closeSync(record);
  }
}

function address(input: string): string {
  try {
    return normaliseUrl(input);
  } catch (error) {
    if (isHttpError(error)) throw usage(error.message);
    throw error;
  }
}

function print(line: WatchLine, label: string, { format }: WatchOptions, record: number | undefined, { terminal }: Session): void {
  const json = `${JSON.stringify(label === "" ? line : { ...line, url: label })}\n`;
  terminal.write(format === "jsonl" ? json : watchText(line, label, terminal.paint));
  if (record !== undefined) writeSync(record, json);
}

function compare(deployment: Parameters<typeof comparison>[0], series: LiveSeries, { format }: WatchOptions, { terminal }: Session): void {
  const result = comparison(deployment, series);
  if (typeof result === "string") terminal.fail(result);
  else if (format === "jsonl") terminal.write(`${JSON.stringify({ comparison: result.rows, drift: result.drift })}\n`);
  else terminal.write(comparisonText(result.rows, result.drift, terminal.paint));
}

/** The first line of stdin; never shown. */
async function stdinToken(): Promise<string> {
  let text = "";
  for await (const part of process.stdin) {
    text += String(part);
    if (text.includes("\n") || text.length > 10_000) break;
  }
  const token = text.split(/\r?\n/)[0]?.trim() ?? "";
  if (token === "") throw usage("--token-stdin: no key came in on stdin.");
  return token;
}

function opened(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw usage(`${path} cannot be written: ${reason(error)}`);
  }
}
