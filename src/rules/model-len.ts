import type { Model } from "../catalog/facts.ts";
import { whole } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { atLeast, type Version } from "../deployment/version.ts";
import { environmentSwitch } from "./arctic.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagOf, modelPlace } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "model-len";
/** Flags that change the model's own limit. */
const overrides = ["hf-overrides", "rope-scaling", "rope-theta", "hf-config-path", "config-format", "tokenizer"];

export const modelLen: Rule = {
  code,
  severity: "error",
  summary: "max-model-len is above what the model was made for.",
  facts: ["VS01", "VS02", "VS03"],
  check({ deployment, pool }) {
    const model = deployment.model?.value.facts?.value;
    const written = flagInteger(pool, "max-model-len");
    if (!model || !written || overrides.some((name) => flagOf(pool, name) !== undefined)) return [];
    const limit = derivedLimit(model, saidVersion(pool));
    if (limit === undefined || limit <= 0 || written.value <= limit) return [];
    const variable = pool.engine.environment.get("VLLM_ALLOW_LONG_MAX_MODEL_LEN");
    const related = [
      { range: modelPlace(deployment), message: message("the model's limit is {0}", whole(limit)) },
      { range: variable?.range, message: message("longer lengths are allowed here") },
    ];
    const fixes = [setFlagFix(pool, "max-model-len", String(limit), undefined, true)];
    if (pool.engine.environment.has("VLLM_ALLOW_LONG_MAX_MODEL_LEN")) {
      if (environmentSwitch(pool, "VLLM_ALLOW_LONG_MAX_MODEL_LEN") === undefined) return [];
      if (environmentSwitch(pool, "VLLM_ALLOW_LONG_MAX_MODEL_LEN"))
        return [
          finding(
            code,
            "warning",
            written.range,
            message(
              "max-model-len {0} is above the model's {1}. VLLM_ALLOW_LONG_MAX_MODEL_LEN lets it start, but answers past the limit are garbage or a crash.",
              whole(written.value),
              whole(limit),
            ),
            { related, fixes },
          ),
        ];
    }
    const sure = isFromConfig(model) && deployment.model?.value.facts?.origin !== "inferred";
    return [
      finding(
        code,
        sure ? "error" : "warning",
        written.range,
        sure
          ? message(
              "max-model-len {0} is above the model's {1}. vLLM would stop unless VLLM_ALLOW_LONG_MAX_MODEL_LEN is set.",
              whole(written.value),
              whole(limit),
            )
          : message(
              "max-model-len {0} is above the {1} listed for this model. vLLM stops where the model's config.json has no rope scaling beyond that.",
              whole(written.value),
              whole(limit),
            ),
        { related, fixes },
      ),
    ];
  },
};

/** Lengths that do not come from a config.json may leave its rope scaling out. */
function isFromConfig({ source, ropeScaling }: Model): boolean {
  return ropeScaling !== null || (/\.json\b/.test(source) && !source.startsWith("architecture of"));
}

/** VS02: the longest the engine derives; where it depends on an unknown version, the largest of all versions. */
export function derivedLimit(model: Model, version: Version | undefined): number | undefined {
  const { ropeScaling, maxPositions } = model;
  if (!ropeScaling) return maxPositions;
  const { type, factor, originalMaxPositions } = ropeScaling;
  if (/^(su|longrope|llama3|default|mrope)$/.test(type) || /^gemma3/i.test(model.architecture)) return maxPositions;
  if (/deepseek/i.test(type) || /^(deepseek|kimi)/i.test(model.architecture)) return maxPositions;
  if (type === "yarn") {
    const older = Math.round((originalMaxPositions ?? maxPositions) * factor);
    if (!version) return Math.max(older, maxPositions);
    if (atLeast(version, "0.30.0")) return maxPositions;
    // The rule changed between the samples 0.28 and 0.30.
    return atLeast(version, "0.28.1") ? Math.max(older, maxPositions) : older;
  }
  return Math.round(maxPositions * Math.max(1, factor));
}
