import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix, switchOnFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { refusal } from "./refusal.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { attentionGroups, isOff, sizeOf } from "./written-sizes.ts";

const code = "nodes";

/** SW07, SW08. */
export function sglangNodes(context: RuleContext): readonly Finding[] {
  const nodes = flagInteger(context.pool, "nnodes");
  return nodes && nodes.value > 1 ? [uneven(context, nodes), replicas(context, nodes)].filter((one) => one !== undefined) : [];
}

type Nodes = NonNullable<ReturnType<typeof flagInteger>>;

function uneven(context: RuleContext, nodes: Nodes): Finding | undefined {
  const { pool } = context;
  const tensor = sizeOf(context, "tp-size");
  const pipeline = sizeOf(context, "pp-size");
  const severity = refusal(context, { since: "0.4.6.post5" });
  // Ranks that join an elastic group are counted elsewhere.
  if (!tensor || !pipeline || !severity || pool.engine.flags.has("elastic-ep-join-mode")) return undefined;
  if ((tensor.value * pipeline.value) % nodes.value === 0) return undefined;
  const stage = Math.ceil(tensor.value / nodes.value) * nodes.value;
  return finding(
    code,
    severity,
    nodes.range,
    message(
      "TP {0} × PP {1} ranks cannot be shared evenly by {2} nodes. SGLang would stop at start.",
      tensor.value,
      pipeline.value,
      nodes.value,
    ),
    {
      related: [
        { range: tensor.range, message: message("TP is set here") },
        { range: pipeline.range, message: message("PP is set here") },
      ],
      fixes: [setFlagFix(pool, "tp-size", String(stage), undefined, true)],
    },
  );
}

/** The switch makes attention replicas of `--dp-size` in every release, in 0.5.23 with a warning (SW02). */
function replicas(context: RuleContext, nodes: Nodes): Finding | undefined {
  const { pool } = context;
  const data = flagInteger(pool, "dp-size");
  const severity = refusal(context, { since: "0.4.6.post5" });
  if (!data || data.value <= 1 || !severity || attentionGroups(context)?.value !== 1 || !isOff(context, "enable-dp-attention"))
    return undefined;
  return finding(
    code,
    severity,
    data.range,
    message(
      "{0} replicas of the engine cannot lie on {1} nodes; attention replicas can. SGLang would stop at start.",
      data.value,
      nodes.value,
    ),
    {
      related: [{ range: nodes.range, message: message("the nodes are counted here") }],
      fixes: [
        switchOnFix(pool, "enable-dp-attention", message("Add {0}", "--enable-dp-attention"), true),
        setFlagFix(pool, "dp-size", "1"),
      ],
    },
  );
}
