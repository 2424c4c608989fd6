import { type Message, message } from "../deployment/message.ts";
import { isPair } from "../deployment/pool-pair.ts";
import { gpusPerInstance, type Settled, type SettledPool } from "../deployment/settled.ts";
import { layoutWords } from "../simulation/report/layout-words.ts";
import type { Change } from "./change.ts";
import { meanLengths } from "./mean-lengths.ts";
import type { Plan } from "./plan.ts";
import { ratiosOf, splitOf } from "./split.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { bestPoint, tried, type Variant } from "./variants.ts";

/** Prefill and decode instances of the same GPUs in every ratio; a deployment of one pool is among them as it is. */
export function* poolRatioSweep(site: SweepSite): Plan<SweepResult> {
  const { settled } = site;
  const variants = isPair(settled) ? pairVariants(settled) : splitVariants(site);
  if (variants.length < 2) return { problem: message("The GPUs are too few for several instances of prefill and decode") };
  const points = yield* tried(site, variants);
  return {
    axis: { name: message("Prefill and decode instances"), unit: "names", scale: "names" },
    series: [message("ratios")],
    metrics: ["ttft", "tpot", "output", "goodput", "attainment", "e2e"],
    points,
    marks: [],
    findings: ratioFindings(points),
  };
}

/** Whole instances alone: what a ratio leaves over stays idle, never more GPUs than there are. */
function pairVariants({ pools }: Settled): readonly Variant[] {
  const [p, d] = [pools.findIndex(({ role }) => role === "prefill"), pools.findIndex(({ role }) => role === "decode")];
  const [prefill, decode] = [pools[p], pools[d]];
  if (!prefill || !decode || pools.length > 2) return [];
  const each = (pool: SettledPool): number => gpusPerInstance(pool.layout);
  const gpus = each(prefill) * prefill.instances + each(decode) * decode.instances;
  const most = Math.floor((gpus - each(decode)) / each(prefill));
  return Array.from({ length: Math.max(0, most) }, (_, i) => i + 1).flatMap((prefills, x): readonly Variant[] => {
    const decodes = Math.floor((gpus - prefills * each(prefill)) / each(decode));
    const isFile = prefills === prefill.instances && decodes === decode.instances;
    if (decodes < 1) return [];
    const change: Change = {
      title: message("Run {0} prefill and {1} decode instances", prefills, decodes),
      price: message("no further GPU"),
      burden: "none",
      parts: [
        { pool: p, flags: {}, instances: prefills },
        { pool: d, flags: {}, instances: decodes },
      ],
    };
    return [{ series: 0, x, name: `${prefills}P : ${decodes}D`, isFile, change: isFile ? null : change }];
  });
}

function splitVariants({ deployment, settled, catalog, workload, seed }: SweepSite): readonly Variant[] {
  const split = splitOf(deployment, settled, catalog);
  const lengths = meanLengths(workload, seed);
  const layout = split?.settled.pools[0]?.layout;
  if (!split || !lengths || !layout) return [];
  const each = layoutWords(layout);
  const together: Variant = { series: 0, x: 0, name: "", isFile: true, change: null };
  return [
    { ...together, name: layoutWords(settled.pools[0]?.layout ?? layout) },
    ...ratiosOf(split, catalog, lengths).map(
      ({ prefill, decode, deployment: apart }): Variant => ({
        series: 0,
        x: prefill,
        name: `${prefill}P : ${decode}D, ${each}`,
        isFile: false,
        change: null,
        deployment: apart,
      }),
    ),
  ];
}

function ratioFindings(points: readonly SweepPoint[]): readonly Message[] {
  const named = (point: SweepPoint | undefined, words: (name: string) => Message): readonly Message[] => (point ? [words(point.name)] : []);
  return [
    ...named(bestPoint(points, "ttft", "lower"), (name) => message("The first token comes soonest with {0}", name)),
    ...named(bestPoint(points, "tpot", "lower"), (name) => message("Each further token comes soonest with {0}", name)),
    ...named(bestPoint(points, "goodput", "higher"), (name) => message("The most requests within the limits come from {0}", name)),
  ];
}
