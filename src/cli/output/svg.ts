/** One line of a chart, its points in data units; NaN breaks the line. */
export interface SvgLine {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Class of the stroke: `a`, `b`, `c`. */
  readonly className: string;
}

export interface SvgChart {
  readonly title: string;
  /** Read out instead of the picture. */
  readonly description: string;
  readonly lines: readonly SvgLine[];
  readonly xLabel: (value: number) => string;
  readonly yLabel: (value: number) => string;
  readonly logX?: boolean;
  readonly yMax?: number;
  /** A limit on the x axis. */
  readonly limitX?: number | null;
}

const width = 560;
const height = 150;
const left = 56;
const bottom = 20;
const top = 8;
/** More points than pixels draw nothing new. */
const mostPoints = 600;

/** A line chart as inline SVG, coloured by the page's own style sheet. */
export function svgChart(chart: SvgChart): string {
  const xs = chart.lines.flatMap(({ x }) => finite(x).filter((value) => !chart.logX || value > 0));
  const ys = chart.lines.flatMap(({ y }) => finite(y));
  const xLow = chart.logX ? Math.min(...xs, chart.limitX ?? Number.POSITIVE_INFINITY) : 0;
  const xHigh = Math.max(...xs, chart.limitX ?? Number.NEGATIVE_INFINITY);
  const yHigh = chart.yMax ?? Math.max(...ys, 0);
  if (xs.length === 0 || !(xHigh > xLow) || !(yHigh > 0)) return `<p class="none">${escaped(chart.title)}: nothing to draw</p>`;
  const across = (value: number): number => {
    const share = chart.logX ? Math.log(value / xLow) / Math.log(xHigh / xLow) : (value - xLow) / (xHigh - xLow);
    return left + share * (width - left - 8);
  };
  const up = (value: number): number => height - bottom - (Math.min(value, yHigh) / yHigh) * (height - bottom - top);
  const grid = [0, 0.5, 1].map((share) => {
    const y = up(share * yHigh).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${width - 8}" y1="${y}" y2="${y}"/><text x="${left - 6}" y="${y}" dy="4" text-anchor="end">${escaped(chart.yLabel(share * yHigh))}</text>`;
  });
  const ticks = [0, 0.5, 1].map((share) => {
    const value = chart.logX ? xLow * (xHigh / xLow) ** share : xLow + share * (xHigh - xLow);
    const anchor = share === 0 ? "start" : share === 1 ? "end" : "middle";
    return `<text x="${across(value).toFixed(1)}" y="${height - 5}" text-anchor="${anchor}">${escaped(chart.xLabel(value))}</text>`;
  });
  const limit = chart.limitX
    ? `<line class="limit" x1="${across(chart.limitX).toFixed(1)}" x2="${across(chart.limitX).toFixed(1)}" y1="${top}" y2="${height - bottom}"/>`
    : "";
  const paths = chart.lines.map((line) => `<path class="line ${line.className}" d="${pathOf(line, across, up, chart.logX ?? false)}"/>`);
  return `<figure><figcaption>${escaped(chart.title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(chart.description)}">${grid.join("")}${ticks.join("")}${limit}${paths.join("")}</svg></figure>`;
}

function pathOf({ x, y }: SvgLine, across: (value: number) => number, up: (value: number) => number, logX: boolean): string {
  const step = Math.max(1, Math.ceil(x.length / mostPoints));
  let path = "";
  let pen = "M";
  for (let i = 0; i < x.length; i += step) {
    const at = x[i] ?? Number.NaN;
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(at) || !Number.isFinite(value) || (logX && at <= 0)) {
      pen = "M";
      continue;
    }
    path += `${pen}${across(at).toFixed(1)} ${up(value).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

function finite(values: ArrayLike<number>): number[] {
  const step = Math.max(1, Math.ceil(values.length / 5000));
  const kept: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[i] ?? Number.NaN;
    if (Number.isFinite(value)) kept.push(value);
  }
  const last = values.length > 0 ? (values[values.length - 1] ?? Number.NaN) : Number.NaN;
  return Number.isFinite(last) ? [...kept, last] : kept;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
