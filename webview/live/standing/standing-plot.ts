import type { Slo } from "../../../src/deployment/deployment.ts";
import type { Standing } from "../../../src/live/prediction/standing.ts";
import type { CurveLine, CurvePlot, TableModel } from "../../parts/models.ts";
import { brief, duration, figure, rate } from "../../parts/numbers.ts";
import { axisOver } from "../../parts/plot-axis.ts";
import { definitions, said, words } from "../../parts/words.ts";

/** The latency drawn over the rate: TTFT, which turns up first where a queue begins; TPOT where no TTFT is measured. */
type Latency = "ttftP95" | "tpotP95";

/** The predicted curve with the server's place on it. */
export function standingPlot(standing: Standing, slo: Slo | null): CurvePlot {
  const latency: Latency = standing.at.ttftP95 === null && standing.at.tpotP95 !== null ? "tpotP95" : "ttftP95";
  const name = latency === "ttftP95" ? "TTFT" : "TPOT";
  const limit = (latency === "ttftP95" ? slo?.ttftSeconds : slo?.tpotSeconds) ?? null;
  const lines = [curve(standing, latency), ...here(standing, latency)];
  const points = lines.flatMap((line) => line.points);
  const { saturationRate } = standing;
  return {
    id: "standing",
    title: words("{0} p95 by request rate, req/s", name),
    definition: said(latency === "ttftP95" ? definitions.ttft : definitions.tpot),
    note: saturationRate === null ? words("holds at every rate tried") : words("holds to {0}", rate(saturationRate, "req/s")),
    x: axisOver(
      [...points.map(({ x }) => x), ...(saturationRate === null ? [] : [saturationRate])],
      (value) => brief(figure(value)),
      "linear",
    ),
    y: axisOver([...points.map(({ y }) => y), ...(limit === null ? [] : [limit])], (value) => brief(duration(value)), "log"),
    lines,
    limit: limit === null ? null : { value: limit, text: words("limit {0}", brief(duration(limit))) },
    marks: saturationRate === null ? [] : [{ value: saturationRate, text: words("holds to here") }],
    chosen: null,
    aria: said(standing.sentence),
  };
}

function curve({ points }: Standing, latency: Latency): CurveLine {
  return {
    name: words("predicted"),
    series: 6,
    joined: true,
    isPredicted: true,
    points: points
      .filter((point) => !point.isSaturated && point[latency] > 0)
      .map((point, at) => ({ x: point.ratePerSecond, y: point[latency], isFile: false, isLost: false, text: "", at })),
  };
}

function here({ at, points }: Standing, latency: Latency): readonly CurveLine[] {
  const value = at[latency];
  if (value === null || !(value > 0)) return [];
  const point = { x: at.ratePerSecond, y: value, isFile: true, isLost: false, text: words("now"), at: points.length };
  return [{ name: words("live"), series: 1, joined: false, points: [point] }];
}

/** The curve and the server's place as numbers. */
export function standingTable({ points, at }: Standing): TableModel {
  const cell = (value: number | null, format: (value: number) => string) => (value === null ? words("not offered") : format(value));
  return {
    name: words("On the predicted curve"),
    columns: [
      { title: words("Request rate"), numeric: true },
      { title: "TTFT p95", numeric: true },
      { title: "TPOT p95", numeric: true },
      { title: words("Output"), numeric: true, secondary: true },
    ],
    rows: [
      ...points.map((point) => [
        rate(point.ratePerSecond, "req/s"),
        point.isSaturated ? words("queue grows") : duration(point.ttftP95),
        point.isSaturated ? words("queue grows") : duration(point.tpotP95),
        rate(point.outputTokensPerSecond, "tok/s"),
      ]),
      [
        words("live, {0}", rate(at.ratePerSecond, "req/s")),
        cell(at.ttftP95, duration),
        cell(at.tpotP95, duration),
        cell(at.outputTokensPerSecond, (value) => rate(value, "tok/s")),
      ],
    ],
    raw: {
      head: ["kind", "requests_per_second", "ttft_p95_seconds", "tpot_p95_seconds", "output_tokens_per_second"],
      rows: () => [
        ...points.map((point) => [
          point.isSaturated ? "saturated" : "predicted",
          point.ratePerSecond,
          point.ttftP95,
          point.tpotP95,
          point.outputTokensPerSecond,
        ]),
        ["live", at.ratePerSecond, at.ttftP95 ?? Number.NaN, at.tpotP95 ?? Number.NaN, at.outputTokensPerSecond ?? Number.NaN],
      ],
    },
  };
}
