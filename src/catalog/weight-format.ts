import type { DType, WeightFormat } from "./facts.ts";

/** 16 bit as trained. */
export const unquantised: WeightFormat = { method: "none", linear: "bf16", scaleBytesPerElement: 0, expertsOnly: false };

/** Bytes of one element, scales not counted. */
export const elementBytes: Readonly<Record<DType, number>> = { fp32: 4, bf16: 2, fp16: 2, fp8: 1, int8: 1, int4: 0.5, fp4: 0.5 };

/** Members of a Hugging Face `quantization_config` (or modelopt's) that decide how many bytes a weight takes. */
export interface QuantizationFacts {
  readonly quant_method?: string | undefined;
  readonly quant_algo?: string | undefined;
  readonly weight_block_size?: readonly number[] | undefined;
  readonly group_size?: number | undefined;
  readonly bits?: number | undefined;
  /** compressed-tensors: format of the weights of the first group. */
  readonly weightType?: "int" | "float" | undefined;
  readonly load_in_4bit?: boolean | undefined;
  readonly load_in_8bit?: boolean | undefined;
  readonly double_quant?: boolean | undefined;
  /** DeepSeek-V4: format of the experts, those of FP4 in blocks of 32 that share an 8-bit exponent. */
  readonly expert_dtype?: string | undefined;
}

const format = (method: string, linear: DType, scaleBytesPerElement = 0, expertsOnly = false): WeightFormat => ({
  method,
  linear,
  scaleBytesPerElement,
  expertsOnly,
});

function withBlock(weights: WeightFormat, block: number | undefined): WeightFormat {
  return block === undefined ? weights : { ...weights, block };
}

/** fp16 scale and 4-bit zero point a group; AutoGPTQ and AWQ store both, also for symmetric checkpoints. */
const scaleAndZero = (group: number) => 2.5 / group;

/** Format of a checkpoint by its quantisation config; undefined where the config names something we have no bytes for. */
export function weightFormatOf(facts: QuantizationFacts): WeightFormat | undefined {
  const method = facts.quant_method?.toLowerCase() ?? (facts.quant_algo ? "modelopt" : "");
  const group = facts.group_size !== undefined && facts.group_size > 0 ? facts.group_size : undefined;
  switch (method) {
    case "":
    case "none":
      return unquantised;
    case "fp8":
    case "fbgemm_fp8": {
      const [rows, columns] = facts.weight_block_size ?? [];
      if (facts.quant_algo === "MIXED_PRECISION") return format("modelopt_mixed", "fp4", 1 / 16);
      const weights = withBlock(format(method, "fp8", rows && columns ? 4 / (rows * columns) : 0), rows === columns ? rows : undefined);
      return facts.expert_dtype === "fp4" ? { ...weights, experts: { linear: "fp4", scaleBytesPerElement: 1 / 32 } } : weights;
    }
    case "mxfp4":
      return format("mxfp4", "fp4", 1 / 32, true);
    case "awq":
    case "awq_marlin":
      return withBlock(format("awq", "int4", scaleAndZero(group ?? 128)), group);
    case "gptq":
    case "gptq_marlin":
    case "auto-round":
      return facts.bits === 8 ? format("gptq", "int8", scaleAndZero(group ?? 128)) : format("gptq", "int4", scaleAndZero(group ?? 128));
    case "bitsandbytes":
      return facts.load_in_8bit
        ? format("bitsandbytes", "int8")
        : format("bitsandbytes", "int4", facts.double_quant === false ? 1 / 16 : 0.0159);
    case "compressed-tensors":
      return compressedTensors(facts, group);
    case "modelopt":
    case "modelopt_fp4":
    case "modelopt_fp8":
      return modelopt(facts.quant_algo ?? (method === "modelopt_fp4" ? "NVFP4" : "FP8"), group);
    default:
      return undefined;
  }
}

function compressedTensors({ bits, weightType }: QuantizationFacts, group: number | undefined): WeightFormat {
  if (bits === 4 && weightType === "float") return format("compressed-tensors", "fp4", 1 / (group ?? 16));
  if (bits === 4) return format("compressed-tensors", "int4", 2 / (group ?? 128));
  if (bits === 8 && weightType === "int") return format("compressed-tensors", "int8");
  return format("compressed-tensors", "fp8");
}

function modelopt(algorithm: string, group: number | undefined): WeightFormat {
  if (algorithm === "MIXED_PRECISION") return format("modelopt_mixed", "fp4", 1 / 16);
  return /NVFP4|FP4/.test(algorithm) ? format("modelopt_fp4", "fp4", 1 / (group ?? 16)) : format("modelopt", "fp8");
}

/** Suffixes with which quantised re-uploads are named, and the format each stands for; longest first. */
const suffixes: readonly (readonly [RegExp, WeightFormat])[] = [
  [/[-.]quantized\.w4a16$/i, format("gptq", "int4", scaleAndZero(128))],
  [/[-.]quantized\.w8a16$/i, format("gptq", "int8", scaleAndZero(128))],
  [/[-.]quantized\.w8a8$/i, format("compressed-tensors", "int8")],
  [/-(?:w4a16|int4-w4a16)$/i, format("compressed-tensors", "int4", 2 / 128)],
  [/-(?:w8a8|int8)(?:-dynamic)?$/i, format("compressed-tensors", "int8")],
  [/-FP8[-_](?:dynamic|block|per[-_]channel|KV)(?:-KV)?$/i, format("compressed-tensors", "fp8")],
  [/-FP8$/i, format("fp8", "fp8")],
  [/-(?:NVFP4|FP4)$/i, format("modelopt_fp4", "fp4", 1 / 16)],
  [/-AWQ(?:-INT4|-4bit)?$/i, format("awq", "int4", scaleAndZero(128))],
  [/-INT4-AWQ$/i, format("awq", "int4", scaleAndZero(128))],
  [/-GPTQ-Int8$/i, format("gptq", "int8", scaleAndZero(128))],
  [/-(?:GPTQ-Int4|GPTQ-4bit|GPTQ|Int4)$/i, format("gptq", "int4", scaleAndZero(128))],
  [/-(?:unsloth-)?bnb-4bit$/i, format("bitsandbytes", "int4", 0.0159)],
  [/-bnb-8bit$/i, format("bitsandbytes", "int8")],
];

/** A name without its quantisation suffix, and what the suffix says; undefined where there is none. */
export function splitQuantisedName(name: string): { readonly base: string; readonly weights: WeightFormat } | undefined {
  for (const [suffix, weights] of suffixes) {
    if (suffix.test(name)) return { base: name.replace(suffix, ""), weights };
  }
  return undefined;
}
