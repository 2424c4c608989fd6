import { isScalar, isSeq, type YAMLMap } from "yaml";
import type { MeasuredTiming, TimingPoint } from "./calibration.ts";
import type { CalibrationNodes } from "./calibration-nodes.ts";
import { message } from "./message.ts";

/** Members of `timing` as they are written. */
export const timingKeys = ["holdsFor", "source", "date", "device", "host", "requestSeconds", "band", "predictedSeconds", "points"] as const;
const known: ReadonlySet<string> = new Set(timingKeys);

/** Factors beyond this are no correction of a prediction, but another machine. */
const mostFactor = 100;

/** Reads how measured steps differ from predicted ones. Strict, since a number here changes every prediction: what is not known is refused. */
export function readTiming(node: YAMLMap, root: YAMLMap, nodes: CalibrationNodes): MeasuredTiming {
  for (const { key } of node.items) {
    const name = isScalar(key) ? String(key.value) : "";
    if (!known.has(name)) nodes.report(message("“{0}” is not known in the timing of a calibration.", name), key);
  }
  const number = (name: string, least: number, most: number): number => {
    const value = nodes.value(node, name);
    if (typeof value === "number" && value >= least && value <= most) return value;
    const place = nodes.at(node, name) ?? node;
    if (value === undefined) nodes.report(message("“{0}” is missing.", name), place);
    else nodes.report(message("“{0}” must be a number from {1} to {2}.", name, least, most), place);
    return least;
  };
  const optional = (name: string, least: number, most: number): number | null =>
    nodes.value(node, name) === undefined ? null : number(name, least, most);
  const list = nodes.at(node, "points");
  if (list !== undefined && !isSeq(list)) nodes.report(message("“{0}” must be a list.", "points"), list);
  return {
    source: nodes.source(node),
    date: nodes.date(node),
    conditions: nodes.conditions(nodes.at(node, "holdsFor") ?? nodes.at(root, "holdsFor"), node),
    correction: {
      device: number("device", 1 / mostFactor, mostFactor),
      host: number("host", 0, mostFactor),
      requestSeconds: optional("requestSeconds", 0, 60),
    },
    band: number("band", 0.01, 1),
    predictedSeconds: number("predictedSeconds", 1e-6, 1e4),
    points: isSeq(list) ? list.items.map((item) => point(item, nodes)) : [],
  };
}

function point(node: unknown, nodes: CalibrationNodes): TimingPoint {
  const text = (name: string): string | null => {
    const scalar = nodes.at(node, name);
    return isScalar(scalar) && typeof scalar.source === "string" && scalar.source !== "" ? scalar.source : null;
  };
  const number = (name: string): number | null => {
    const value = nodes.value(node, name);
    if (value === undefined) return null;
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
    nodes.report(message("“{0}” must be a number from 0 up.", name), nodes.at(node, name));
    return null;
  };
  return {
    from: text("from") ?? "",
    tool: text("tool") ?? "",
    date: text("date"),
    load: text("load") ?? "",
    ttftSeconds: number("ttftSeconds"),
    tpotSeconds: number("tpotSeconds"),
    outputTokensPerSecond: number("outputTokensPerSecond"),
  };
}
