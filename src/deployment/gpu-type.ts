import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, GpuId } from "../catalog/facts.ts";
import type { DirectiveValue } from "./directives.ts";
import type { Known, Located } from "./located.ts";
import { spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { Surroundings } from "./surroundings.ts";
import type { LineMap } from "./text.ts";
import type { GpuHint } from "./units.ts";

export interface GpuType {
  readonly gpu: Known<GpuId>;
  readonly asWritten: Known<string>;
}

interface Sources {
  readonly directive: DirectiveValue | undefined;
  readonly hints: readonly GpuHint[];
  readonly resource: string | null;
  /** The image runs without GPUs. */
  readonly cpuOnly: boolean;
}

const vendors: readonly (readonly [RegExp, Gpu["vendor"]])[] = [
  [/^nvidia\.com\//, "nvidia"],
  [/^amd\.com\//, "amd"],
  [/^(gpu\.intel\.com|habana\.ai)\//, "intel"],
  [/^google\.com\/tpu/, "google"],
  [/^huawei\.com\//, "huawei"],
  [/^(aws\.amazon\.com|rebellions\.ai)\//, "other"],
];

/** GPU type in the order of its sources: directive, argument, what the file implies, project file, setting. */
export function gpuType(
  { directive, hints, resource, cpuOnly }: Sources,
  surroundings: Surroundings,
  catalog: Catalog,
  lines: LineMap,
): GpuType {
  if (directive) {
    const range = lines.range(directive.span);
    const gpu = find(directive.value, catalog);
    return gpu
      ? { gpu: { value: gpu.id, origin: "directive", range }, asWritten: undefined }
      : { gpu: undefined, asWritten: { value: directive.value, origin: "directive", range } };
  }
  const { argument, project, setting } = surroundings;
  const argumentGpu = argument.gpu === undefined ? undefined : find(argument.gpu, catalog);
  if (argumentGpu) return { gpu: { value: argumentGpu.id, origin: "argument" }, asWritten: undefined };
  const implied = fromHints(hints, catalog, lines);
  if (implied?.gpu) return implied;
  if (cpuOnly) return { gpu: undefined, asWritten: implied?.asWritten };
  // A project file knows the cluster's labels; a personal setting must not speak over a label that names something else.
  for (const origin of ["project", "setting"] as const) {
    const name = origin === "project" ? project.gpu : implied ? undefined : setting.gpu;
    const gpu = name === undefined ? undefined : find(name, catalog);
    if (gpu && fitsResource(gpu, resource)) return { gpu: { value: gpu.id, origin }, asWritten: implied?.asWritten };
  }
  return { gpu: undefined, asWritten: implied?.asWritten };
}

function find(name: string, catalog: Catalog): Gpu | undefined {
  const id = catalog.instance(name)?.gpu ?? catalog.family(name);
  return catalog.gpu(name) ?? (id === undefined ? undefined : catalog.gpu(id));
}

function fitsResource({ vendor }: Gpu, resource: string | null): boolean {
  if (resource === null) return true;
  const named = vendors.find(([pattern]) => pattern.test(resource))?.[1];
  return named === undefined || named === vendor;
}

function fromHints(hints: readonly GpuHint[], catalog: Catalog, lines: LineMap): GpuType | undefined {
  const slice = hints.find(({ where }) => where === "resource")?.words[0];
  const named = hints.filter(({ where }) => where !== "resource");
  let whole: { readonly gpu: Gpu; readonly at: Located<string> } | undefined;
  let unknown: Located<string> | undefined;
  for (const { words, where } of named) {
    const [first] = words;
    if (!first) continue;
    const at: Located<string> = {
      value: [...new Set(words.map(({ value }) => value))].join(", "),
      origin: "inferred",
      range: lines.range(spanOf(first)),
      why: message(where),
    };
    const gpus = words.map(({ value }) => find(value, catalog));
    const [gpu] = gpus;
    if (gpu && gpus.every((one) => one?.id === gpu.id)) whole ??= { gpu, at };
    else unknown ??= at;
  }
  if (slice) {
    const profile = slice.value.slice(slice.value.indexOf("mig-") + 4);
    const range = lines.range(spanOf(slice));
    const gpu = whole && (/-mig-/i.test(whole.gpu.id) ? whole.gpu : catalog.gpu(`${whole.gpu.id}-MIG-${profile}`));
    if (gpu) return { gpu: { value: gpu.id, origin: "inferred", range, why: message("a MIG slice") }, asWritten: undefined };
    return { gpu: undefined, asWritten: { value: slice.value, origin: "inferred", range, why: message("a MIG slice") } };
  }
  if (whole) return { gpu: { ...whole.at, value: whole.gpu.id }, asWritten: undefined };
  return unknown && { gpu: undefined, asWritten: unknown };
}
