import type { Model } from "../catalog/facts.ts";
import { divisors } from "../deployment/divisors.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { refusedWithFlag, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import type { Finding, Rule, RuleContext, Severity } from "./rule.ts";
import { sglangContextParallel } from "./sglang-context-parallel.ts";

const code = "context-parallel";
const name = "decode-context-parallel-size";

export const contextParallel: Rule = {
  code,
  severity: "error",
  summary: "Decode context parallelism does not fit the tensor ranks, the KV heads or the attention of the model.",
  facts: ["VP09", "VP10", "VP11", "VP12", "SW10", "SW11"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangContextParallel(context);
    const { pool, deployment } = context;
    const written = flagInteger(pool, name);
    const severity = refusedWithFlag(pool, "0.10.2");
    const { unreadable, tensor, prefillContext } = pool.engine.parallel;
    if (!written || written.value <= 1 || !severity || unreadable.has("tensor") || unreadable.has("prefillContext")) return [];
    const judge: Judged = { size: written.value, range: written.range, tensor: tensor.value, context: prefillContext.value, severity };
    const axes = judge.context === 1 ? uneven(context, judge) : axis(context, judge);
    const model = knownModel(deployment);
    return [axes ?? (model ? (heads(context, judge, model) ?? sliding(context, judge, model)) : undefined)].filter(
      (one) => one !== undefined,
    );
  },
};

interface Judged {
  readonly size: number;
  readonly range: Finding["range"];
  readonly tensor: number;
  readonly context: number;
  readonly severity: Severity;
}

/** VP09. */
function uneven({ pool }: RuleContext, { size, range, tensor, severity }: Judged): Finding | undefined {
  if (tensor % size === 0) return undefined;
  const best = divisors([tensor], size).at(-1);
  return finding(
    code,
    severity,
    range,
    message("Decode context ranks share the tensor ranks, and TP {0} does not divide by {1}. vLLM would stop at start.", tensor, size),
    {
      related: [{ range: pool.engine.parallel.tensor.range, message: message("TP is set here") }],
      fixes: [best === undefined ? undefined : setFlagFix(pool, name, String(best), undefined, true)],
    },
  );
}

/** VP10, read in the releases from 0.26.0 on; older ones know other combinations. */
function axis({ pool }: RuleContext, { size, range, tensor, context }: Judged): Finding | undefined {
  const version = saidVersion(pool);
  if (size === context || size === tensor * context || (version && !atLeast(version, "0.26.0"))) return undefined;
  return finding(
    code,
    version ? "error" : "warning",
    range,
    message(
      "With PCP {0}, decode context ranks are 1, {0} or {1}, not {2}. vLLM stops at start from 0.26 on.",
      context,
      tensor * context,
      size,
    ),
    {
      related: [{ range: pool.engine.parallel.prefillContext.range, message: message("PCP is set here") }],
      fixes: [setFlagFix(pool, name, String(context), undefined, true)],
    },
  );
}

/** VP11: grouped heads must be replicated, and the copies are what the context ranks share. Asserted from 0.11.2 on. */
function heads(context: RuleContext, { size, range, tensor }: Judged, model: Model): Finding | undefined {
  const { pool, deployment } = context;
  const version = saidVersion(pool);
  if (model.mla || model.approximate || model.kvHeads < 1 || (version && !atLeast(version, "0.11.2"))) return undefined;
  const severity = version ? "error" : "warning";
  const copies = Math.floor(tensor / model.kvHeads);
  const group = Math.floor(model.heads / model.kvHeads);
  const sizes = divisors([tensor, group], copies);
  const parts = { related: [modelNamedHere(deployment)], fixes: [setFlagFix(pool, name, String(sizes.at(-1) ?? 1), undefined, true)] };
  if (copies <= 1)
    return finding(
      code,
      severity,
      range,
      message(
        "Context ranks share copies of KV heads, and TP {0} makes none of the model's {1}. vLLM would stop at start: TP must be larger.",
        tensor,
        model.kvHeads,
      ),
      parts,
    );
  if (size > copies)
    return finding(
      code,
      severity,
      range,
      message(
        "TP {0} makes {1} copies of each of {2} KV heads, too few for {3} context ranks. vLLM would stop at start.",
        tensor,
        copies,
        model.kvHeads,
        size,
      ),
      parts,
    );
  if (group % size === 0) return undefined;
  return finding(
    code,
    severity,
    range,
    message("{0} query heads share a KV head, which {1} context ranks cannot divide. vLLM would stop at start.", group, size),
    parts,
  );
}

/** VP12; without the hybrid cache manager all layers are kept whole, and 0.33.0 has kinds that share nothing. */
function sliding({ pool, deployment }: RuleContext, { size, range }: Judged, model: Model): Finding | undefined {
  const version = saidVersion(pool);
  const unsure = !version || atLeast(version, "0.28.1");
  if (model.slidingLayers === 0 || pool.engine.flags.has("disable-hybrid-kv-cache-manager")) return undefined;
  return finding(
    code,
    unsure ? "warning" : "error",
    range,
    message(
      "{0} layers keep a sliding window, whose tokens {1} context ranks cannot share. vLLM stops while it sizes the cache.",
      model.slidingLayers,
      size,
    ),
    { related: [modelNamedHere(deployment)], fixes: [setFlagFix(pool, name, "1", undefined, true)] },
  );
}
