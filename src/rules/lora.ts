import { message } from "../deployment/message.ts";
import { refusedSince, refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { flagText, isLeftOut } from "./flag-text.ts";
import { jsonFlag } from "./json-flag.ts";
import { knownModel, modelNamedHere, readsTextAlone } from "./known.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { sglangLora } from "./sglang-lora.ts";

const code = "lora";

export const lora: Rule = {
  code,
  severity: "error",
  summary: "Adapters are asked for in numbers or combinations that the engine refuses, or not switched on.",
  facts: ["VL01", "VL04", "VL05", "SS13", "SS14"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangLora(context);
    const { pool } = context;
    const on = flagSwitch(pool, "enable-lora");
    const always = [forModality(context), on === false || isLeftOut(context, "enable-lora") ? switchedOff(context) : undefined];
    const used = on === true ? [onHost(context), experts(context)] : [];
    return [...always, ...used].filter((one) => one !== undefined);
  },
};

/** Adapters given at start are loaded before the first request, which an engine without LoRA refuses (gpu_model_runner.py add_lora). */
function switchedOff({ pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "lora-modules");
  if (!flag) return undefined;
  return finding(
    code,
    "warning",
    flag.flagRange,
    message("Adapters are named, but LoRA is not switched on, so they cannot be loaded: --enable-lora is missing."),
  );
}

/** VL01: the same in every release read. */
function onHost(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const host = flagInteger(pool, "max-cpu-loras");
  const atOnce = flagInteger(pool, "max-loras");
  const needed = atOnce?.value ?? (isLeftOut(context, "max-loras") ? 1 : undefined);
  // Zero and less mean the default.
  if (!host || host.value <= 0 || needed === undefined || host.value >= needed) return undefined;
  return finding(
    code,
    "error",
    host.range,
    message(
      "max-cpu-loras {0} is below max-loras {1}: what a step uses must be on the host too. vLLM would stop at start.",
      host.value,
      needed,
    ),
    {
      related: [{ range: atOnce?.range, message: message("max-loras is set here") }],
      fixes: [setFlagFix(pool, "max-cpu-loras", String(needed), undefined, true)],
    },
  );
}

/** VL04. */
function experts({ pool }: RuleContext): Finding | undefined {
  const flag = flagText(pool, "moe-backend");
  const member = jsonFlag(pool, "kernel-config")?.members.get("moe_backend");
  const backend = flag?.value ?? (typeof member?.value === "string" ? member.value : undefined);
  const severity = refusedSince(pool, "0.33.0");
  const at = flag?.range ?? member?.range;
  if (backend === undefined || !at || !/mega_moe$|^flashinfer_moe_ep_/.test(backend) || !severity) return undefined;
  return finding(code, severity, at, message("The experts' backend {0} cannot apply adapters. vLLM 0.33 stops at start.", backend), {
    related: [{ range: flagOf(pool, "enable-lora")?.flagRange, message: message("LoRA is switched on here") }],
  });
}

/** VL05. */
function forModality({ deployment, pool }: RuleContext): Finding | undefined {
  const flag = flagOf(pool, "default-mm-loras");
  const model = knownModel(deployment);
  const severity = refusedWithFlag(pool, "0.10.2");
  if (!flag || !model || !readsTextAlone(model) || !severity) return undefined;
  return finding(
    code,
    severity,
    flag.flagRange,
    message("The model reads text alone, so adapters for other input have no use. vLLM would stop at start."),
    {
      related: [modelNamedHere(deployment)],
      fixes: [removeFlagFix(pool, flag, true)],
    },
  );
}
