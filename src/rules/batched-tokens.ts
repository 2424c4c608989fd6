import { whole } from "../catalog/quantity.ts";
import type { Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedSince, refusedWithFlag, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { jsonFlag } from "./json-flag.ts";
import { flagOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";

const code = "batched-tokens";

export const batchedTokens: Rule = {
  code,
  severity: "error",
  summary: "max-num-batched-tokens does not fit max-num-seqs or max-model-len.",
  facts: ["VS06", "VS07", "VS08", "VS09", "VS10", "VS12", "VS13"],
  engines: ["vllm"],
  check(context) {
    return [
      belowSequences(context),
      belowLength(context),
      aboveAll(context),
      longPrefill(context),
      activeSequences(context),
      belowDraft(context),
    ].filter((one) => one !== undefined);
  },
};

/** VS07. */
function belowSequences({ pool, settledPool }: RuleContext): Finding | undefined {
  const written = flagInteger(pool, "max-num-batched-tokens");
  const sequences = flagInteger(pool, "max-num-seqs");
  if (!sequences || (flagOf(pool, "max-num-batched-tokens") && !written)) return undefined;
  // The default depends on version and GPU: without both there is nothing to compare with.
  const assumed = settledPool && saidVersion(pool) && pool.hardware.gpu ? settledPool.settings.maxNumBatchedTokens : undefined;
  const tokens = written?.value ?? assumed;
  if (tokens === undefined || tokens >= sequences.value) return undefined;
  const at = written ? written.range : sequences.range;
  return finding(
    code,
    "error",
    at,
    written
      ? message(
          "max-num-batched-tokens {0} is below max-num-seqs {1}: a step could not give every sequence a token. vLLM would stop at start.",
          whole(tokens),
          whole(sequences.value),
        )
      : message(
          "max-num-seqs {1} is above the {0} tokens of a step, the default here. vLLM would stop at start.",
          whole(tokens),
          whole(sequences.value),
        ),
    {
      related: [{ range: written ? sequences.range : undefined, message: message("max-num-seqs is set here") }],
      fixes: [
        setFlagFix(pool, "max-num-batched-tokens", String(Math.max(2048, sequences.value)), undefined, true),
        setFlagFix(pool, "max-num-seqs", String(tokens)),
      ],
    },
  );
}

/** VS06. */
function belowLength({ pool, settledPool }: RuleContext): Finding | undefined {
  const tokens = flagInteger(pool, "max-num-batched-tokens");
  const written = flagInteger(pool, "max-model-len");
  const length = written?.value ?? (flagOf(pool, "max-model-len") ? undefined : settledPool?.settings.maxModelLen);
  if (!tokens || length === undefined || tokens.value >= length || !isUnchunked(pool, length)) return undefined;
  return finding(
    code,
    "error",
    tokens.range,
    message(
      "Chunked prefill is off, so a step must hold a whole prompt: max-num-batched-tokens {0} is below max-model-len {1}. vLLM would stop at start.",
      whole(tokens.value),
      whole(length),
    ),
    {
      related: [
        {
          range: (flagOf(pool, "enable-chunked-prefill") ?? { flagRange: pool.engine.version?.range }).flagRange,
          message: flagOf(pool, "enable-chunked-prefill")
            ? message("chunked prefill is switched off here")
            : message("this version keeps prompts whole unless told otherwise"),
        },
        { range: written?.range, message: message("max-model-len is set here") },
      ],
      fixes: [setFlagFix(pool, "max-num-batched-tokens", String(length), undefined, true)],
    },
  );
}

/** Chunked prefill is switched off, or never switched on in an engine that keeps prompts whole up to 32k (V0, before 0.8). */
function isUnchunked(pool: Pool, length: number): boolean {
  const flag = flagOf(pool, "enable-chunked-prefill");
  if (flag) return flagSwitch(pool, "enable-chunked-prefill") === false;
  const version = saidVersion(pool);
  const { complete, environment } = pool.engine;
  return version !== undefined && !atLeast(version, "0.8.0") && complete && !environment.has("VLLM_USE_V1") && length <= 32_768;
}

/** VS09: harmless, but never reached. */
function aboveAll({ pool }: RuleContext): Finding | undefined {
  const tokens = flagInteger(pool, "max-num-batched-tokens");
  const sequences = flagInteger(pool, "max-num-seqs");
  const length = flagInteger(pool, "max-model-len");
  if (!tokens || !sequences || !length || length.value <= 0 || tokens.value <= sequences.value * length.value) return undefined;
  return finding(
    code,
    "warning",
    tokens.range,
    message(
      "max-num-batched-tokens {0} is more than max-num-seqs {1} × max-model-len {2} can ever fill. vLLM warns and sizes its buffers for it.",
      whole(tokens.value),
      whole(sequences.value),
      whole(length.value),
    ),
    { fixes: [setFlagFix(pool, "max-num-batched-tokens", String(sequences.value * length.value), undefined, true)] },
  );
}

/** VS10. */
function longPrefill({ pool }: RuleContext): Finding | undefined {
  const threshold = flagInteger(pool, "long-prefill-token-threshold");
  const length = flagInteger(pool, "max-model-len");
  if (!threshold || !length || length.value <= 0 || threshold.value <= length.value) return undefined;
  return finding(
    code,
    "error",
    threshold.range,
    message(
      "long-prefill-token-threshold {0} is above max-model-len {1}. vLLM would stop at start.",
      whole(threshold.value),
      whole(length.value),
    ),
    {
      related: [{ range: length.range, message: message("max-model-len is set here") }],
      fixes: [setFlagFix(pool, "long-prefill-token-threshold", String(length.value), undefined, true)],
    },
  );
}

/** VS08. */
function activeSequences({ pool }: RuleContext): Finding | undefined {
  const active = flagInteger(pool, "max-num-active-seqs");
  const sequences = flagInteger(pool, "max-num-seqs");
  const severity = refusedWithFlag(pool, "0.33.0");
  if (!active || !sequences || active.value <= sequences.value || !severity) return undefined;
  return finding(
    code,
    severity,
    active.range,
    message("max-num-active-seqs {0} is above max-num-seqs {1}. vLLM would stop at start.", whole(active.value), whole(sequences.value)),
    {
      related: [{ range: sequences.range, message: message("max-num-seqs is set here") }],
      fixes: [setFlagFix(pool, "max-num-active-seqs", String(sequences.value), undefined, true)],
    },
  );
}

/** VS12 with adapters, VS13 without: a step must hold the draft tokens too. */
function belowDraft({ pool }: RuleContext): Finding | undefined {
  const tokens = flagInteger(pool, "max-num-batched-tokens");
  const speculation = jsonFlag(pool, "speculative-config");
  const draft = speculation?.members.get("num_speculative_tokens");
  if (!tokens || typeof draft?.value !== "number") return undefined;
  const related = [{ range: draft.range, message: message("draft tokens are set here") }];
  const sequences = flagInteger(pool, "max-num-seqs");
  const withLora = flagSwitch(pool, "enable-lora") === true ? refusedSince(pool, "0.11.2") : undefined;
  const needed = sequences ? sequences.value * (draft.value + 1) : 0;
  if (withLora && sequences && tokens.value < needed)
    return finding(
      code,
      withLora,
      tokens.range,
      message(
        "With adapters and speculation a step must hold max-num-seqs {0} × {1} tokens = {2}, but max-num-batched-tokens is {3}. vLLM would stop at start.",
        whole(sequences.value),
        draft.value + 1,
        whole(needed),
        whole(tokens.value),
      ),
      {
        related: [...related, { range: sequences.range, message: message("max-num-seqs is set here") }],
        fixes: [setFlagFix(pool, "max-num-batched-tokens", String(needed), undefined, true)],
      },
    );
  const method = speculation?.members.get("method")?.value;
  const slots = typeof method === "string" && /^(eagle3?|.*mtp|draft_model)$/.test(method) ? refusedSince(pool, "0.18.1") : undefined;
  if (!slots || tokens.value > draft.value) return undefined;
  return finding(
    code,
    slots,
    tokens.range,
    message(
      "A step of {0} tokens has no room for {1} draft tokens and one more. vLLM would stop at start.",
      whole(tokens.value),
      draft.value,
    ),
    { related, fixes: [setFlagFix(pool, "max-num-batched-tokens", "8192", undefined, true)] },
  );
}
