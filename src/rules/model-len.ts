import type { Model } from "../catalog/facts.ts";
import { whole } from "../catalog/quantity.ts";
import { derivedMaxModelLen } from "../deployment/defaults.ts";
import { message } from "../deployment/message.ts";
import { atLeast, parseVersion, type Version } from "../deployment/version.ts";
import { environmentSwitch } from "./arctic.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { knownModel } from "./known.ts";
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
  engines: ["vllm"],
  check({ deployment, pool }) {
    const model = knownModel(deployment);
    const written = flagInteger(pool, "max-model-len");
    if (!model || !written || overrides.some((name) => flagOf(pool, name) !== undefined)) return [];
    const limit = derivedLimit(model, saidVersion(pool));
    if (limit === undefined || written.value <= limit) return [];
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

/** YaRN's rule changed between the samples 0.28.0 and 0.30.0 (VS02). */
const yarnRules = ["0.28.0", "0.30.0"].flatMap((text) => parseVersion(text) ?? []);

/** Longest length that may be asked for (VS02, VS03); where that depends on an unknown version, the largest of all. */
export function derivedLimit(model: Model, version: Version | undefined): number | undefined {
  const { ropeScaling, maxPositions } = model;
  if (maxPositions <= 0) return undefined;
  // Unset, the length of these is the original one; longer ones may be asked for.
  if (ropeScaling && /^(su|longrope)$/.test(ropeScaling.type)) return maxPositions;
  const unsure = !version || (atLeast(version, "0.28.1") && !atLeast(version, "0.30.0"));
  return Math.max(...(unsure ? yarnRules : [version]).map((one) => derivedMaxModelLen(model, one)));
}
