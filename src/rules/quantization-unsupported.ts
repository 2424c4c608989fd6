import { message } from "../deployment/message.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, switchOnFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { isLeftOut, whereWhole } from "./flag-text.ts";
import { gpuNamedHere, knownGpu, knownModel, modelNamedHere } from "./known.ts";
import { flagOf, modelPlace, wordOf } from "./place.ts";
import { isDeprecated, leastCapability } from "./quantization-methods.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "quantization-unsupported";

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
  facts: ["VQ04", "VQ05", "VQ06", "VQ08"],
  engines: ["vllm"],
  check(context) {
    return [tooOld(context) ?? weightOnly(context), mismatch(context), deprecated(context)].filter((one) => one !== undefined);
  },
};

function tooOld({ deployment, pool, catalog }: RuleContext): Finding | undefined {
  const gpu = knownGpu(pool, catalog);
  if (gpu?.vendor !== "nvidia" || gpu.computeCapability === null) return undefined;
  const flag = flagOf(pool, "quantization");
  const stored = knownModel(deployment)?.weights.method;
  const method = flag ? flag.value?.value : stored;
  const least = typeof method === "string" ? leastCapability(method, saidVersion(pool)) : undefined;
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

/** VQ08: the weights are halved all the same, so that this is no mistake. */
function weightOnly({ deployment, pool, catalog }: RuleContext): Finding | undefined {
  const gpu = knownGpu(pool, catalog);
  const flag = flagOf(pool, "quantization");
  const model = knownModel(deployment);
  const isFp8 = flag ? flag.value?.value === "fp8" : model?.weights.linear === "fp8";
  if (!isFp8 || gpu?.vendor !== "nvidia" || gpu.computeCapability === null || gpu.computeCapability >= 8.9) return undefined;
  return finding(
    code,
    "information",
    flag ? wordOf(flag) : modelPlace(deployment),
    message(
      "{0} has no FP8 arithmetic: weights are stored in FP8, but multiplied in 16 bit. Memory is saved, prefill is not faster.",
      gpu.id,
    ),
    { related: [gpuNamedHere(pool)] },
  );
}

/** VQ05: what the checkpoint itself holds is refused alike. */
function deprecated(context: RuleContext): Finding | undefined {
  const { deployment, pool } = context;
  const flag = flagOf(pool, "quantization");
  const method = flag ? flag.value?.value : knownModel(deployment)?.weights.method;
  const allowed = "allow-deprecated-quantization";
  const isOff = flagSwitch(pool, allowed) === false || isLeftOut(context, allowed);
  const refused = typeof method === "string" ? isDeprecated(method, saidVersion(pool)) : false;
  if (typeof method !== "string" || refused === false || !isOff) return undefined;
  return finding(
    code,
    whereWhole(refused ? "error" : "warning", deployment),
    flag ? wordOf(flag) : modelPlace(deployment),
    refused
      ? message("Weights in {0} are deprecated in this vLLM, which stops at start unless --{1} is given.", method, allowed)
      : message(
          "Weights in {0} are deprecated since vLLM 0.14; releases that still have them stop at start unless --{1} is given.",
          method,
          allowed,
        ),
    { fixes: [switchOnFix(pool, allowed, message("Set {0}", `--${allowed}`), true)] },
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
