import { type Message, message } from "../deployment/message.ts";
import type { DistServe } from "../deployment/systems/distserve.ts";
import { namedSystem } from "../deployment/systems/system.ts";
import {
  type DistServePlan,
  highAffinityPlacement,
  lowAffinityPlacement,
  type PhaseLayout,
} from "../simulation/systems/distserve/placement-search.ts";
import { askedRate } from "../simulation/workload/at-rate.ts";
import { drawLoad } from "../simulation/workload/load.ts";
import { DistServePhases } from "./distserve-phases.ts";
import { goodputs } from "./goodputs.ts";
import type { Plan } from "./plan.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";

/**
 * DistServe's own placement for a deployment's load on its GPUs: the goodput of each layout of each phase by itself (Algorithm 1), or of
 * pairs that share a node where caches must not leave it (Algorithm 2), and the best of them a GPU as often as the rate needs it.
 */
export function* placementSweep({ settled, workload, seed }: SweepSite): Plan<SweepResult> {
  const system = distServeOf(settled.system);
  const [pool] = settled.pools;
  if (!pool || !system || settled.slo?.ttftSeconds == null || settled.slo.tpotSeconds === null)
    return { problem: message("DistServe's placement needs a limit for the first token and one for the others") };
  const drawn = drawLoad({ ...workload, warmup: 0 }, seed);
  if (!drawn.load) return { problem: message("{0}", drawn.problem) };
  const phases = new DistServePhases(settled, pool, system, drawn.load, seed);
  const rate = askedRate(workload) ?? 1;
  return system.affinity === "low" ? yield* pairs(phases, rate) : yield* apart(phases, rate);
}

function distServeOf(written: SweepSite["settled"]["system"]): DistServe | undefined {
  const system = written?.kind === "distserve" ? written : namedSystem("distserve");
  return system?.kind === "distserve" ? system : undefined;
}

function* apart(phases: DistServePhases, ratePerSecond: number): Plan<SweepResult> {
  const layouts = phases.layouts();
  const [smallest] = layouts;
  if (!smallest) return { problem: message("The model does not fit these GPUs in any layout") };
  const found = yield* goodputs([
    ...layouts.map((layout) => phases.prompts(layout)),
    ...layouts.map((layout) => phases.answers(layout, smallest)),
  ]);
  const goodput = (phase: "prefill" | "decode", layout: PhaseLayout): number =>
    found[(phase === "decode" ? layouts.length : 0) + layouts.findIndex((one) => isSame(one, layout))] ?? 0;
  const { nodes, gpusPerNode } = phases;
  const fits = (layout: PhaseLayout): boolean => layouts.some((one) => isSame(one, layout));
  const plan = highAffinityPlacement({ nodes, gpusPerNode, ratePerSecond, fits, goodput });
  const points = (["prefill", "decode"] as const).flatMap((phase, series) =>
    bestPoints(
      series,
      layouts.map((layout) => ({ name: words(layout), gpus: layout.tensor * layout.pipeline, goodput: goodput(phase, layout) })),
    ),
  );
  return resultOf([message("prompts alone"), message("answers alone")], points, plan, ratePerSecond);
}

function* pairs(phases: DistServePhases, ratePerSecond: number): Plan<SweepResult> {
  const { nodes, gpusPerNode } = phases;
  const all: (readonly [prefill: PhaseLayout, decode: PhaseLayout])[] = [];
  const fits = (layout: PhaseLayout): boolean => phases.fits(layout);
  const list = (prefill: PhaseLayout, decode: PhaseLayout): number => all.push([prefill, decode]);
  lowAffinityPlacement({ nodes, gpusPerNode, ratePerSecond, fits, goodput: list });
  if (all.length === 0) return { problem: message("The model does not fit these GPUs in any layout") };
  const found = yield* goodputs(all.map(([prefill, decode]) => phases.pair(prefill, decode)));
  const goodput = (prefill: PhaseLayout, decode: PhaseLayout): number =>
    found[all.findIndex(([first, second]) => isSame(first, prefill) && isSame(second, decode))] ?? 0;
  const plan = lowAffinityPlacement({ nodes, gpusPerNode, ratePerSecond, fits, goodput });
  const candidates = all.map(([prefill, decode]) => ({
    name: `${words(prefill)} + ${words(decode)}`,
    gpus: prefill.pipeline * (prefill.tensor + decode.tensor),
    goodput: goodput(prefill, decode),
  }));
  const points = bestPoints(0, candidates);
  return resultOf([message("pairs on one node")], points, plan, ratePerSecond);
}

function resultOf(series: readonly Message[], points: readonly SweepPoint[], plan: DistServePlan | undefined, rate: number): SweepResult {
  const finding = plan
    ? message(
        "For {0} requests a second DistServe takes {1} prefill instances of {2} and {3} decode instances of {4}",
        Number(rate.toPrecision(3)),
        plan.prefill.instances,
        words(plan.prefill),
        plan.decode.instances,
        words(plan.decode),
      )
    : message("No layout of these GPUs keeps the limits at any rate that was tried");
  return {
    axis: { name: message("GPUs of an instance"), unit: "count", scale: "linear" },
    series,
    metrics: ["goodput"],
    points,
    marks: [],
    findings: [finding],
  };
}

interface Candidate {
  readonly name: string;
  readonly gpus: number;
  readonly goodput: number;
}

/** For each number of GPUs the layout that serves most, in requests a second and GPU. */
function bestPoints(series: number, candidates: readonly Candidate[]): readonly SweepPoint[] {
  const counts = [...new Set(candidates.map(({ gpus }) => gpus))].sort((a, b) => a - b);
  return counts.flatMap((gpus): readonly SweepPoint[] => {
    const best = candidates.filter((one) => one.gpus === gpus).reduce((most, one) => (one.goodput > most.goodput ? one : most));
    const told = { isFile: false, holds: best.goodput > 0, saturated: false, problem: null, change: null };
    return [{ series, x: gpus, name: best.name, values: { goodput: best.goodput / gpus }, ...told }];
  });
}

function isSame(a: PhaseLayout, b: PhaseLayout): boolean {
  return a.tensor === b.tensor && a.pipeline === b.pipeline;
}

function words({ tensor, pipeline }: PhaseLayout): string {
  return pipeline > 1 ? `TP ${tensor} × PP ${pipeline}` : `TP ${tensor}`;
}
