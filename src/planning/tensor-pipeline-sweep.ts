import { divisors } from "../deployment/divisors.ts";
import { type Message, message } from "../deployment/message.ts";
import { layoutWords } from "../simulation/report/layout-words.ts";
import { atRate } from "../simulation/workload/at-rate.ts";
import { layoutChange } from "./layout-sweep.ts";
import type { Sizes } from "./layouts.ts";
import type { Plan } from "./plan.ts";
import { mostRequests } from "./rate-sweep.ts";
import type { SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { tried, type Variant } from "./variants.ts";

/** Shares of what the closed form says the file holds. */
const shares = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85];

/** TP against PP of the same GPUs over the rate: which is quicker for prompts and which for answers depends on the load. */
export function* tensorPipelineSweep(site: SweepSite): Plan<SweepResult> {
  const { deployment, settled, workload, seed } = site;
  const index = settled.pools.findIndex(({ role }) => role !== "decode");
  const pool = settled.pools[index];
  const most = mostRequests(settled, workload, seed);
  if (!pool || most === undefined) return { problem: message("The deployment does not fit, or its load cannot be drawn") };
  const { layout, gpusPerNode } = pool;
  const ways = layout.tensor * layout.pipeline;
  const sizes = divisors([ways], ways)
    .map((tensor): Sizes => ({ ...layout, tensor, pipeline: ways / tensor }))
    .filter(
      ({ tensor, pipeline, sequence }) =>
        settled.model.heads % (tensor * sequence) === 0 &&
        pipeline <= settled.model.layers &&
        tensor * sequence <= Math.max(gpusPerNode, layout.tensor * sequence),
    );
  if (sizes.length < 2) return { problem: message("The GPUs of an instance can be shared out in one way alone") };
  const titles = sizes.map((one) => layoutWords({ ...layout, ...one }));
  const variants = sizes.flatMap((one, series) =>
    shares.map((share): Variant => {
      const isFile = one.tensor === layout.tensor;
      const ratePerSecond = Number((share * most).toPrecision(3));
      return {
        series,
        x: ratePerSecond,
        name: "",
        isFile,
        change: isFile ? null : layoutChange(deployment, settled, index, one),
        workload: atRate(workload, ratePerSecond),
      };
    }),
  );
  const points = yield* tried(site, variants);
  return {
    axis: { name: message("Request rate"), unit: "req/s", scale: "linear" },
    series: titles.map((title) => message("{0}", title)),
    metrics: ["ttft", "tpot", "e2e", "output", "attainment"],
    points,
    marks: [],
    findings: [...crossings(points, titles, "ttft"), ...crossings(points, titles, "tpot")],
  };
}

/** Which layout is best at the lowest and at the highest rate where any queue empties. */
function crossings(points: readonly SweepPoint[], titles: readonly string[], metric: "ttft" | "tpot"): readonly Message[] {
  const rates = [...new Set(points.filter((point) => point.values[metric] !== undefined).map(({ x }) => x))].sort((a, b) => a - b);
  const bestAt = (x: number | undefined): string => {
    const there = points.filter((point) => point.x === x && point.values[metric] !== undefined);
    const best = there.reduce<SweepPoint | undefined>(
      (least, point) => (least === undefined || (point.values[metric] ?? 0) < (least.values[metric] ?? 0) ? point : least),
      undefined,
    );
    return titles[best?.series ?? 0] ?? "";
  };
  if (rates.length === 0) return [];
  const [light, heavy] = [bestAt(rates[0]), bestAt(rates.at(-1))];
  if (metric === "ttft")
    return light === heavy
      ? [message("Prompts are quickest with {0} at every rate", light)]
      : [message("Prompts are quickest with {0} under light load and with {1} under heavy load", light, heavy)];
  return light === heavy
    ? [message("Answers are quickest with {0} at every rate", light)]
    : [message("Answers are quickest with {0} under light load and with {1} under heavy load", light, heavy)];
}
