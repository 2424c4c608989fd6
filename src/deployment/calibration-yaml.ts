import { Scalar, YAMLMap, YAMLSeq } from "yaml";
import { gib, whole } from "../catalog/quantity.ts";
import { type Conditions, type MeasuredMemory, type MeasuredTiming, stageParts } from "./calibration.ts";

export function conditionsNode({ engine, engineVersion, model, weights, gpu, role, layout, settings }: Conditions): YAMLMap {
  const map = new YAMLMap();
  const version = new Scalar(engineVersion);
  // 0.20 without quotes is the number 0.2 to YAML.
  if (/^\d+(\.\d+)?$/.test(engineVersion)) version.type = "QUOTE_DOUBLE";
  const values: readonly (readonly [string, unknown])[] = [
    ["engine", engine],
    ["engineVersion", version],
    ["model", model],
    ["weights", weights],
    ["gpu", gpu],
    ...(role === "mixed" ? [] : [["role", role] as const]),
    ...(Object.keys(layout).length === 0 ? [] : [["layout", mapOf(layout)] as const]),
    ["settings", mapOf(settings)],
  ];
  for (const [name, value] of values) map.set(name, value);
  return map;
}

function mapOf(values: Readonly<Record<string, unknown>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, value] of Object.entries(values)) map.set(name, value);
  return map;
}

export function memoryNode({ source, date, stages, kvCacheTokens, kvCacheBlocks }: MeasuredMemory): YAMLMap {
  const map = new YAMLMap();
  map.set("source", source);
  map.set("date", date);
  const list = new YAMLSeq();
  for (const stage of stages) {
    const one = new YAMLMap();
    one.set("stage", stage.stage);
    for (const part of stageParts) {
      const bytes = stage[part];
      if (bytes !== undefined) one.set(part, commented(bytes, ` bytes, ${gib(bytes, 2)}`));
    }
    list.add(one);
  }
  if (stages.length > 0) map.set("stages", list);
  if (kvCacheTokens !== null) map.set("kvCacheTokens", commented(kvCacheTokens, ` ${whole(kvCacheTokens)} tokens`));
  if (kvCacheBlocks !== null) map.set("kvCacheBlocks", kvCacheBlocks);
  return map;
}

function commented(value: number, comment: string): Scalar {
  const scalar = new Scalar(value);
  scalar.comment = comment;
  return scalar;
}

export function evidenceNode(lines: readonly string[]): YAMLSeq {
  const list = new YAMLSeq();
  for (const line of lines) {
    const scalar = new Scalar(line);
    scalar.type = "QUOTE_SINGLE";
    list.add(scalar);
  }
  return list;
}

export function timingNode({ source, date, correction, band, predictedSeconds, points }: MeasuredTiming): YAMLMap {
  const { device, host, requestSeconds } = correction;
  const map = new YAMLMap();
  map.set("source", source);
  map.set("date", date);
  map.set("device", commented(rounded(device), " times what the GPU was predicted to take"));
  map.set("host", commented(rounded(host), " times what the host was predicted to add"));
  if (requestSeconds !== null) map.set("requestSeconds", commented(rounded(requestSeconds), " of a request outside its steps"));
  map.set("band", commented(rounded(band), " half-width of the 80 % band of what is predicted so"));
  map.set("predictedSeconds", commented(rounded(predictedSeconds), " of two reference steps, by the prediction that this corrects"));
  const list = new YAMLSeq();
  for (const point of points) {
    const one = mapOf(Object.fromEntries(Object.entries(point).filter(([, value]) => value !== null)));
    one.flow = true;
    list.add(one);
  }
  if (points.length > 0) map.set("points", list);
  return map;
}

/** Digits beyond the sixth say nothing of a measurement. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
