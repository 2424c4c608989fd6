import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagSwitch } from "./flag-number.ts";
import { gpuNamedHere, knownGpu } from "./known.ts";
import { flagOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "sleep-mode";

export const sleepMode: Rule = {
  code,
  severity: "error",
  summary: "The engine is to give its memory back while idle on a device that cannot.",
  facts: ["VL06"],
  engines: ["vllm"],
  check({ pool, catalog }) {
    const flag = flagOf(pool, "enable-sleep-mode");
    const gpu = knownGpu(pool, catalog);
    if (!flag || flagSwitch(pool, "enable-sleep-mode") !== true || !gpu) return [];
    const version = saidVersion(pool);
    // CUDA alone in 0.9.2, ROCm by 0.18.1 (platforms/interface.py); TPUs in none. Other makers bring platforms of their own.
    const refused = gpu.vendor === "google" || (gpu.vendor === "amd" && version !== undefined && !atLeast(version, "0.9.3"));
    if (!refused) return [];
    return [
      finding(code, "error", flag.flagRange, message("{0} cannot give its memory back while idle. vLLM would stop at start.", gpu.id), {
        related: [gpuNamedHere(pool)],
        fixes: [removeFlagFix(pool, flag, true)],
      }),
    ];
  },
};
