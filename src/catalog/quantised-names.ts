import type { WeightFormat } from "./facts.ts";

const int4 = (method: string, scaleBytesPerElement: number): WeightFormat => ({ method, linear: "int4", scaleBytesPerElement });
const int8 = (method: string, scaleBytesPerElement = 0): WeightFormat => ({ method, linear: "int8", scaleBytesPerElement });
const fp8 = (method: string): WeightFormat => ({ method, linear: "fp8", scaleBytesPerElement: 0 });
/** Scale and zero point of groups of 128. */
const grouped = 2.5 / 128;

/** Suffixes with which quantised re-uploads are named, and the format each stands for; longest first. */
const suffixes: readonly (readonly [RegExp, WeightFormat])[] = [
  [/[-.]quantized\.w4a16$/i, int4("gptq", grouped)],
  [/[-.]quantized\.w8a16$/i, int8("gptq", grouped)],
  [/[-.]quantized\.w8a8$/i, int8("compressed-tensors")],
  [/-(?:w4a16|int4-w4a16)$/i, int4("compressed-tensors", 2 / 128)],
  [/-(?:w8a8|int8)(?:-dynamic)?$/i, int8("compressed-tensors")],
  [/-FP8[-_](?:dynamic|block|per[-_]channel|KV)(?:-KV)?$/i, fp8("compressed-tensors")],
  [/-FP8$/i, fp8("fp8")],
  [/-(?:NVFP4|FP4)$/i, { method: "modelopt_fp4", linear: "fp4", scaleBytesPerElement: 1 / 16 }],
  [/-AWQ(?:-INT4|-4bit)?$/i, int4("awq", grouped)],
  [/-INT4-AWQ$/i, int4("awq", grouped)],
  [/-GPTQ-Int8$/i, int8("gptq", grouped)],
  [/-(?:GPTQ-Int4|GPTQ-4bit|GPTQ|Int4)$/i, int4("gptq", grouped)],
  // 32-bit scales of 64 elements, as the engines unpack them.
  [/-(?:unsloth-)?bnb-4bit$/i, int4("bitsandbytes", 4 / 64)],
  [/-bnb-8bit$/i, int8("bitsandbytes")],
];

/** A name without its quantisation suffix, and what the suffix says; undefined where there is none. */
export function splitQuantisedName(name: string): { readonly base: string; readonly weights: WeightFormat } | undefined {
  for (const [suffix, weights] of suffixes) {
    if (suffix.test(name)) return { base: name.replace(suffix, ""), weights };
  }
  return undefined;
}
