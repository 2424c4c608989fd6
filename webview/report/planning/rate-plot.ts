import type { Slo } from "../../../src/deployment/deployment.ts";
import { type RunFigures, worstLatency } from "../../../src/planning/figures.ts";
import type { RateCurve, RatePoint } from "../../../src/planning/rate-curve.ts";
import type { AdviceView, RatesView } from "../../../src/protocol/planning-view.ts";
import { adviceSeries } from "../../parts/line-series.ts";
import type { CurveLine, CurvePlot, TableModel } from "../../parts/models.ts";
import { brief, duration, percent, rate } from "../../parts/numbers.ts";
import { axisOver } from "../../parts/plot-axis.ts";
import { definitions, said, words } from "../../parts/words.ts";
import { axisTick } from "./metric-words.ts";

type Latency = "ttft" | "tpot" | "e2e";
const members = { ttft: "ttftSeconds", tpot: "tpotSeconds", e2e: "e2eSeconds" } as const;
const names: Readonly<Record<Latency, string>> = { ttft: "TTFT", tpot: "TPOT", e2e: "E2E" };

/** One latency over the rate of arrivals: where the run stands now, the last rate that holds, and dashed what the best change makes of it. */
export function ratePlot(rates: RatesView | null, advice: AdviceView | null, ratePerSecond: number | null, slo: Slo | null): CurvePlot {
  const curve = rates?.curve ?? null;
  const latency = curve ? shown(curve, slo) : "ttft";
  const limit = slo?.[members[latency]] ?? null;
  const best = advice?.curve ?? null;
  const now = ratePerSecond === null ? null : Number(ratePerSecond.toPrecision(3));
  const lines: CurveLine[] = curve ? [line(curve, latency, 1, words("this file"), now)] : [];
  if (best) lines.push(line(best, latency, adviceSeries, said(advice?.helping[0]?.change.title ?? { text: "", args: [] }), null));
  const points = lines.flatMap((one) => one.points);
  return {
    id: "rates",
    title: words("{0} p95 by request rate, req/s", names[latency]),
    definition: said(definitions[latency]),
    note: noteOf(rates),
    beside: besideOf(rates, best),
    x: axisOver(
      points.map(({ x }) => x),
      (value) => axisTick({ unit: "req/s" }, value),
      "log",
    ),
    y: axisOver([...points.map(({ y }) => y), ...(limit === null ? [] : [limit])], (value) => brief(duration(value)), "log"),
    lines,
    limit: limit === null ? null : { value: limit, text: words("limit {0}", brief(duration(limit))) },
    marks: [],
    chosen: null,
    aria: ariaOf(rates, latency),
  };
}

/** The latency that is nearest to its limit where the limits are lost, or now. */
function shown({ points, limits }: RateCurve, slo: Slo | null): Latency {
  const at = points.find(({ ratePerSecond }) => ratePerSecond === (limits?.lost ?? limits?.held)) ?? points.at(-1);
  return (at && slo && worstLatency(at.figures)) ?? "ttft";
}

function line({ points, limits }: RateCurve, latency: Latency, series: number, name: string, now: number | null): CurveLine {
  const held = limits?.held ?? null;
  return {
    name,
    series,
    joined: true,
    points: points.flatMap(({ ratePerSecond, figures }, at) => {
      const y = p95Of(figures, latency);
      if (y === undefined) return [];
      const isNow = ratePerSecond === now;
      const isHeld = ratePerSecond === held;
      return [
        {
          x: ratePerSecond,
          y,
          isFile: isNow || (isHeld && series === 1),
          isLost: isHeld && !isNow,
          text: isNow ? words("now") : "",
          at,
        },
      ];
    }),
  };
}

function p95Of({ summary, saturated }: RunFigures, latency: Latency): number | undefined {
  const { p95 } = summary[members[latency]];
  return saturated || !(p95 > 0) ? undefined : p95;
}

/** `holds to 12.0 req/s`. */
function noteOf(rates: RatesView | null): string {
  if (!rates) return words("follows the run");
  const { curve, progress } = rates;
  if (progress) return words("trying {0} of {1} rates", progress.done, progress.total);
  if (!curve) return words("nothing arrives at a rate");
  const held = turnOf(curve);
  return held === null ? words("missed at every rate") : words("holds to {0}", rate(held, "req/s"));
}

/** To which rate the best change holds, where it is another one. */
function besideOf(rates: RatesView | null, best: RateCurve | null): NonNullable<CurvePlot["beside"]> | null {
  const [held, after] = [rates?.curve ? turnOf(rates.curve) : null, best && turnOf(best)];
  if (!after) return null;
  const name = rate(after, "req/s");
  return held !== null && rate(held, "req/s") === name ? null : { name, series: adviceSeries };
}

/** The last rate that holds: within the limits, else where the queue empties. */
export function turnOf({ limits, saturation }: Pick<RateCurve, "limits" | "saturation">): number | null {
  return (limits ?? saturation).held;
}

function ariaOf(rates: RatesView | null, latency: Latency): string {
  const curve = rates?.curve ?? null;
  if (!curve) return words("Latency by request rate: {0}", noteOf(rates));
  const first: RatePoint | undefined = curve.points[0];
  return words("{0} p95 by request rate, from {1} on; {2}", names[latency], first ? rate(first.ratePerSecond, "req/s") : "", noteOf(rates));
}

/** The curve as numbers: what the plot shows of one latency, of all. */
export function rateTable({ points }: RateCurve): TableModel {
  return {
    name: words("Latency by request rate"),
    columns: [
      { title: words("Request rate"), numeric: true },
      { title: "TTFT p95", numeric: true },
      { title: "TPOT p95", numeric: true },
      { title: words("Within the limits"), numeric: true, secondary: true },
      { title: words("Output"), numeric: true, secondary: true },
    ],
    rows: points.map(({ ratePerSecond, figures: { summary, saturated } }) => [
      rate(ratePerSecond, "req/s"),
      saturated ? words("queue grows") : duration(summary.ttftSeconds.p95),
      saturated ? words("queue grows") : duration(summary.tpotSeconds.p95),
      summary.sloAttainment === null ? words("no limits set") : percent(summary.sloAttainment),
      rate(summary.outputTokensPerSecond, "tok/s"),
    ]),
    raw: {
      head: ["requests_per_second", "ttft_p95_seconds", "tpot_p95_seconds", "within_limits", "output_tokens_per_second", "saturated"],
      rows: () =>
        points.map(({ ratePerSecond, figures: { summary, saturated } }) => [
          ratePerSecond,
          summary.ttftSeconds.p95,
          summary.tpotSeconds.p95,
          summary.sloAttainment ?? Number.NaN,
          summary.outputTokensPerSecond,
          saturated ? "true" : "false",
        ]),
    },
  };
}
