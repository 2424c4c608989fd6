/** Predicted against measured. */
export interface ScatterPlot {
  /** Of its file, without extension. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** How far off the dashed lines lie: 0.05 = 5 %, unless told. */
  readonly near?: number;
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly measured: number; readonly predicted: number }[];
}

const size = 420;
const margin = { left: 48, right: 12, top: 28, bottom: 40 };
/** Readable on light and dark; a shape of its own for each, for those who see no difference in colour. */
const looks = [
  { colour: "#2f7ed8", shape: "circle" },
  { colour: "#d9822b", shape: "square" },
  { colour: "#3aa655", shape: "triangle" },
  { colour: "#a05bd0", shape: "diamond" },
] as const;

/** A square chart with both axes logarithmic and alike: what lies on the diagonal is predicted as it was measured; the dashed lines tell what is near. */
export function scatterSvg({ title, unit, near = 0.05, series }: ScatterPlot): string {
  const all = series
    .flatMap(({ points }) => points.flatMap(({ measured, predicted }) => [measured, predicted]))
    .filter((value) => value > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...all)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...all)));
  const share = (value: number): number => Math.log(Math.max(value, low) / low) / Math.log(high / low);
  const across = (value: number): string => (margin.left + share(value) * (size - margin.left - margin.right)).toFixed(1);
  const up = (value: number): string => (size - margin.bottom - share(value) * (size - margin.bottom - margin.top)).toFixed(1);
  const ticks = Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, i) => low * 10 ** i);
  const grid = ticks.flatMap((tick) => [
    `<path class="grid" d="M${across(tick)} ${up(low)}V${up(high)}M${across(low)} ${up(tick)}H${across(high)}"/>`,
    `<text x="${across(tick)}" y="${size - margin.bottom + 14}" text-anchor="middle">${Number(tick.toPrecision(1))}</text>`,
    `<text x="${margin.left - 6}" y="${up(tick)}" dy="4" text-anchor="end">${Number(tick.toPrecision(1))}</text>`,
  ]);
  const diagonal = (factor: number, className: string): string => {
    const [from, to] = [low * Math.max(1, 1 / factor), high / Math.max(1, factor)];
    return `<path class="${className}" d="M${across(from)} ${up(from * factor)}L${across(to)} ${up(to * factor)}"/>`;
  };
  const marks = series.map(({ points }, index) => {
    const { colour, shape } = looks[index % looks.length] ?? looks[0];
    const shown = points.filter(({ measured, predicted }) => measured > 0 && predicted > 0);
    return mark(
      colour,
      shown.map(({ measured, predicted }) => outline(shape, Number(across(measured)), Number(up(predicted)))),
    );
  });
  const legend = series.map(({ name, points }, index) => {
    const { colour, shape } = looks[index % looks.length] ?? looks[0];
    const y = margin.top + 14 + 16 * index;
    return `${mark(colour, [outline(shape, margin.left + 12, y)])}<text x="${margin.left + 22}" y="${y}" dy="4">${escaped(name)} (${points.length})</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" role="img" aria-label="${escaped(title)}: predicted against measured">`,
    `<style>text{font:11px sans-serif;fill:#808080}.grid{stroke:#808080;stroke-opacity:.25;fill:none}.exact{stroke:#808080;fill:none}.near{stroke:#808080;stroke-dasharray:3 3;fill:none}</style>`,
    ...grid,
    diagonal(1, "exact"),
    diagonal(1 + near, "near"),
    diagonal(1 / (1 + near), "near"),
    ...marks,
    ...legend,
    `<text x="${margin.left}" y="16">${escaped(title)}</text>`,
    `<text x="${size / 2}" y="${size - 8}" text-anchor="middle">measured, ${escaped(unit)}</text>`,
    `<text transform="translate(12 ${size / 2}) rotate(-90)" text-anchor="middle">predicted, ${escaped(unit)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

/** One path for all points of a series: a picture of a thousand stays small. */
function mark(colour: string, outlines: readonly string[]): string {
  return `<path fill="none" stroke="${colour}" stroke-width="1.5" d="${outlines.join("")}"/>`;
}

function outline(shape: (typeof looks)[number]["shape"], x: number, y: number): string {
  const from = (dx: number, dy: number): string => `M${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  return {
    circle: `${from(-3.5, 0)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0`,
    square: `${from(-3, -3)}h6v6h-6z`,
    triangle: `${from(0, -4)}l4 7h-8z`,
    diamond: `${from(0, -4.5)}l4 4.5l-4 4.5l-4-4.5z`,
  }[shape];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
