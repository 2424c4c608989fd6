import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { flagText } from "./flag-text.ts";
import { gpuNamedHere, knownGpu } from "./known.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext, Severity } from "./rule.ts";

const code = "attention-backend";
/** Each phase takes its own backend, else that of both. */
const phases = [
  { name: "attention-backend", decodeOnly: false },
  { name: "prefill-attention-backend", decodeOnly: false },
  { name: "decode-attention-backend", decodeOnly: true },
];

/** SS09: Blackwell alone up to 0.5.9; Hopper and SM120 too for decode since 0.5.10, for prefill since 0.5.20. */
export function sglangAttentionBackend(context: RuleContext): readonly Finding[] {
  const { pool, catalog } = context;
  const gpu = knownGpu(pool, catalog);
  if (gpu?.vendor !== "nvidia" || gpu.computeCapability === null) return [];
  const capability = gpu.computeCapability;
  return phases.flatMap(({ name, decodeOnly }) => {
    const asked = flagText(pool, name);
    const severity = asked?.value === "trtllm_mha" ? refused(context, capability, decodeOnly) : undefined;
    if (!asked || !severity) return [];
    return [
      finding(
        code,
        severity,
        asked.range,
        message(
          "{0} runs on newer GPUs alone, {1} has compute capability {2}. SGLang would stop at start.",
          asked.value,
          gpu.id,
          capability.toFixed(1),
        ),
        { related: [gpuNamedHere(pool)], fixes: [removeFlagFix(pool, asked.flag, true)] },
      ),
    ];
  });
}

function refused(context: RuleContext, capability: number, decodeOnly: boolean): Severity | undefined {
  const isBlackwell = capability >= 10 && capability < 11;
  const isWidened = isBlackwell || Math.floor(capability) === 9 || Math.floor(capability) === 12;
  // Refused by every release.
  if (!isWidened) return refusal(context, { since: "0.5.3" });
  const version = saidVersion(context.pool);
  if (isBlackwell || !version || !atLeast(version, "0.5.3")) return undefined;
  return refusal(context, { since: "0.5.3", until: decodeOnly ? "0.5.9" : "0.5.18" });
}
