import type { EngineId, Flag } from "../../deployment.ts";
import type { Known, Located } from "../../located.ts";
import { message } from "../../message.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { impliedFlag } from "../fields/implied-flag.ts";
import { wholeNumber } from "../pods/resources.ts";

/** What llm-d's charts make of `parallelism`: sizes that are left out follow from the others (_helpers.tpl of llm-d-modelservice). */
export interface LlmdParallelism {
  readonly tensor: Known<number>;
  readonly data: Known<number>;
  readonly dataLocal: Known<number>;
  /** Pods of one engine. */
  readonly workers: Known<number>;
}

/** An absent size and 0 are alike to a template. */
type Size = Known<number> | "left out";

export function llmdParallelism(written: YamlValue, asked: Known<number>, { lines }: ReaderContext): LlmdParallelism {
  const size = (name: string): Size => {
    const value = written.at(name);
    const number = wholeNumber(value, lines);
    return !value.exists || value.isNull || number?.value === 0 ? "left out" : number;
  };
  const [tensor, data, dataLocal, workers] = [size("tensor"), size("data"), size("dataLocal"), size("workers")];
  const one = derived(1);
  const or = (own: Size, other: Known<number>): Known<number> => (own === "left out" ? other : own);
  if (data !== "left out" && data && data.value > 1 && dataLocal === "left out" && workers === "left out")
    return { tensor: or(tensor, one), data, ...ranksOfPods(or(tensor, one), data, asked) };
  return {
    tensor: or(tensor, one),
    data: or(data, dataLocal === "left out" ? one : combined(dataLocal, workers, (local, nodes) => local * nodes)),
    dataLocal: or(dataLocal, data === "left out" ? one : combined(data, workers, (all, nodes) => all / nodes)),
    workers: or(workers, data === "left out" || dataLocal === "left out" ? one : combined(data, dataLocal, (all, local) => all / local)),
  };
}

/**
 * Charts disagree on `data` alone: a pod for each rank, all ranks in one pod, later one rank in one pod (pull requests 159 and 164 of
 * llm-d-modelservice). The GPUs that a pod asks for tell.
 */
function ranksOfPods(tensor: Known<number>, data: Located<number>, asked: Known<number>): Pick<LlmdParallelism, "dataLocal" | "workers"> {
  if (tensor && asked?.value === tensor.value) return { dataLocal: derived(1), workers: derived(data.value) };
  if (tensor && asked?.value === tensor.value * data.value) return { dataLocal: derived(data.value), workers: derived(1) };
  return { dataLocal: undefined, workers: undefined };
}

/** GPUs of one pod. */
export function gpusPerWorker({ tensor, dataLocal }: LlmdParallelism): Known<number> {
  return tensor && dataLocal && derived(tensor.value * dataLocal.value);
}

/** The flags that the chart's own command gets: a size of 1 is left to the engine, unless the file writes it. */
export function parallelFlags(written: YamlValue, sizes: LlmdParallelism, engine: EngineId, context: ReaderContext): Flag[] {
  const flags = fieldFlags(written, { tensor: "tensor-parallel-size", data: "data-parallel-size" }, engine, context);
  const add = (name: string, size: Known<number>, field: string, from: string): void => {
    if (!size || size.value <= 1) return;
    const own = fieldFlags(written, { [field]: name }, engine, context);
    const { key } = written.at(from);
    const why = message("the chart derives it from the other sizes");
    if (own.length > 0) flags.push(...own);
    else if (key) flags.push(impliedFlag(name, String(size.value), key, why, context));
  };
  if (!flags.some(({ name }) => name === "data-parallel-size")) add("data-parallel-size", sizes.data, "data", "dataLocal");
  add("data-parallel-size-local", sizes.dataLocal, "dataLocal", "data");
  return flags.filter(({ value }) => value?.value !== "0");
}

function combined(a: Known<number>, b: Size, formula: (a: number, b: number) => number): Known<number> {
  if (!a || b === undefined) return undefined;
  const value = b === "left out" ? a.value : formula(a.value, b.value);
  // Charts that divide refuse sizes that do not; the others take one.
  return derived(Number.isInteger(value) ? value : 1);
}

function derived(value: number): Located<number> {
  return { value, origin: "inferred", why: message("the chart derives it from the other sizes") };
}
