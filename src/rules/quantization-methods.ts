import { wordTable } from "../catalog/word-table.ts";
import { atLeast, type Version } from "../deployment/version.ts";

/** Least compute capability by method (VQ06), with the release from which on it is so; read in ten releases from 0.9.2 to 0.33.0. */
const leastCapabilities: Readonly<Record<string, readonly (readonly [since: string, capability: number])[]>> = wordTable({
  gptq: [["0", 6]],
  gptq_marlin: [
    ["0", 8],
    ["0.11.3", 7.5],
  ],
  auto_gptq: [["0", 6]],
  gguf: [["0", 6]],
  inc: [["0", 6]],
  "compressed-tensors": [["0", 7]],
  bitsandbytes: [["0", 7]],
  quark: [["0", 7]],
  moe_wna16: [["0", 7]],
  awq: [["0", 7.5]],
  auto_awq: [["0", 7.5]],
  awq_marlin: [
    ["0", 8],
    ["0.11.3", 7.5],
  ],
  fp8: [
    ["0", 8],
    ["0.11.3", 7.5],
  ],
  torchao: [["0", 7.5]],
  humming: [["0", 7.5]],
  experts_int8: [["0", 8]],
  fbgemm_fp8: [["0", 8]],
  hqq: [["0", 8]],
  modelopt: [
    ["0", 8.9],
    ["0.26.1", 8],
  ],
  modelopt_fp4: [
    ["0", 8],
    ["0.11.3", 7.5],
  ],
  mxfp4: [["0", 8]],
  petit_nvfp4: [["0", 9]],
  fp_quant: [["0", 10]],
});

/** What a method asks of the GPU in a release; the least of all where the release is not known. Between two samples the milder counts. */
export function leastCapability(method: string, version: Version | undefined): number | undefined {
  const steps = leastCapabilities[method];
  if (!steps) return undefined;
  const capabilities = steps.filter(([since]) => !version || since === "0" || atLeast(version, since)).map(([, capability]) => capability);
  return version ? capabilities.at(-1) : Math.min(...capabilities);
}

/** First and last sample in which a method is deprecated, so that it needs a switch of its own (VQ05); null = the newest still does. */
const deprecated: Readonly<Record<string, readonly [first: string, last: string | null]>> = wordTable({
  fbgemm_fp8: ["0.14.1", null],
  fp_quant: ["0.14.1", null],
  tpu_int8: ["0.14.1", "0.22.1"],
  experts_int8: ["0.14.1", "0.18.1"],
  petit_nvfp4: ["0.14.1", "0.18.1"],
  ptpc_fp8: ["0.14.1", "0.18.1"],
  "auto-round": ["0.14.1", "0.14.1"],
  bitblas: ["0.14.1", "0.14.1"],
  deepspeedfp: ["0.14.1", "0.14.1"],
  gptq_bitblas: ["0.14.1", "0.14.1"],
  gptq_marlin_24: ["0.14.1", "0.14.1"],
  hqq: ["0.14.1", "0.14.1"],
  ipex: ["0.14.1", "0.14.1"],
  rtn: ["0.14.1", "0.14.1"],
});

/** Whether a release asks for the switch; undefined where the release is not known and releases differ. */
export function isDeprecated(method: string, version: Version | undefined): boolean | undefined {
  const span = deprecated[method];
  if (!span) return false;
  if (!version) return undefined;
  const [first, last] = span;
  return atLeast(version, first) && (last === null || !atLeast(version, last) || version.text === last);
}

/** Element types of activations that a method takes (VQ07), where every release read agrees. */
export const activationTypes: Readonly<Record<string, readonly string[]>> = wordTable({
  fp8: ["bfloat16", "float16"],
  mxfp4: ["bfloat16"],
  fp_quant: ["bfloat16"],
  gptq_marlin: ["bfloat16", "float16"],
  awq_marlin: ["bfloat16", "float16"],
  experts_int8: ["bfloat16", "float16"],
  fbgemm_fp8: ["bfloat16", "float16"],
  moe_wna16: ["bfloat16", "float16"],
});
