import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { gpuNamedHere, knownGpu } from "./known.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";

const code = "kv-cache-dtype";

/** SS08: block-scaled elements need a GPU that multiplies them. */
export function sglangKvCacheDtype(context: RuleContext): readonly Finding[] {
  const { pool, catalog } = context;
  const asked = flagText(pool, code);
  const gpu = knownGpu(pool, catalog);
  const severity = refusal(context, { since: "0.5.18" });
  if (!asked || !/^(mxfp8|nvfp4)$/.test(asked.value) || !severity) return [];
  if (gpu?.vendor !== "nvidia" || gpu.computeCapability === null || gpu.computeCapability >= 10) return [];
  return [
    finding(
      code,
      severity,
      asked.range,
      message(
        "A cache in {0} needs compute capability 10.0, {1} has {2}. SGLang would stop at start.",
        asked.value,
        gpu.id,
        gpu.computeCapability.toFixed(1),
      ),
      {
        related: [gpuNamedHere(pool)],
        fixes: [
          gpu.computeCapability >= 8.9 ? setFlagFix(pool, code, "fp8_e4m3", undefined, true) : undefined,
          setFlagFix(pool, code, "auto"),
        ],
      },
    ),
  ];
}
