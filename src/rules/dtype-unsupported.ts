import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { gpuNamedHere, knownGpu, knownModel, modelNamedHere } from "./known.ts";
import { flagOf, wordOf } from "./place.ts";
import { activationTypes } from "./quantization-methods.ts";
import type { Rule } from "./rule.ts";

const code = "dtype-unsupported";

export const dtypeUnsupported: Rule = {
  code,
  severity: "error",
  summary: "The dtype asked for is not in this GPU's hardware, or not allowed for this model.",
  facts: ["VQ01", "VQ02", "VQ03", "VQ07"],
  engines: ["vllm"],
  check({ deployment, pool, catalog }) {
    const flag = flagOf(pool, "dtype");
    const asked = flag?.value?.value;
    if (!flag || typeof asked !== "string") return [];
    const gpu = knownGpu(pool, catalog);
    if (asked === "bfloat16" && gpu?.vendor === "nvidia" && gpu.computeCapability !== null && gpu.computeCapability < 8)
      return [
        finding(
          code,
          "error",
          wordOf(flag),
          message(
            "{0} has no bfloat16 (needs compute capability 8.0, {0} has {1}). vLLM would stop and ask for --dtype=half.",
            gpu.id,
            gpu.computeCapability.toFixed(1),
          ),
          {
            related: [gpuNamedHere(pool)],
            fixes: [setFlagFix(pool, "dtype", "half", undefined, true), setFlagFix(pool, "dtype", "auto")],
          },
        ),
      ];
    const method = flagText(pool, "quantization")?.value ?? knownModel(deployment)?.weights.method ?? "none";
    const taken = activationTypes[method];
    const type = { half: "float16", float: "float32" }[asked] ?? asked;
    if (taken && type !== "auto" && /^b?float/.test(type) && !taken.includes(type))
      return [
        finding(
          code,
          "error",
          wordOf(flag),
          message("Weights in {0} are multiplied in {1}, not in {2}. vLLM would stop at start.", method, taken.join(", "), type),
          {
            related: [modelNamedHere(deployment)],
            fixes: [setFlagFix(pool, "dtype", "auto", undefined, true)],
          },
        ),
      ];
    const architecture = knownModel(deployment)?.architecture;
    if (!/^(half|float16)$/.test(asked) || !architecture || !/^(Gemma2|Gemma3|Glm4)For/.test(architecture)) return [];
    const version = saidVersion(pool);
    return [
      finding(
        code,
        version && atLeast(version, "0.10.2") ? "error" : "warning",
        wordOf(flag),
        message("{0} overflows in float16, so vLLM refuses that dtype for it and would stop at start.", architecture),
        {
          related: [modelNamedHere(deployment)],
          fixes: [setFlagFix(pool, "dtype", "bfloat16", undefined, true)],
        },
      ),
    ];
  },
};
