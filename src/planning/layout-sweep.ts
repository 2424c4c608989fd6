import type { Deployment } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Settled } from "../deployment/settled.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { layoutWords } from "../simulation/report/layout-words.ts";
import { stepModel } from "../timing/step.ts";
import type { Batch } from "../timing/step-model.ts";
import { emptyBatch } from "../timing/step-model.ts";
import type { Change } from "./change.ts";
import { hasSequenceParallel, layoutFlags, layoutsOf, type Sizes, sameSizes } from "./layouts.ts";
import type { Plan } from "./plan.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { bestPoint, tried, type Variant } from "./variants.ts";

/** Every layout of the same GPUs on the same load: latency against throughput, with memory and what each layer sends. */
export function* layoutSweep(site: SweepSite): Plan<SweepResult> {
  const variants = layoutVariants(site);
  if (variants.length < 2) return { problem: message("The GPUs of an instance can be shared out in one way alone") };
  const points = yield* tried(site, variants);
  const { pools } = site.settled;
  return {
    axis: { name: message("Layout"), unit: "names", scale: "names" },
    series: pools.map(({ role }) => (role === "mixed" ? message("layouts") : message("layouts of the {0} pool", role))),
    metrics: ["tpot", "ttft", "output-per-gpu", "kv-tokens", "weights", "traffic", "attainment"],
    points,
    marks: [],
    findings: layoutFindings(points),
  };
}

/** One variant a layout and pool, the file's own among them, in the order of tensor, sequence, pipeline sizes. */
export function layoutVariants({ deployment, settled }: Pick<SweepSite, "deployment" | "settled">): readonly Variant[] {
  return settled.pools.flatMap((_, index) => poolVariants(deployment, settled, index));
}

function poolVariants(deployment: Deployment, settled: Settled, index: number): readonly Variant[] {
  const pool = deployment.pools[index];
  const now = settled.pools[index];
  if (!pool || !now) return [];
  const sizes = layoutsOf(settled.model, now, settled.engine, hasSequenceParallel(deployment, pool));
  return sizes.map((one, x): Variant => {
    const isFile = sameSizes(one, now.layout);
    return {
      series: index,
      x,
      name: sizesWords(settled, index, one),
      isFile,
      change: isFile ? null : layoutChange(deployment, settled, index, one),
      further: (after, plans) => layoutValues(after, plans, index),
    };
  });
}

export function layoutChange(deployment: Deployment, settled: Settled, index: number, sizes: Sizes): Change | null {
  const pool = deployment.pools[index];
  if (!pool) return null;
  return {
    title: message("Use {0}", sizesWords(settled, index, sizes)),
    price: message("no further GPU"),
    burden: "none",
    parts: [{ pool: index, flags: layoutFlags(pool, settled.engine, sizes) }],
  };
}

function sizesWords({ pools }: Settled, index: number, sizes: Sizes): string {
  const layout = pools[index]?.layout;
  return layout ? layoutWords({ ...layout, ...sizes }) : "";
}

/** Tokens of the step whose exchanges are counted: enough that padding no longer matters. */
const countedTokens = 1024;

function layoutValues({ model, pools }: Settled, plans: readonly MemoryPlan[], index: number): SweepPoint["values"] {
  const pool = pools[index];
  const plan = plans[index];
  const rank = plan?.ranks[plan.tightest];
  if (!pool || !plan || !rank) return {};
  const tokens = Math.min(countedTokens, pool.settings.maxNumBatchedTokens);
  const sent = stepModel(model, pool)
    .anatomy(promptBatch(tokens))
    .filter(({ operator }) => operator === "all-reduce" || operator === "all-to-all" || operator === "stage-transfer")
    .reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    weights: rank.weightsBytes + rank.shiftWeightsBytes,
    "kv-tokens": plan.kvCacheTokens * pool.layout.data * pool.layout.attentionData * pool.instances,
    traffic: sent / tokens / model.layers,
  };
}

/** One prompt of so many tokens, whole. */
export function promptBatch(tokens: number): Batch {
  return { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
}

function layoutFindings(points: readonly SweepPoint[]): readonly Message[] {
  const named = (point: SweepPoint | undefined, words: (name: string) => Message): readonly Message[] => (point ? [words(point.name)] : []);
  return [
    ...named(bestPoint(points, "ttft", "lower"), (name) => message("The first token comes soonest with {0}", name)),
    ...named(bestPoint(points, "tpot", "lower"), (name) => message("Each further token comes soonest with {0}", name)),
    ...named(bestPoint(points, "output", "higher"), (name) => message("The most output comes from {0}", name)),
  ];
}
