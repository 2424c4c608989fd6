import { fileURLToPath } from "node:url";
import { Imitation } from "../../src/demo/imitation.ts";
import { asWritten, type Injection, injected, simulated } from "../../src/demo/inject.ts";
import { readCase } from "../../src/deployment/case.ts";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import type { Settled } from "../../src/deployment/settled.ts";
import { lengthsFor } from "../../src/language/lengths.ts";
import { readPage } from "../../src/live/page/read-page.ts";
import { LiveSeries } from "../../src/live/series/series.ts";
import { fittedLengths, memoryPlan } from "../../src/memory/memory-plan.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
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

/** What a client sees who scrapes the server while its load comes, in virtual time and without sockets. */
export function played({ settled, workload }: Planned, faults: readonly Injection[], seed: number, intervalSeconds = 2): LiveSeries {
  const outcome = simulated(faults.reduce(injected, asWritten(settled, workload)), seed);
  if (outcome.error) throw new Error(outcome.error.message);
  const { report } = outcome;
  const [pool] = settled.pools;
  if (!pool) throw new Error("no pool");
  const engines = settled.pools.length > 1 ? 1 : pool.instances * pool.layout.data;
  const options = { report, model: settled.model.id, maxModelLen: pool.settings.maxModelLen, engines, version: "0.32.0" };
  const imitation = new Imitation(options, start);
  const last = report.requests.arrival.reduce((latest, time) => Math.max(latest, time), 0);
  const series = new LiveSeries();
  for (let second = 0.1 * last; second <= last; second += intervalSeconds) {
    const page = readPage(imitation.page(second), start + second);
    if (page.kind !== "snapshot") throw new Error(plain(page.detail));
    series.push(page.snapshot);
  }
  return series;
}
