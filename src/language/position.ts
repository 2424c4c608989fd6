import type { Flag, Pool } from "../deployment/deployment.ts";
import type { Position, Range } from "../deployment/text.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";

/** Whether a range of the text itself holds a position; one in another file never does. */
export function contains(range: Range | undefined, { line, character }: Position): boolean {
  if (!range || range.file !== undefined) return false;
  const afterStart = line > range.start.line || (line === range.start.line && character >= range.start.character);
  const beforeEnd = line < range.end.line || (line === range.end.line && character <= range.end.character);
  return afterStart && beforeEnd;
}

/** Whether two ranges of the text share a place, be it a border. */
export function touches(a: Range, b: Range): boolean {
  return a.file === b.file && !isAfter(a.start, b.end) && !isAfter(b.start, a.end);
}

function isAfter(a: Position, b: Position): boolean {
  return a.line > b.line || (a.line === b.line && a.character > b.character);
}

/** What stands at a position, with the deployment it belongs to. */
export type Place = { readonly analysis: DeploymentAnalysis; readonly pool: Pool; readonly index: number } & (
  | { readonly kind: "flag"; readonly flag: Flag; readonly range: Range }
  | { readonly kind: "model" | "gpu" | "gpus" | "replicas" | "version" | "anchor"; readonly range: Range }
);

export function placeAt(analysis: Analysis, position: Position): Place | undefined {
  for (const one of analysis.deployments) {
    for (const [index, pool] of one.deployment.pools.entries()) {
      const base = { analysis: one, pool, index };
      const { engine, hardware, instances } = pool;
      const model = one.deployment.model?.range;
      const flag = engine.written.find(({ flagRange, valueRange }) => contains(flagRange, position) || contains(valueRange, position));
      if (model && contains(model, position)) return { ...base, kind: "model", range: model };
      if (flag)
        return {
          ...base,
          kind: "flag",
          flag,
          range: contains(flag.valueRange, position) && flag.valueRange ? flag.valueRange : flag.flagRange,
        };
      const gpu = hardware.gpu?.range ?? hardware.gpuAsWritten?.range;
      if (gpu && contains(gpu, position)) return { ...base, kind: "gpu", range: gpu };
      const gpus = hardware.gpusPerNode?.range;
      if (gpus && contains(gpus, position)) return { ...base, kind: "gpus", range: gpus };
      const replicas = instances?.range;
      if (replicas && contains(replicas, position)) return { ...base, kind: "replicas", range: replicas };
      const version = engine.version?.range;
      if (version && contains(version, position)) return { ...base, kind: "version", range: version };
      const { anchor } = one.deployment;
      if (contains(anchor, position)) return { ...base, kind: "anchor", range: anchor };
    }
  }
  return undefined;
}

/** A pool with the deployment it belongs to. */
export interface PoolPlace {
  readonly analysis: DeploymentAnalysis;
  readonly pool: Pool;
  readonly index: number;
}

/** The pool whose text holds a position, the innermost of several; else the only one there is. */
export function poolAt({ deployments }: Analysis, position: Position): PoolPlace | undefined {
  const all = deployments.flatMap((analysis) => analysis.deployment.pools.map((pool, index): PoolPlace => ({ analysis, pool, index })));
  const inside = all.filter(({ pool }) => contains(pool.extent, position));
  const lines = ({ pool: { extent } }: PoolPlace): number => extent.end.line - extent.start.line;
  const innermost = inside.reduce<PoolPlace | undefined>((best, one) => (best && lines(best) <= lines(one) ? best : one), undefined);
  return innermost ?? (all.length === 1 ? all[0] : undefined);
}
