import { shortGpuName } from "../catalog/gpu-names.ts";
import type { Deployment, Pool } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import type { Known } from "../deployment/located.ts";
import type { Position, Range } from "../deployment/text.ts";
import { gpusAsked } from "../rules/layout.ts";
import { contains } from "./position.ts";
import type { Analysis } from "./results.ts";

/** An entry of the outline. `selection` lies inside `range`. */
export interface OutlineItem {
  readonly kind: "deployment" | "pool" | "engine" | "model" | "size" | "gpus";
  readonly name: string;
  readonly detail: string;
  /** All that belongs to it: where the caret counts as being in it. */
  readonly range: Range;
  /** The word that says it. */
  readonly selection: Range;
  readonly children: readonly OutlineItem[];
}

/** The outline of a file: deployments, their pools where there are several, engine, model, sizes and GPUs. */
export function outline({ deployments }: Analysis): readonly OutlineItem[] {
  return deployments.map(({ deployment }) => deploymentItem(deployment));
}

function deploymentItem(deployment: Deployment): OutlineItem {
  const { anchor, pools, name } = deployment;
  const [only] = pools;
  const children =
    only && pools.length === 1 ? poolChildren(deployment, only) : pools.map((pool): OutlineItem => poolItem(deployment, pool));
  const range = pools.reduce((all, { extent }) => joined(all, extent), anchor);
  return { kind: "deployment", name, detail: deployment.format, range, selection: anchor, children };
}

function poolItem(deployment: Deployment, pool: Pool): OutlineItem {
  const { extent, role, name } = pool;
  const children = poolChildren(deployment, pool);
  const detail = role === "mixed" ? "" : role;
  return { kind: "pool", name, detail, range: extent, selection: { start: extent.start, end: extent.start }, children };
}

function poolChildren(deployment: Deployment, pool: Pool): readonly OutlineItem[] {
  return [engineItem(deployment, pool), gpusItem(pool)].filter((one) => one !== undefined);
}

/** Stands at the word that says the version, else where its pool begins. */
function engineItem(deployment: Deployment, pool: Pool): OutlineItem {
  const { version } = pool.engine;
  const at = here(version?.range) ?? (contains(pool.extent, deployment.anchor.start) ? deployment.anchor : startOf(pool.extent));
  const children = [modelItem(deployment, pool), ...sizeItems(pool)].filter((one) => one !== undefined);
  const range = children.reduce((all, one) => joined(all, one.range), at);
  const name = [engineNames[deployment.engine], version?.value.text].filter((word) => word !== undefined).join(" ");
  return { kind: "engine", name, detail: deployment.launcher ?? "", range, selection: at, children };
}

/** A model belongs to the pool that writes it; one that stands beside all pools is each one's. */
function modelItem({ model, pools }: Deployment, pool: Pool): OutlineItem | undefined {
  const range = here(model?.range);
  if (!model || !range) return undefined;
  const { start } = range;
  const isElsewhere = !contains(pool.extent, start) && pools.some(({ extent }) => contains(extent, start));
  return isElsewhere ? undefined : leaf("model", model.value.name, model.value.facts?.value.architecture ?? "", range);
}

function sizeItems({ engine: { parallel } }: Pool): readonly OutlineItem[] {
  const { written, sequence, prefillContext, decodeContext } = parallel;
  const sizes: readonly (readonly [name: string, size: Known<number>])[] = [
    ["TP", written.tp],
    ["SP", sequence],
    ["PP", written.pp],
    ["DP", written.dp],
    ["EP", written.ep ?? parallel.expert],
    ["PCP", prefillContext],
    ["DCP", decodeContext],
  ];
  return sizes.flatMap(([name, size]) => {
    const range = here(size?.range);
    return size && range ? [leaf("size", `${name} ${size.value}`, "", range)] : [];
  });
}

function gpusItem(pool: Pool): OutlineItem | undefined {
  const { gpusPerNode, gpu } = pool.hardware;
  const range = here(gpusPerNode?.range) ?? here(gpu?.range);
  const asked = gpusAsked(pool) ?? gpusPerNode?.value;
  const name = gpu ? shortGpuName(gpu.value) : "GPU";
  return range && leaf("gpus", asked === undefined ? name : `${asked} × ${name}`, "", range);
}

function leaf(kind: OutlineItem["kind"], name: string, detail: string, range: Range): OutlineItem {
  return { kind, name, detail, range, selection: range, children: [] };
}

/** A word of another file has no place in this one's outline. */
function here(range: Range | undefined): Range | undefined {
  return range?.file === undefined ? range : undefined;
}

function startOf({ start }: Range): Range {
  return { start, end: start };
}

/** The least range that holds both. */
function joined(a: Range, b: Range): Range {
  return { start: isBefore(b.start, a.start) ? b.start : a.start, end: isBefore(a.end, b.end) ? b.end : a.end };
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
