import type { DType, LinearPart, UnsizedFormat, WeightFormat } from "./facts.ts";

/** 16 bit as trained. */
export const unquantised: WeightFormat = { method: "none", linear: "bf16", scaleBytesPerElement: 0 };

/** Bytes of one element, scales not counted. */
export const elementBytes: Readonly<Record<DType, number>> = { fp32: 4, bf16: 2, fp16: 2, fp8: 1, int8: 1, int4: 0.5, fp4: 0.5 };

/** All linear layers but the experts stay in 16 bit (mxfp4 of gpt-oss). */
export const expertsOnly: NonNullable<WeightFormat["plain"]> = { attention: 1, recurrent: 1, mlp: 1, "shared-experts": 1 };

/** Members of a Hugging Face `quantization_config` (or modelopt's) that decide how many bytes a weight takes. */
export interface QuantizationFacts {
  readonly quant_method?: string | undefined;
  readonly quant_algo?: string | undefined;
  /** Format of the cache that modelopt's checkpoints ask for. */
  readonly kv_cache_quant_algo?: string | undefined;
  readonly weight_block_size?: readonly number[] | undefined;
  readonly group_size?: number | undefined;
  readonly bits?: number | undefined;
  /** compressed-tensors and quark: format of the weights of the first group. */
  readonly weightType?: "int" | "float" | undefined;
  /** A zero point beside the scale of each group. */
  readonly zeroPoints?: boolean | undefined;
  readonly load_in_4bit?: boolean | undefined;
  readonly load_in_8bit?: boolean | undefined;
  /** DeepSeek-V4: format of the experts, those of FP4 in blocks of 32 that share an 8-bit exponent. */
  readonly expert_dtype?: string | undefined;
  /** Share of each part that the config's list of modules leaves in 16 bit. */
  readonly plain?: Readonly<Partial<Record<LinearPart, number>>> | undefined;
}

/** Format of a checkpoint by its quantisation config; without sizes where the config names something we have no bytes for. */
export function weightFormatOf(facts: QuantizationFacts): WeightFormat | UnsizedFormat {
  const method = facts.quant_method?.toLowerCase() ?? (facts.quant_algo ? "modelopt" : "");
  const sized = sizedFormat(method, facts);
  if (!sized) return { method, linear: null };
  return facts.plain && sized.method !== "none" ? { ...sized, plain: { ...sized.plain, ...facts.plain } } : sized;
}

/** Whether the bytes of this format are known. */
export function isSized(weights: WeightFormat | UnsizedFormat): weights is WeightFormat {
  return weights.linear !== null;
}

const format = (method: string, linear: DType, scaleBytesPerElement = 0): WeightFormat => ({ method, linear, scaleBytesPerElement });

/** FP4 in groups of 16 that share an FP8 scale. */
const nvfp4 = (method: string, group = 16) => format(method, "fp4", 1 / group);
/** FP4 in groups of 32 that share an 8-bit exponent (OCP MX specification). */
const mxScale = 1 / 32;
/** Experts in FP4, padded for Marlin and Triton alike (vLLM, quantization/mxfp4.py). */
export const mxfp4: WeightFormat = { ...format("mxfp4", "fp4", mxScale), plain: expertsOnly, tile: { hidden: 256, width: 128 } };
/** fp16 scale and 4-bit zero point a group; AutoGPTQ and AWQ store both, also for symmetric checkpoints. */
const scaleAndZero = (group: number | undefined) => (group === undefined ? 0 : 2.5 / group);

function withBlock(weights: WeightFormat, block: number | undefined): WeightFormat {
  return block === undefined ? weights : { ...weights, block };
}

function sizedFormat(method: string, facts: QuantizationFacts): WeightFormat | undefined {
  // −1 is one group for a whole column: its scales weigh nothing.
  const group = facts.group_size !== undefined && facts.group_size > 0 ? facts.group_size : undefined;
  switch (method) {
    case "":
    case "none":
      return unquantised;
    case "fp8":
    case "fbgemm_fp8":
      return fp8(method, facts);
    case "mxfp4":
      return mxfp4;
    case "mxfp8":
      return format("mxfp8", "fp8", mxScale);
    case "awq":
    case "awq_marlin":
      return withBlock(format("awq", "int4", scaleAndZero(facts.group_size === undefined ? 128 : group)), group);
    case "gptq":
    case "gptq_marlin":
    case "auto-round":
      return integers("gptq", facts.bits, scaleAndZero(facts.group_size === undefined ? 128 : group));
    case "bitsandbytes":
      // vLLM and SGLang unpack doubly quantised scales: 32 bit for 64 elements (bitsandbytes_loader.py, dequantize_dq).
      return facts.load_in_8bit ? format("bitsandbytes", "int8") : format("bitsandbytes", "int4", 4 / 64);
    case "compressed-tensors":
      return compressedTensors(facts, group);
    case "quark":
      return facts.weightType === "float" && facts.bits === 4 ? format("quark", "fp4", mxScale) : eightBit("quark", facts);
    case "modelopt":
    case "modelopt_fp4":
    case "modelopt_fp8":
      return modelopt(facts.quant_algo ?? (method === "modelopt_fp4" ? "NVFP4" : method === "modelopt_fp8" ? "FP8" : ""), group);
    default:
      return undefined;
  }
}

function fp8(method: string, facts: QuantizationFacts): WeightFormat {
  const [rows, columns] = facts.weight_block_size ?? [];
  const weights = withBlock(format(method, "fp8", rows && columns ? 4 / (rows * columns) : 0), rows === columns ? rows : undefined);
  if (facts.quant_algo === "MIXED_PRECISION")
    return { ...weights, method: "modelopt_mixed", experts: { linear: "fp4", scaleBytesPerElement: 1 / 16 } };
  return facts.expert_dtype === "fp4" ? { ...weights, experts: { linear: "fp4", scaleBytesPerElement: mxScale } } : weights;
}

function integers(method: string, bits: number | undefined, scale: number): WeightFormat | undefined {
  if (bits === 8) return format(method, "int8", scale);
  return bits === 4 ? format(method, "int4", scale) : undefined;
}

function eightBit(method: string, { bits, weightType }: QuantizationFacts): WeightFormat | undefined {
  if (bits !== 8 || weightType === undefined) return undefined;
  return format(method, weightType === "int" ? "int8" : "fp8");
}

function compressedTensors(facts: QuantizationFacts, group: number | undefined): WeightFormat | undefined {
  const { bits, weightType, weight_block_size: block } = facts;
  const method = "compressed-tensors";
  if (bits === 4 && weightType === "float") return group === 32 ? format(method, "fp4", mxScale) : nvfp4(method, group);
  if (bits === 4) return format(method, "int4", group === undefined ? 0 : (facts.zeroPoints ? 2.5 : 2) / group);
  const [rows, columns] = block ?? [];
  const eight = eightBit(method, facts);
  if (!eight) return undefined;
  if (rows && columns) return withBlock({ ...eight, scaleBytesPerElement: 4 / (rows * columns) }, rows === columns ? rows : undefined);
  return { ...eight, scaleBytesPerElement: group === undefined ? 0 : 2 / group };
}

function modelopt(algorithm: string, group: number | undefined): WeightFormat | undefined {
  if (algorithm === "MIXED_PRECISION") return nvfp4("modelopt_mixed");
  if (/NVFP4|^FP4/.test(algorithm)) return nvfp4("modelopt_fp4", group);
  if (algorithm.startsWith("MXFP8")) return format("modelopt", "fp8", mxScale);
  if (algorithm.startsWith("FP8_PB")) return format("modelopt", "fp8", 4 / (128 * 128));
  if (algorithm.startsWith("FP8")) return format("modelopt", "fp8");
  return algorithm.startsWith("W4A16") ? format("modelopt", "int4", 2 / (group ?? 128)) : undefined;
}
