import { whole } from "../../catalog/quantity.ts";
import type { Deployment } from "../../deployment/deployment.ts";
import { message } from "../../deployment/message.ts";
import { type SettingNames, settingNames } from "../../deployment/setting-names.ts";
import { gpusPerInstance, type Settled, type SettledPool } from "../../deployment/settled.ts";
import type { Report, Resource } from "../../simulation/report/report.ts";
import type { Change } from "../change.ts";
import { hasLimits } from "../figures.ts";
import { layoutChange } from "../layout-sweep.ts";
import { hasSequenceParallel, layoutsOf, sameSizes } from "../layouts.ts";
import { largerShares } from "./shares.ts";

/** A run and the deployment that it was of. */
export interface AdviceSite {
  readonly deployment: Deployment;
  readonly settled: Settled;
  readonly report: Report;
}

/** More would keep a person waiting longer than they are worth. */
const mostCandidates = 24;

/**
 * Changes that could help a run, those against what limits it first. Whether one can be written, is accepted by the engine and helps is for
 * others to find out.
 */
export function candidates(site: AdviceSite): readonly Change[] {
  const names = settingNames(site.deployment.engine);
  if (!names) return [];
  const made = site.settled.pools.flatMap((pool, index) => poolCandidates({ ...site, names, pool, index }));
  const { resource } = site.report.bottleneck;
  const order = (group: Group): number => (against[resource].includes(group) ? against[resource].indexOf(group) : against[resource].length);
  return made
    .map((one, at) => ({ ...one, at }))
    .sort((a, b) => order(a.group) - order(b.group) || a.at - b.at)
    .map(({ change }) => change)
    .slice(0, mostCandidates);
}

type Group = "prefix" | "sequences" | "budget" | "share" | "cache-type" | "weights" | "layout" | "shift" | "graphs" | "host" | "instances";

/** What helps against what limits a run, the most promising first. */
const against: Readonly<Record<Resource, readonly Group[]>> = {
  "prefill-compute": ["prefix", "budget", "layout", "shift", "weights", "instances"],
  "decode-bandwidth": ["weights", "layout", "cache-type", "shift", "sequences", "instances"],
  "kv-cache": ["prefix", "share", "cache-type", "layout", "weights", "sequences", "instances"],
  "kv-transfer": ["cache-type", "instances", "layout"],
  "front-end": ["instances", "layout"],
  collectives: ["layout", "shift", "weights", "instances"],
  host: ["host", "graphs", "sequences", "layout", "instances"],
  "max-num-seqs": ["sequences", "prefix", "layout", "instances"],
  "token-budget": ["budget", "prefix", "layout", "instances"],
  arrivals: ["layout", "budget", "shift", "prefix", "host", "graphs"],
  client: ["layout", "shift", "weights"],
};

interface PoolSite extends AdviceSite {
  readonly names: SettingNames;
  readonly pool: SettledPool;
  readonly index: number;
}

interface Candidate {
  readonly group: Group;
  readonly change: Change;
}

function poolCandidates(site: PoolSite): readonly Candidate[] {
  return [
    ...prefixCaching(site),
    ...sequences(site),
    ...budget(site),
    ...share(site),
    ...eightBits(site),
    ...layouts(site),
    ...shift(site),
    ...graphs(site),
    ...overlap(site),
    ...instances(site),
  ];
}

function flagChange(
  { index }: PoolSite,
  group: Group,
  flags: Readonly<Record<string, string | null>>,
  words: Pick<Change, "title" | "price"> & Partial<Pick<Change, "burden">>,
): Candidate {
  return { group, change: { burden: "none", ...words, parts: [{ pool: index, flags }] } };
}

function prefixCaching(site: PoolSite): readonly Candidate[] {
  const { names, pool, report } = site;
  if (!names.prefixCaching || pool.settings.prefixCaching || report.workload.repeatedPrefix <= 0) return [];
  const { flag, on } = names.prefixCaching;
  return [flagChange(site, "prefix", { [flag]: on }, { title: message("Turn prefix caching on"), price: message("no memory") })];
}

function sequences(site: PoolSite): readonly Candidate[] {
  const { names, pool } = site;
  const now = pool.settings.maxNumSeqs;
  const change = (count: number): Candidate =>
    flagChange(
      site,
      "sequences",
      { [names.sequences]: String(count) },
      count > now
        ? {
            title: message("Raise {0} from {1} to {2}", names.sequences, whole(now), whole(count)),
            price: message("larger steps take longer"),
          }
        : {
            title: message("Lower {0} from {1} to {2}", names.sequences, whole(now), whole(count)),
            price: message("at most {0} requests run at once", whole(count)),
          },
    );
  return [2, 4, 0.5].map((factor) => Math.floor(now * factor)).flatMap((count) => (count >= 1 ? [change(count)] : []));
}

const smallestBudget = 256;
const largestBudget = 65_536;

function budget(site: PoolSite): readonly Candidate[] {
  const { names, pool } = site;
  if (pool.role === "decode") return [];
  const now = pool.settings.maxNumBatchedTokens;
  return [2, 4, 0.5, 0.25]
    .map((factor) => Math.floor(now * factor))
    .filter((count) => count >= Math.max(smallestBudget, pool.settings.maxNumSeqs) && count <= largestBudget)
    .map((count) =>
      flagChange(
        site,
        "budget",
        { [names.batchedTokens]: String(count) },
        count > now
          ? {
              title: message("Raise {0} from {1} to {2}", names.batchedTokens, whole(now), whole(count)),
              price: message("memory for larger steps"),
            }
          : {
              title: message("Lower {0} from {1} to {2}", names.batchedTokens, whole(now), whole(count)),
              price: message("a long prompt takes more steps"),
            },
      ),
    );
}

/** The largest that leaves something to what the sum does not hold. */
function share(site: PoolSite): readonly Candidate[] {
  const { names, pool, report } = site;
  if (report.summary.kvCache.peakUsage < 0.5) return [];
  const now = largerShares(pool);
  const next = now.steps.at(-1);
  if (next === undefined) return [];
  return [
    flagChange(
      site,
      "share",
      { [names.share]: String(next) },
      {
        title: message("Raise {0} from {1} to {2}", names.share, now.share, next),
        price: message("less of the card is left to everything else"),
      },
    ),
  ];
}

function eightBits(site: PoolSite): readonly Candidate[] {
  const { names, pool, settled } = site;
  const made: Candidate[] = [];
  if (names.cacheType && pool.kvElementBytes >= 2 && pool.gpu.flops.fp8 !== undefined)
    made.push(
      flagChange(
        site,
        "cache-type",
        { [names.cacheType.flag]: names.cacheType.fp8 },
        {
          title: message("Keep the KV cache in FP8"),
          price: message("keys and values are rounded to 8 bits: measure the quality"),
          burden: "quality",
        },
      ),
    );
  if (names.quantization && settled.model.weights.method === "none" && pool.weights.method === "none" && pool.gpu.flops.fp8 !== undefined)
    made.push(
      flagChange(
        site,
        "weights",
        { [names.quantization]: "fp8" },
        {
          title: message("Quantise the weights to FP8 while loading"),
          price: message("weights are rounded to 8 bits: measure the quality"),
          burden: "quality",
        },
      ),
    );
  return made;
}

function layouts({ deployment, settled, pool, index }: PoolSite): readonly Candidate[] {
  const written = deployment.pools[index];
  if (!written) return [];
  return layoutsOf(settled.model, pool, settled.engine, hasSequenceParallel(deployment, written)).flatMap((sizes): readonly Candidate[] => {
    const change = sameSizes(sizes, pool.layout) ? null : layoutChange(deployment, settled, index, sizes);
    return change ? [{ group: "layout", change }] : [];
  });
}

function shift(site: PoolSite): readonly Candidate[] {
  const { names, pool } = site;
  const { shiftThreshold, layout, settings } = pool;
  if (!names.shift || !names.shiftThreshold || layout.sequence < 2) return [];
  const threshold = names.shiftThreshold;
  if (shiftThreshold === null)
    return [
      flagChange(
        site,
        "shift",
        { [names.shift]: "true" },
        { title: message("Switch Shift Parallelism on"), price: message("a second copy of the weights") },
      ),
    ];
  return [2, 4, 0.5]
    .map((factor) => Math.round(shiftThreshold * factor))
    .filter((tokens) => tokens >= 1 && tokens <= settings.maxNumBatchedTokens)
    .map((tokens) =>
      flagChange(
        site,
        "shift",
        { [threshold]: String(tokens) },
        { title: message("Set {0} to {1}", threshold, whole(tokens)), price: message("no memory") },
      ),
    );
}

function graphs(site: PoolSite): readonly Candidate[] {
  const { names, pool } = site;
  if (!names.eager || !pool.settings.enforceEager) return [];
  return [
    flagChange(
      site,
      "graphs",
      { [names.eager]: null },
      { title: message("Remove {0}", names.eager), price: message("memory for CUDA graphs") },
    ),
  ];
}

function overlap(site: PoolSite): readonly Candidate[] {
  const { names, pool } = site;
  if (!names.asyncScheduling || pool.settings.asyncScheduling) return [];
  const { flag, on } = names.asyncScheduling;
  return [
    flagChange(site, "host", { [flag]: on }, { title: message("Schedule the next step while one runs"), price: message("no memory") }),
  ];
}

/** As many as the load needs by what one holds, where limits are missed or the queue grows; else none. */
function instances({ pool, index, report }: PoolSite): readonly Candidate[] {
  const { saturated, slo, summary, workload } = report;
  const isMissed = hasLimits(slo) && summary.sloAttainment !== null && summary.sloAttainment < slo.percentile / 100;
  if (!saturated && !isMissed) return [];
  const offered = workload.ratePerSecond ?? 0;
  const needed = saturated ? Math.ceil((pool.instances * offered) / saturated.mostRequestsPerSecond) : 0;
  const counts = new Set([pool.instances + 1, pool.instances * 2, needed].filter((count) => count > pool.instances));
  const gpus = gpusPerInstance(pool.layout);
  return [...counts].map(
    (count): Candidate => ({
      group: "instances",
      change: {
        title: message("Run {0} replicas instead of {1}", count, pool.instances),
        price: message("{0} GPUs instead of {1}", count * gpus, pool.instances * gpus),
        burden: "gpus",
        parts: [{ pool: index, flags: {}, instances: count }],
      },
    }),
  );
}
