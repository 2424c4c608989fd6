import { allAtOnce } from "../../src/simulation/report/saturation.ts";
import { simulate } from "../../src/simulation/simulate.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { benchCatalog, cpuSeconds, type Measurement, wallMilliseconds } from "./measure.ts";
import { repeated, reportOf, requestsOf, share, target } from "./simulated.ts";

/** What other simulators of the kind reach. */
const peers = "peers reach 207 to 576";

/** 10,000 requests: all at once, and Poisson at 80 % of the rate that this shows to be the most. */
export function simulatePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload, from } = requestsOf(10_000, catalog);
  const offline = allAtOnce(workload);
  const most = reportOf(plain, offline).summary.requestsPerSecond;
  const open: Workload = { ...workload, ratePerSecond: share * most, cv: 1 };
  const name = (how: string): string => `10,000 requests (${from}), ${how}`;
  const openCpu = cpuSeconds(() => reportOf(plain, open));
  const offlineCpu = cpuSeconds(() => reportOf(plain, offline));
  const steps = cpuSeconds(() => reportOf(plain, { ...open, ratePerSecond: 1 }));
  const stepwise = cpuSeconds(() => reportOf(plain, { ...open, ratePerSecond: 1 }, { stepwise: true }));
  return [
    { name: name(`${(share * most).toFixed(1)} req/s`), value: openCpu, unit: "CPU s", limit: 0.4 },
    { name: name("offline"), value: offlineCpu, unit: "CPU s", limit: 0.4 },
    { name: name("1 req/s"), value: steps, unit: "CPU s", limit: 0.4, note: `${stepwise.toFixed(2)} with each step on its own` },
    { name: "requests per CPU second, open loop", value: 10_000 / openCpu, unit: "1/s", limit: null, note: peers },
    { name: "requests per CPU second, offline", value: 10_000 / offlineCpu, unit: "1/s", limit: null, note: peers },
    { name: "saturation rate", value: most, unit: "req/s", limit: null },
  ];
}

/** Whether time and memory grow with requests alone, up to the most that a run takes. */
export function scalePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload } = requestsOf(10_000, catalog);
  const most = reportOf(plain, allAtOnce(workload)).summary.requestsPerSecond;
  const cpuOf = (count: number): number => {
    const open: Workload = { ...repeated(workload, count), ratePerSecond: share * most, cv: 1 };
    return cpuSeconds(() => reportOf(plain, open));
  };
  const [tenThousand = 0, hundredThousand = 0, million = 0] = [10_000, 100_000, 1_000_000].map(cpuOf);
  const peak = process.resourceUsage().maxRSS / 2 ** 20;
  const each = [tenThousand / 0.01, hundredThousand / 0.1, million].map((cpu) => cpu.toFixed(1)).join(" : ");
  return [
    { name: "1,000,000 requests", value: million, unit: "CPU s", limit: 40, note: `µs each at 10k, 100k, 1M: ${each}` },
    { name: "1,000,000 requests, most memory of the process", value: peak, unit: "GiB", limit: 1 },
  ];
}

/** How soon a run of a million requests ends when it is stopped: all along, half-way, and when only the report is still to be made. */
export function stopPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const plain = target(catalog);
  const { workload } = requestsOf(10_000, catalog);
  const many: Workload = { ...repeated(workload, 1_000_000), ratePerSecond: 16, cv: 1 };
  const stoppedAfter = (looks: number): { readonly count: number; readonly longest: number; readonly end: number } => {
    let last = cpuNow();
    let count = 0;
    let longest = 0;
    const signal = {
      get aborted(): boolean {
        const now = cpuNow();
        longest = Math.max(longest, now - last);
        last = now;
        return ++count > looks;
      },
    };
    simulate(plain.settled, plain.plans, many, 1, { signal });
    return { count, longest, end: cpuNow() - last };
  };
  const whole = stoppedAfter(Number.POSITIVE_INFINITY);
  const half = stoppedAfter(whole.count / 2);
  return [
    { name: "1,000,000 requests, longest between two looks at the signal to stop", value: whole.longest, unit: "CPU ms", limit: 100 },
    { name: "… stopped half-way, until the report of it is there", value: half.end, unit: "CPU ms", limit: 100 },
    { name: "… stopped at the last look, until the report is there", value: whole.end, unit: "CPU ms", limit: 100 },
  ];
}

function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** 1,000 requests from nothing loaded to a report, as after a click. */
export function wallPart(): readonly Measurement[] {
  const wall = wallMilliseconds(() => {
    const catalog = benchCatalog();
    const { workload } = requestsOf(1000, catalog);
    reportOf(target(catalog), { ...workload, ratePerSecond: 20, cv: 1 });
  });
  return [{ name: "1,000 requests, catalogue and trace loaded on the way", value: wall / 1000, unit: "s", limit: 1 }];
}
