import type { Model, WeightFormat } from "../catalog/facts.ts";
import { expertsOnly, isSized, mxfp4, type QuantizationFacts, unquantised, weightFormatOf } from "../catalog/weight-format.ts";
import { wordTable } from "../catalog/word-table.ts";

const fp8: WeightFormat = { method: "fp8", linear: "fp8", scaleBytesPerElement: 0 };

/** What `--quantization` makes of a checkpoint that is not quantised: formats the engine makes while loading. */
const online: Readonly<Record<string, WeightFormat>> = wordTable({
  fp8,
  fbgemm_fp8: { ...fp8, method: "fbgemm_fp8" },
  ptpc_fp8: { ...fp8, method: "ptpc_fp8" },
  fp8_per_tensor: fp8,
  fp8_per_channel: fp8,
  // 128 × 128 blocks with a 32-bit scale.
  fp8_per_block: { ...fp8, scaleBytesPerElement: 4 / (128 * 128) },
  // Blocks of 32 share an 8-bit exponent (OCP MX specification).
  mxfp8: { ...fp8, method: "mxfp8", scaleBytesPerElement: 1 / 32 },
  modelopt_mxfp8: { ...fp8, method: "mxfp8", scaleBytesPerElement: 1 / 32 },
  mxfp4,
  gpt_oss_mxfp4: mxfp4,
  nvfp4_per_token: { method: "nvfp4", linear: "fp4", scaleBytesPerElement: 1 / 16 },
  experts_int8: { method: "experts_int8", linear: "int8", scaleBytesPerElement: 0, plain: expertsOnly },
  int8_per_channel_weight_only: { method: "int8", linear: "int8", scaleBytesPerElement: 0 },
});

/** Format of the weights in memory; undefined where the flag names one whose bytes are not known. */
export function weightsOf(model: Model, quantization: string | undefined): WeightFormat | undefined {
  const { weights } = model;
  // A checkpoint's own format stays; the flag only names its kernel (VQ04).
  if (quantization === undefined || /^(none|null|)$/i.test(quantization) || weights.method !== "none")
    return isSized(weights) ? weights : undefined;
  const method = quantization.toLowerCase();
  return online[method] ?? sized({ quant_method: method.replace(/^auto_/, "") });
}

/** The format of a method alone: GPTQ then stands for its usual 4 bits, modelopt for FP8. */
function sized(facts: QuantizationFacts): WeightFormat | undefined {
  const weights = weightFormatOf({ bits: 4, ...(facts.quant_method === "modelopt" ? { quant_algo: "FP8" } : {}), ...facts });
  return isSized(weights) ? weights : undefined;
}

/** Words for a format that a case or a person uses, whatever the checkpoint says; of several (`modelopt nvfp4`) the last known one, which is the narrowest. */
export function namedWeights(words: string): WeightFormat | undefined {
  const name = words.trim().toLowerCase();
  return (
    formatNamed(name) ??
    name
      .split(/\s+/)
      .map(formatNamed)
      .findLast((format) => format !== undefined)
  );
}

function formatNamed(name: string): WeightFormat | undefined {
  if (/^(none|bf16|bfloat16|fp16|float16|half)$/.test(name)) return unquantised;
  if (/^(fp8_block|fp8_per_block|fp8-block)$/.test(name)) return online.fp8_per_block;
  if (/^(int8|w8a8|w8a8_int8|sq|smoothquant)$/.test(name)) return { ...fp8, method: "compressed-tensors", linear: "int8" };
  if (/^(int8_wo|w8a16)$/.test(name)) return sized({ quant_method: "gptq", bits: 8 });
  if (/^(int4|int4_wo|w4a16|awq|int4_awq)$/.test(name)) return sized({ quant_method: "awq" });
  if (/^(auto[-_]?round|inc)$/.test(name)) return sized({ quant_method: "auto-round" });
  if (/^(fp4|nvfp4|modelopt_fp4)$/.test(name)) return sized({ quant_method: "modelopt_fp4" });
  if (/^w4a8_mxfp4|w4a16_mxfp4|mxfp4/.test(name)) return online.mxfp4;
  return online[name] ?? sized({ quant_method: name });
}

/** Bytes of one cached element; undefined where the name is not known. */
export function kvElementBytes(dtype: string | undefined, model: Model, activationBytes: number): number | undefined {
  const name = dtype?.toLowerCase() ?? "auto";
  switch (name) {
    case "auto":
      return activationBytes;
    case "bfloat16":
    case "float16":
    case "bf16":
    case "fp16":
      return 2;
    case "fp8_ds_mla":
      // 656 bytes for the 512 + 64 elements of a latent (VM11).
      return model.mla ? 656 / model.kvElementsPerLayer : 1;
    case "nvfp4_ds_mla":
      return model.mla ? 352 / model.kvElementsPerLayer : 0.5 + 1 / 16;
    case "nvfp4":
    case "nvfp4_4over6":
    case "fp4":
    case "fp4_e2m1":
      return 0.5 + 1 / 16;
    case "mxfp8":
      return 1 + 1 / 32;
    // A scale in 32 bit for the key and one for the value of each head (vLLM, v1/kv_cache_interface.py).
    case "int4_per_token_head":
      return 0.5 + 4 / model.headDim;
    case "int8_per_token_head":
    case "fp8_per_token_head":
      return 1 + 4 / model.headDim;
    case "int8":
      return 1;
    default:
      return name.startsWith("fp8") ? 1 : undefined;
  }
}
