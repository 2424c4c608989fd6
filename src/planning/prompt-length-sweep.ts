import { whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import type { Workload } from "../simulation/workload/workload.ts";
import { estimate } from "../timing/closed-form.ts";
import { meanLengths } from "./mean-lengths.ts";
import type { Plan } from "./plan.ts";
import { bestRatio, ratiosOf, type Split, splitOf } from "./split.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { tried, type Variant } from "./variants.ts";

const shortestPrompt = 128;
const mostLengths = 9;
const mostRequests = 600;
/** Of what the mixed instances hold by the closed form: loaded, and not yet saturated. */
const load = 0.6;

/**
 * What it gains to compute prompts and answers on instances of their own, by the length of the prompts: the same GPUs either way, the load
 * at each length the same share of what the mixed ones hold, the ratio the one that holds the most.
 */
export function* promptLengthSweep(site: SweepSite): Plan<SweepResult> {
  const { deployment, settled, catalog, workload, seed } = site;
  const split = splitOf(deployment, settled, catalog);
  const mean = meanLengths(workload, seed);
  const longest = Math.min(...settled.pools.map((pool) => pool.settings.maxModelLen));
  if (!split || !mean) return { problem: message("The GPUs are too few for several instances of prefill and decode") };
  const lengths: number[] = [];
  for (let tokens = shortestPrompt; tokens + mean.outputTokens <= longest && lengths.length < mostLengths; tokens *= 2)
    lengths.push(tokens);
  const variants = lengths.flatMap((promptTokens) => bothWays(site, split, { promptTokens, outputTokens: mean.outputTokens }));
  const points = yield* tried(site, variants);
  return {
    axis: { name: message("Prompt tokens"), unit: "tokens", scale: "log" },
    series: [message("prompts and answers together"), message("prefill and decode apart")],
    metrics: ["tpot", "ttft", "e2e", "output", "attainment", "gain"],
    points: withGain(points),
    marks: [],
    findings: gainFindings(withGain(points)),
  };
}

function bothWays(
  site: SweepSite,
  split: Split,
  lengths: { readonly promptTokens: number; readonly outputTokens: number },
): readonly Variant[] {
  const apart = bestRatio(ratiosOf(split, site.catalog, lengths));
  if (!apart) return [];
  const plans = split.settled.pools.map((pool) => memoryPlan(split.settled.model, pool));
  const ratePerSecond = load * estimate(split.settled, plans, lengths).mostRequestsPerSecond;
  const workload: Workload = { kind: "open-loop", ratePerSecond, requests: mostRequests, ...lengths };
  const variant = (series: number, deployment: Variant["deployment"], name: string): Variant => ({
    series,
    x: lengths.promptTokens,
    name,
    isFile: false,
    change: null,
    ...(deployment ? { deployment } : {}),
    workload,
  });
  return [variant(0, split.mixed, ""), variant(1, apart.deployment, "")];
}

/** End-to-end p95 together over apart: above 1, apart is quicker. */
function withGain(points: readonly SweepPoint[]): readonly SweepPoint[] {
  return points.map((point) => {
    const together = points.find(({ series, x }) => series === 0 && x === point.x)?.values.e2e;
    const { e2e } = point.values;
    return point.series === 1 && together !== undefined && e2e !== undefined
      ? { ...point, values: { ...point.values, gain: together / e2e } }
      : point;
  });
}

function gainFindings(points: readonly SweepPoint[]): readonly Message[] {
  const better = (metric: "tpot" | "ttft" | "e2e"): readonly number[] =>
    points.flatMap(({ series, x, values }) => {
      const together = points.find((other) => other.series === 0 && other.x === x)?.values[metric];
      const apart = values[metric];
      return series === 1 && together !== undefined && apart !== undefined && apart < together ? [x] : [];
    });
  const found = (lengths: readonly number[], words: (least: string) => Message, never: Message): Message =>
    lengths.length > 0 ? words(whole(Math.min(...lengths))) : never;
  return [
    found(
      better("tpot"),
      (least) => message("Apart, further tokens come sooner from prompts of {0} tokens on", least),
      message("Apart, further tokens come no sooner at any length that was tried"),
    ),
    found(
      better("ttft"),
      (least) => message("Apart, the first token comes sooner from prompts of {0} tokens on", least),
      message("Apart, the first token comes no sooner at any length that was tried"),
    ),
  ];
}
