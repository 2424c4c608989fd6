import { gib } from "../catalog/quantity.ts";
import type { Deployment, Pool } from "../deployment/deployment.ts";
import type { WrittenTiers } from "../deployment/kv-tiers/kv-tiers.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import { workloadNumbers } from "../simulation/workload/numbers.ts";
import type { Plan } from "./plan.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { tried, type Variant } from "./variants.ts";

const GiB = 2 ** 30;
const smallestStore = 16;
const largestStore = 2048;

/** What a store that nobody described does: it is read where that is sooner than computing, layer by layer. */
const plainStore: Omit<WrittenTiers, "tiers"> = {
  system: "KV store",
  loading: "layer-by-layer",
  leastTokens: 0,
  takes: "sooner",
  keepsAnswers: true,
};

/** Size of a store of KV cache in the host's memory, of each engine: how much more of the prompts is found, and what that is worth. */
export function* tierSweep(site: SweepSite): Plan<SweepResult> {
  const { deployment, settled, workload, seed, points: most } = site;
  const numbers = workloadNumbers(workload, seed);
  if (settled.pools.every((pool) => !pool.settings.prefixCaching))
    return { problem: message("Prefix caching is off: nothing is found again") };
  if (!numbers || numbers.repeatedPrefix === 0) return { problem: message("No prompt of this load repeats an earlier one") };
  const sizes: number[] = [];
  for (let size = smallestStore; size <= largestStore; size *= 2) sizes.push(size);
  const kept = sizes.slice(0, Math.max(2, most - 1));
  const without: Variant = {
    series: 1,
    x: smallestStore * GiB,
    name: "",
    isFile: isWithout(settled),
    change: null,
    deployment: withStore(deployment, null),
  };
  const variants = kept.map(
    (size): Variant => ({
      series: 0,
      x: size * GiB,
      name: "",
      isFile: false,
      change: null,
      deployment: withStore(deployment, storeOf(settled, size * GiB)),
    }),
  );
  const points = yield* tried(site, [...variants, without]);
  return {
    axis: { name: message("Store of KV cache in the host's memory"), unit: "bytes", scale: "log" },
    series: [message("with a store"), message("without")],
    metrics: ["ttft", "hit-rate", "output", "tpot", "e2e", "attainment"],
    points: [...points, ...across(points, kept)],
    marks: [],
    findings: tierFindings(points),
  };
}

function isWithout({ pools }: Settled): boolean {
  return pools.every((pool) => pool.kvTiers === undefined);
}

/** The file's own store with another size, or a plain one. */
function storeOf({ pools }: Settled, bytes: number): WrittenTiers {
  const own = pools.find((pool) => pool.kvTiers !== undefined)?.kvTiers;
  const [nearest, ...others] = own?.tiers ?? [];
  const size = { kind: "bytes" as const, bytes };
  return { ...(own ?? plainStore), tiers: [{ ...(nearest ?? { kind: "dram" as const }), size }, ...others] };
}

function withStore(deployment: Deployment, store: WrittenTiers | null): Deployment {
  const kvTiers = store ?? { ...plainStore, tiers: [] };
  return { ...deployment, pools: deployment.pools.map((pool): Pool => ({ ...pool, overrides: { ...pool.overrides, kvTiers } })) };
}

/** What is so without a store is so at every size. */
function across(points: readonly SweepPoint[], sizes: readonly number[]): readonly SweepPoint[] {
  const without = points.find(({ series }) => series === 1);
  const largest = sizes.at(-1);
  return without && largest !== undefined ? [{ ...without, x: largest * GiB, isFile: false }] : [];
}

/** A store that is this near the largest one is large enough. */
const enough = 0.95;

function tierFindings(points: readonly SweepPoint[]): readonly Message[] {
  const hits = points.filter(({ series, values }) => series === 0 && values["hit-rate"] !== undefined);
  const most = Math.max(...hits.map(({ values }) => values["hit-rate"] ?? 0));
  const sized = hits.find(({ values }) => (values["hit-rate"] ?? 0) >= enough * most);
  if (sized && sized === hits.at(-1)) return [message("Every larger store finds more, up to {0}", gib(sized.x))];
  return sized ? [message("From {0} on, a larger store finds hardly more", gib(sized.x))] : [];
}
