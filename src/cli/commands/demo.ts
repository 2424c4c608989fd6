import { type Command, Option } from "commander";
import { type DemoRun, defaultDemoRun, demoRun } from "../../demo/demo-run.ts";
import { faultNames } from "../../demo/faults.ts";
import { type DemoFleet, type DemoFleetOptions, startDemoFleet } from "../../demo/fleet.ts";
import { type Imitated, imitated, imitatedBy } from "../../demo/imitation.ts";
import { type Injection, injections, parseInjections } from "../../demo/inject.ts";
import { missingError } from "../cases.ts";
import { CliError, type Exit, exits, usage } from "../exit.ts";
import { type CommonOptions, countOption, positiveOption, withCommonOptions } from "../input/common-options.ts";
import { readSubjects } from "../input/subjects.ts";
import type { Run } from "../run.ts";
import type { Session } from "../session.ts";
import { until } from "../until.ts";

interface PlayOptions extends CommonOptions {
  readonly port?: number;
  readonly speed: number;
  readonly server?: Imitated;
  readonly engineVersion?: string;
  readonly engines?: number;
  readonly fault?: string;
  readonly inject: readonly Injection[];
}

/** vLLM's own port, so that a habit works; any free one where it is taken. */
const usualPort = 8000;

export function addDemo(program: Command, run: Run): void {
  const command = program
    .command("demo")
    .description("serve a simulated run as a server to attach to, on 127.0.0.1")
    .argument("[path]", "a deployment file; without one, Llama-3.3-70B with Shift Parallelism")
    .option("--port <n>", `port, 0 = any free one (default: ${usualPort}, or a free one)`, portOption)
    .option("--speed <factor>", "simulated seconds in one real second", positiveOption, 1)
    .addOption(new Option("--server <kind>", "which server to look like (default: the file's)").choices(imitated))
    .option("--engine-version <version>", "release to speak as")
    .option("--engines <n>", "data-parallel engines on the page, unevenly loaded (default: those of the deployment)", countOption(1))
    .option("--fault <name>", `misbehave: ${faultNames.join(", ")}`)
    .option("--inject <names>", `differ from the file, honestly told: ${injections.join(", ")}`, injectOption, []);
  withCommonOptions(command).action((path: string | undefined, options: PlayOptions) =>
    run(options, (session) => demo(path, options, session)),
  );
}

async function demo(path: string | undefined, options: PlayOptions, session: Session): Promise<Exit> {
  const played =
    path === undefined && !session.bare ? defaultDemoRun(session.catalog, { inject: options.inject }) : await runOf(path, options, session);
  const { speed, engines, fault, engineVersion, server: kind } = options;
  const { version: own, ...run } = played;
  const version = engineVersion ?? (kind === undefined || kind === imitatedBy(played.report) ? own : undefined);
  const server = await started(
    {
      ...run,
      speed,
      ...(engines === undefined ? {} : { engines }),
      ...(kind === undefined ? {} : { server: kind }),
      ...(version === undefined ? {} : { version }),
      ...(fault === undefined ? {} : { fault }),
    },
    options.port,
  );
  // Before the first line is out, so that whoever waits for it may end the server at once.
  const stop = until(undefined);
  try {
    const at = server.servers.length === 1 ? `${server.address}/metrics` : server.address;
    session.terminal.write(`Serving ${played.report.name} at ${at}${speed === 1 ? "" : `, ${speed} × real time`}\n`);
    session.terminal.tell("Ctrl-C stops it.");
    await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  } finally {
    await server.close();
  }
  return exits.ok;
}

/** The deployment of a file, played with its own surroundings and the arguments. */
async function runOf(path: string | undefined, options: PlayOptions, session: Session): Promise<DemoRun> {
  const { subjects } = await readSubjects(path === undefined ? [] : [path], options, session);
  const [first] = subjects.flatMap(({ analysis, catalog }) => analysis.deployments.map((one) => ({ one, catalog })));
  if (!first) throw usage(`${path ?? "The command"} holds no deployment.`);
  const { settled, settlement, deployment } = first.one;
  if (!settled) throw usage(`${deployment.name} cannot be played: ${missingError(settlement.missing ?? []).message}`);
  if (first.one.memory.some(({ fits }) => !fits))
    throw new CliError(exits.doesNotFit, `${deployment.name} cannot be played: it does not fit its GPUs.`);
  return demoRun(settled, first.catalog, { inject: options.inject });
}

async function started(options: DemoFleetOptions, port: number | undefined): Promise<DemoFleet> {
  try {
    return await startDemoFleet({ ...options, port: port ?? usualPort });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (port === undefined && /is taken/.test(error.message)) return startDemoFleet({ ...options, port: 0 });
    // startDemo refuses options and ports in words of its own.
    throw usage(error.message);
  }
}

function portOption(text: string): number {
  const port = countOption(0)(text);
  if (port > 65_535) throw usage("A port lies between 0 and 65535.");
  return port;
}

function injectOption(text: string): readonly Injection[] {
  try {
    return parseInjections(text);
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}
