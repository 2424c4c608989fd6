import type { Model } from "../catalog/facts.ts";
import { whole } from "../catalog/quantity.ts";
import { derivedMaxModelLen } from "../deployment/defaults.ts";
import type { EngineId } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { message } from "../deployment/message.ts";
import { atLeast, parseVersion, type Version } from "../deployment/version.ts";
import { environmentSwitch } from "./arctic.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { knownModel } from "./known.ts";
import { flagOf, modelPlace } from "./place.ts";
import { refusal } from "./refusal.ts";
import type { Rule, RuleContext, Severity } from "./rule.ts";

const code = "model-len";
/** How an engine is told a length, and how far it goes. */
interface LengthRule {
  readonly flag: string;
  /** Lets longer lengths through. */
  readonly variable: string;
  /** Flags that change the model's own limit. */
  readonly overrides: readonly string[];
  readonly limit: (model: Model, version: Version | undefined) => number | undefined;
  readonly severity: (context: RuleContext) => Severity | undefined;
}

const lengths: Readonly<Partial<Record<EngineId, LengthRule>>> = {
  vllm: {
    flag: "max-model-len",
    variable: "VLLM_ALLOW_LONG_MAX_MODEL_LEN",
    overrides: ["hf-overrides", "rope-scaling", "rope-theta", "hf-config-path", "config-format", "tokenizer"],
    limit: derivedLimit,
    severity: () => "error",
  },
  sglang: {
    flag: "context-length",
    variable: "SGLANG_ALLOW_OVERWRITE_LONGER_CONTEXT_LEN",
    overrides: ["json-model-override-args"],
    limit: sglangLimit,
    // Up to 0.4.10 the variable was on unless told otherwise.
    severity: (context) => refusal(context, { since: "0.5.3" }),
  },
};

export const modelLen: Rule = {
  code,
  severity: "error",
  summary: "max-model-len, or SGLang's context-length, is above what the model was made for.",
  facts: ["VS01", "VS02", "VS03", "SS16"],
  engines: ["vllm", "sglang"],
  check(context) {
    const { deployment, pool } = context;
    const rule = lengths[deployment.engine];
    const model = knownModel(deployment);
    const written = rule && flagInteger(pool, rule.flag);
    if (!rule || !model || !written || rule.overrides.some((name) => flagOf(pool, name) !== undefined)) return [];
    const limit = rule.limit(model, saidVersion(pool));
    const refused = rule.severity(context);
    if (limit === undefined || !refused || written.value <= limit) return [];
    const variable = pool.engine.environment.get(rule.variable);
    const related = [
      { range: modelPlace(deployment), message: message("the model's limit is {0}", whole(limit)) },
      { range: variable?.range, message: message("longer lengths are allowed here") },
    ];
    const parts = { related, fixes: [setFlagFix(pool, rule.flag, String(limit), undefined, true)] };
    const engine = engineNames[deployment.engine];
    if (pool.engine.environment.has(rule.variable)) {
      const allowed = environmentSwitch(pool, rule.variable);
      if (allowed === undefined) return [];
      if (allowed)
        return [
          finding(
            code,
            "warning",
            written.range,
            message(
              "{2} {0} is above the model's {1}. {3} lets it start, but answers past the limit are garbage or a crash.",
              whole(written.value),
              whole(limit),
              rule.flag,
              rule.variable,
            ),
            parts,
          ),
        ];
    }
    const sure = isFromConfig(model) && deployment.model?.value.facts?.origin !== "inferred";
    return [
      finding(
        code,
        sure ? refused : "warning",
        written.range,
        sure
          ? message(
              "{2} {0} is above the model's {1}. {3} would stop unless {4} is set.",
              whole(written.value),
              whole(limit),
              rule.flag,
              engine,
              rule.variable,
            )
          : message(
              "{2} {0} is above the {1} listed for this model. {3} stops where the model's config.json has no rope scaling beyond that.",
              whole(written.value),
              whole(limit),
              rule.flag,
              engine,
            ),
        parts,
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

/** The positions, times the factor of a rope scaling that does not say from where (SS16; utils/hf_transformers/common.py of 0.5.23, alike since 0.4.10). */
function sglangLimit({ ropeScaling, maxPositions }: Model): number | undefined {
  if (maxPositions <= 0) return undefined;
  const isScaled = ropeScaling && ropeScaling.originalMaxPositions === null && ropeScaling.type !== "llama3";
  return Math.floor(maxPositions * (isScaled ? ropeScaling.factor : 1));
}
