import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { knownModel } from "./known.ts";
import { refusal } from "./refusal.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { attentionGroups, isNotGiven, sizeOf } from "./written-sizes.ts";

const code = "moe-backend";

export const moeBackend: Rule = {
  code,
  severity: "error",
  summary: "The kernels or the exchange of the experts do not go with the layout, the weights or the chunks of prefill.",
  facts: ["SW14", "SW15", "SW16", "SW17"],
  engines: ["sglang"],
  check(context) {
    return [flashinferRunner(context), cutlassRunner(context), pplx(context), flashinferExchange(context)].filter(
      (one) => one !== undefined,
    );
  },
};

/** SW14. Weights whose format the checkpoint says are not looked at: the engine reads it from there. */
function flashinferRunner(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const runner = flagText(pool, "moe-runner-backend");
  if (!runner || !/^flashinfer_cut(lass|edsl)$/.test(runner.value)) return undefined;
  const isCutlass = runner.value === "flashinfer_cutlass";
  const severity = refusal(context, { since: isCutlass ? "0.5.3" : "0.5.12" });
  const tensor = sizeOf(context, "tp-size");
  const expert = flagInteger(pool, "ep-size");
  const related = [{ range: runner.range, message: message("the experts' kernels are chosen here") }];
  // The engine takes other kernels for mxfp8 than these.
  if (!severity || flagText(pool, "quantization")?.value === "mxfp8") return undefined;
  if (tensor && expert && expert.value > 1 && expert.value !== tensor.value)
    return finding(
      code,
      severity,
      expert.range,
      message("With {0}, EP is 1 or TP {1}, not {2}. SGLang would stop at start.", runner.value, tensor.value, expert.value),
      { related, fixes: [setFlagFix(pool, "ep-size", String(tensor.value), undefined, true), setFlagFix(pool, "ep-size", "1")] },
    );
  const weights = flagText(pool, "quantization");
  if (!isCutlass || !weights || /^(modelopt(_fp4|_fp8|_mixed)?|none)$/i.test(weights.value)) return undefined;
  return finding(
    code,
    severity,
    weights.range,
    message(
      "flashinfer_cutlass takes experts in modelopt_fp4, modelopt_fp8 or unquantised, not in {0}. SGLang would stop at start.",
      weights.value,
    ),
    { related },
  );
}

/** SW15: fp8 since 0.5.5, mxfp8 since 0.5.9. */
function cutlassRunner(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const runner = flagText(pool, "moe-runner-backend");
  const weights = flagText(pool, "quantization");
  const expert = flagInteger(pool, "ep-size");
  if (runner?.value !== "cutlass" || !weights || !/^(mx)?fp8$/.test(weights.value) || !expert || expert.value <= 1) return undefined;
  const severity = refusal(context, { since: weights.value === "fp8" ? "0.5.5" : "0.5.9" });
  if (!severity) return undefined;
  return finding(
    code,
    severity,
    expert.range,
    message(
      "The cutlass kernels for {0} experts know no expert parallelism, and EP is {1}. SGLang would stop at start.",
      weights.value,
      expert.value,
    ),
    {
      related: [{ range: runner.range, message: message("the experts' kernels are chosen here") }],
      fixes: [setFlagFix(pool, "ep-size", "1", undefined, true)],
    },
  );
}

/** SW16. */
function pplx(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const exchange = flagText(pool, "moe-a2a-backend");
  const severity = refusal(context, { since: "0.5.18" });
  if (exchange?.value !== "pplx" || !severity) return undefined;
  const mode = flagText(pool, "deepep-mode");
  const related = [{ range: exchange.range, message: message("the exchange is chosen here") }];
  if (mode?.value === "normal")
    return finding(code, severity, mode.range, message("pplx knows the low-latency mode alone. SGLang would stop at start."), {
      related,
      fixes: [setFlagFix(pool, "deepep-mode", "low_latency", undefined, true)],
    });
  const runner = flagText(pool, "moe-runner-backend");
  if (runner && !/^(auto|deep_gemm)$/.test(runner.value))
    return finding(
      code,
      severity,
      runner.range,
      message("pplx goes with the deep_gemm kernels alone, not {0}. SGLang would stop at start.", runner.value),
      {
        related,
        fixes: [setFlagFix(pool, "moe-runner-backend", "deep_gemm", undefined, true)],
      },
    );
  const groups = attentionGroups(context);
  if (!groups || groups.value >= 2) return undefined;
  return finding(
    code,
    severity,
    exchange.range,
    message("pplx exchanges tokens between attention replicas, and there is one. SGLang would stop at start."),
  );
}

/** SW17: the layout since 0.5.15, chunks since 0.5.23; one model runs in sequence parallel instead (Muse Spark). */
function flashinferExchange(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const exchange = flagText(pool, "moe-a2a-backend");
  if (exchange?.value !== "flashinfer") return undefined;
  const tensor = sizeOf(context, "tp-size");
  const groups = attentionGroups(context);
  const layout = refusal(context, { since: "0.5.15" });
  const architecture = knownModel(context.deployment)?.architecture;
  const isMuse = architecture === undefined || architecture.startsWith("Muse");
  if (layout && tensor && groups && groups.value !== tensor.value && isNotGiven(context, "enable-layernorm-sp"))
    return finding(
      code,
      isMuse ? "warning" : layout,
      exchange.range,
      message(
        "FlashInfer's exchange needs one attention replica a rank: {0} for TP {0}, not {1}. SGLang would stop at start.",
        tensor.value,
        groups.value,
      ),
      { related: [{ range: groups.range, message: message("attention replicas are set here") }] },
    );
  const chunk = flagInteger(pool, "chunked-prefill-size");
  const severity = refusal(context, { since: "0.5.23" });
  if (!severity || !chunk || chunk.value > 0 || flagText(pool, "disaggregation-mode")?.value === "decode") return undefined;
  return finding(
    code,
    severity,
    chunk.range,
    message("FlashInfer's exchange has room for one chunk of prefill, and chunks are switched off. SGLang would stop at start."),
    { related: [{ range: exchange.range, message: message("the exchange is chosen here") }] },
  );
}
