import { fileURLToPath } from "node:url";
import { playedRun } from "../../src/demo/demo-run.ts";
import { Imitation, type ImitationOptions } from "../../src/demo/imitation.ts";
import { asWritten, type Injection, injected, simulated } from "../../src/demo/inject.ts";
import { runLog } from "../../src/demo/run-log.ts";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { lengthsFor } from "../../src/language/lengths.ts";
import { readPage } from "../../src/live/page/read-page.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import { fleetSum } from "../../src/live/sources/fleet-sum.ts";
import { fittedLengths, memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { TimelineLog } from "../../src/simulation/timeline/timeline-log.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { estimate } from "../../src/timing/closed-form.ts";

export const catalog = loadCatalog(fileURLToPath(new URL("../../src/catalog/data/", import.meta.url)));

/** A deployment with the load that is assumed for it. */
export interface Planned {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
  readonly workload: Extract<Workload, { kind: "requests" }>;
}

/** A case's deployment under a built-in workload at a share of the rate that it can hold at most. */
export function planned(deployment: object, { workload = "chat", load = 0.6, requests = 900 } = {}): Planned {
  const read = readCase({ id: "d", deployment }, { catalog });
  if (read.error) throw new Error(read.error.message);
  const { settled } = fittedLengths(settle(read.deployment, catalog));
  const rows = catalog.workload(workload);
  if (!settled || !rows) throw new Error("does not settle");
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  const { mostRequestsPerSecond } = estimate(settled, plans, lengthsFor({ ...settled, workload }, catalog));
  const made = builtInWorkload(rows, mostRequestsPerSecond * load, requests);
  if (made.kind !== "requests") throw new Error("no rows");
  return { settled, plans, workload: made };
}

const start = 1_795_220_000;
const version = "0.32.0";

/** What a client sees who scrapes the server, or all servers of its pools, while its load comes: in virtual time and without sockets. */
export function played({ settled, workload }: Planned, faults: readonly Injection[], seed: number, intervalSeconds = 2): LiveSeries {
  const timeline = new TimelineLog();
  const run = faults.reduce(injected, asWritten(settled, workload));
  const outcome = simulated(run, seed, { timeline });
  if (outcome.error) throw new Error(outcome.error.message);
  const { report } = outcome;
  const { members = [], ...whole } = playedRun(run.settled, report, runLog(timeline.taken()));
  const servers = (members.length > 0 ? members : [whole]).map((own) => {
    const options: ImitationOptions = { ...whole, ...own };
    return {
      role: options.member?.role ?? ("both" as const),
      imitation: new Imitation(settled.engine === "vllm" ? { ...options, version } : options, start),
    };
  });
  const last = report.requests.arrival.reduce((latest, time) => Math.max(latest, time), 0);
  const series = new LiveSeries();
  for (let second = 0.1 * last; second <= last; second += intervalSeconds) {
    const looks = servers.map(({ role, imitation }, index) => {
      const page = readPage(imitation.page(second), start + second);
      if (page.kind !== "snapshot") throw new Error(plain(page.detail));
      return { name: `server-${index}`, role, snapshot: page.snapshot };
    });
    const [only] = looks;
    if (only) series.push(looks.length === 1 ? only.snapshot : fleetSum(looks, start + second));
  }
  return series;
}
