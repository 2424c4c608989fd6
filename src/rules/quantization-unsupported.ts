import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { gpuNamedHere, knownGpu, knownModel, modelNamedHere } from "./known.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "quantization-unsupported";

/** Least compute capability by method: VQ06, vLLM 0.33.0. Older releases asked for the same or more. */
const leastCapability: Readonly<Record<string, number>> = {
  gptq: 6,
  gptq_marlin: 7.5,
  auto_gptq: 6,
  inc: 6,
  "compressed-tensors": 7,
  quark: 7,
  moe_wna16: 7,
  awq: 7.5,
  auto_awq: 7.5,
  awq_marlin: 7.5,
  fp8: 7.5,
  torchao: 7.5,
  experts_int8: 8,
  fbgemm_fp8: 8,
  modelopt: 8,
  modelopt_fp4: 7.5,
  mxfp4: 8,
  fp_quant: 10,
};

/** Names the engine takes for one another (VQ04). */
const families: readonly (readonly string[])[] = [
  ["awq", "awq_marlin", "auto_awq"],
  ["gptq", "gptq_marlin", "auto_gptq"],
  ["compressed-tensors"],
  ["fp8"],
];

export const quantizationUnsupported: Rule = {
  code,
  severity: "error",
  summary: "The weight format is not supported on this GPU, or is not that of the checkpoint.",
  facts: ["VQ04", "VQ06", "VQ08"],
  engines: ["vllm"],
  check(context) {
    return [tooOld(context), mismatch(context)].filter((one) => one !== undefined);
  },
};

function tooOld({ deployment, pool, catalog }: RuleContext): Finding | undefined {
  const gpu = knownGpu(pool, catalog);
  if (gpu?.vendor !== "nvidia" || gpu.computeCapability === null) return undefined;
  const flag = flagOf(pool, "quantization");
  const stored = knownModel(deployment)?.weights.method;
  const method = flag ? flag.value?.value : stored;
  const least = typeof method === "string" ? leastCapability[method] : undefined;
  if (typeof method !== "string" || least === undefined || gpu.computeCapability >= least) return undefined;
  return finding(
    code,
    "error",
    flag ? wordOf(flag) : modelPlace(deployment),
    message(
      'Weights in {0} need compute capability {1}, {2} has {3}. vLLM would stop at start: "The quantization method {0} is not supported for the current GPU".',
      method,
      least.toFixed(1),
      gpu.id,
      gpu.computeCapability.toFixed(1),
    ),
    { related: [gpuNamedHere(pool)] },
  );
}

/** VQ04, a warning: the stored format is known by the checkpoint's name, and re-uploads may differ. */
function mismatch({ deployment, pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "quantization");
  const asked = flag?.value?.value;
  const stored = knownModel(deployment)?.weights.method;
  if (!flag || typeof asked !== "string" || stored === undefined) return undefined;
  const askedFamily = families.find((names) => names.includes(asked));
  const storedFamily = families.find((names) => names.includes(stored));
  if (!askedFamily || !storedFamily || askedFamily === storedFamily) return undefined;
  return finding(
    code,
    "warning",
    wordOf(flag),
    message(
      "The checkpoint holds {0}, but quantization asks for {1}. vLLM stops where the two differ; without the flag it takes the checkpoint's.",
      stored,
      asked,
    ),
    {
      related: [modelNamedHere(deployment)],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}
