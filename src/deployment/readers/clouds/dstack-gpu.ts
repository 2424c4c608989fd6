import type { Known } from "../../located.ts";
import { concat, isReadable, type Mapped, opaque, slice } from "../../mapped.ts";
import type { LineMap } from "../../text.ts";
import type { GpuHint } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { countOf, oneGpu } from "../pods/named-gpus.ts";

/** GPUs of one machine. */
export interface DstackGpus {
  /** Undefined for ranges, of which anything may come. */
  readonly count: Known<number>;
  readonly hints: readonly GpuHint[];
}

const vendor = /^(nvidia|amd|google|tpu|intel|tenstorrent)$/i;
const memory = /^[\d.]+\s*(MB|GB|TB)$/i;

/** `H100:8`, `8:H200`, `A100:80GB:2`, `24GB`, `2..4`, or the same as fields; parts are told by their looks (GPUSpec of core/models/resources.py). */
export function dstackGpus(spec: YamlValue, lines: LineMap): DstackGpus | undefined {
  if (spec.isMap) return fieldGpus(spec, lines);
  const text = spec.text();
  if (!text || !isReadable(text.value)) return undefined;
  const parts = partsOf(text);
  const counts = parts.filter(({ value }) => !/[a-z]/i.test(value));
  const names = parts.filter(({ value }) => /^[a-z]/i.test(value) && !vendor.test(value));
  const sizes = parts.filter(({ value }) => /^\d/.test(value) && /[a-z]/i.test(value));
  const [count] = counts;
  return { count: count ? countOf(count, lines) : oneGpu(text, lines), hints: hintsOf(names.flatMap(wordsOf), sizes[0]) };
}

function fieldGpus(spec: YamlValue, lines: LineMap): DstackGpus {
  const name = spec.at("name");
  const words = (name.isList ? name.items().map((item) => item.text()) : [name.text()]).filter((word) => word !== undefined);
  const count = spec.at("count").text();
  const at = spec.key ?? words[0];
  return { count: count ? countOf(count, lines) : at && oneGpu(at, lines), hints: hintsOf(words, spec.at("memory").text()) };
}

/** `H100,H200` are alternatives; a memory size completes a name where it is one size. */
function hintsOf(names: readonly Mapped[], size: Mapped | undefined): GpuHint[] {
  if (names.length === 0) return [];
  const isOne = size !== undefined && memory.test(size.value);
  const words = names.map((name) => (isOne ? concat([name, opaque(`-${size.value}`, name.span)], name.span) : name));
  return [{ words, where: "accelerator" }];
}

function partsOf(text: Mapped): Mapped[] {
  return [...text.value.matchAll(/[^:\s]+/g)].map((match) => slice(text, match.index, match.index + match[0].length));
}

function wordsOf(names: Mapped): Mapped[] {
  return [...names.value.matchAll(/[^,\s]+/g)].map((match) => slice(names, match.index, match.index + match[0].length));
}
