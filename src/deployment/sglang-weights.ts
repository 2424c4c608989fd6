import type { Gpu, Model, WeightFormat } from "../catalog/facts.ts";
import { wordTable } from "../catalog/word-table.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import { namedWeights, weightsOf } from "./settle-formats.ts";

/** SGLang's own words for formats that other engines call otherwise (layers/quantization of 0.5.23). */
const sameAs: Readonly<Record<string, string>> = wordTable({
  w8a8_int8: "int8",
  blockwise_int8: "int8",
  w8a8_fp8: "fp8",
  modelopt_fp8: "fp8",
  petit_nvfp4: "nvfp4",
  modelopt_fp4: "nvfp4",
  qoq: "w4a16",
  w4afp8: "w4a16",
  unquant: "none",
});

/** What torchao makes of a 16-bit checkpoint while loading (layers/torchao_utils.py): 8 bit, or 4 bit in groups. */
const torchao: readonly (readonly [RegExp, string])[] = [
  [/^int8/, "int8"],
  [/^int4/, "w4a16"],
  [/^fp8/, "fp8"],
];

/** Format of the weights in memory; undefined where a flag names one whose bytes are not known. */
export function sglangWeights(flags: FlagReader, { model, gpu }: EngineContext): WeightFormat | undefined {
  const format = formatOf(flags, model);
  return format?.tile ? { ...format, tile: tileOf(gpu) } : format;
}

function formatOf(flags: FlagReader, model: Model): WeightFormat | undefined {
  const recipe = flags.text("torchao-config")?.toLowerCase();
  if (recipe && model.weights.method === "none") {
    const word = torchao.find(([name]) => name.test(recipe))?.[1];
    return word === undefined ? undefined : namedWeights(word);
  }
  const quantization = flags.text("quantization")?.toLowerCase();
  const word = quantization === undefined || model.weights.method !== "none" ? undefined : sameAs[quantization];
  return word === undefined ? weightsOf(model, quantization) : namedWeights(word);
}

/** Triton's kernels round the width of packed experts to 64, those of Blackwell and AMD both sides to 256 (layers/quantization/mxfp4.py of 0.5.12). */
function tileOf({ vendor, computeCapability }: Gpu): NonNullable<WeightFormat["tile"]> {
  const isWide = vendor === "amd" || Math.floor(computeCapability ?? 0) === 10;
  return isWide ? { hidden: 256, width: 256 } : { hidden: 1, width: 64 };
}
