import { message } from "../deployment/message.ts";
import { refusedWithFlag } from "./certainty.ts";
import { finding, partsOfProduct } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText } from "./flag-text.ts";
import { layoutWords, ranksOf, sizeRanges } from "./layout.ts";
import type { Finding, Rule, RuleContext, Severity } from "./rule.ts";
import { sglangNodes } from "./sglang-nodes.ts";

const code = "nodes";
/** Executors that span nodes: the first release with `--nnodes` allowed `mp` alone (0.11.2 config/parallel.py:599). */
const spanning = new Set(["mp", "uni", "external_launcher"]);

export const nodes: Rule = {
  code,
  severity: "error",
  summary: "The nodes of one engine do not fit its executor, its ranks or their own number.",
  facts: ["VW04", "VW05", "VW06", "VW07", "SW07", "SW08"],
  engines: ["vllm", "sglang"],
  check(context) {
    if (context.deployment.engine === "sglang") return sglangNodes(context);
    const count = flagInteger(context.pool, "nnodes");
    const severity = refusedWithFlag(context.pool, "0.11.2");
    if (!count || count.value <= 1 || !severity) return [];
    return [
      executor(context, count.value, severity),
      dataBackend(context, count.value, severity),
      uneven(context, count, severity),
      rank(context, count.value, severity),
    ].filter((one) => one !== undefined);
  },
};

/** VW04. */
function executor({ pool }: RuleContext, count: number, severity: Severity): Finding | undefined {
  const asked = flagText(pool, "distributed-executor-backend");
  if (!asked || spanning.has(asked.value)) return undefined;
  return finding(
    code,
    severity,
    asked.range,
    message("{0} nodes by --nnodes need an executor of mp, not {1}. vLLM would stop at start.", count, asked.value),
    { fixes: [setFlagFix(pool, "distributed-executor-backend", "mp", undefined, true)] },
  );
}

/** VW05. */
function dataBackend({ pool }: RuleContext, count: number, severity: Severity): Finding | undefined {
  const asked = flagText(pool, "data-parallel-backend");
  if (!asked || asked.value === "mp") return undefined;
  return finding(
    code,
    severity,
    asked.range,
    message("{0} nodes by --nnodes need --data-parallel-backend mp, not {1}. vLLM would stop at start.", count, asked.value),
    { fixes: [setFlagFix(pool, "data-parallel-backend", "mp", undefined, true)] },
  );
}

/** VW06; the plugin's SP ranks are not in the engine's product. */
function uneven({ pool }: RuleContext, count: NonNullable<ReturnType<typeof flagInteger>>, severity: Severity): Finding | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  if (!ranks || ranks.sequence > 1 || ranks.product % count.value === 0) return undefined;
  return finding(
    code,
    severity,
    count.range,
    message(
      "{0} is {1} ranks, which {2} nodes cannot share evenly. vLLM would stop at start.",
      layoutWords(ranks),
      ranks.product,
      count.value,
    ),
    { related: partsOfProduct(sizeRanges(pool.engine.parallel)) },
  );
}

/** VW07. */
function rank({ pool }: RuleContext, count: number, severity: Severity): Finding | undefined {
  const own = flagInteger(pool, "node-rank");
  if (!own || (own.value >= 0 && own.value < count)) return undefined;
  return finding(
    code,
    severity,
    own.range,
    message("node-rank {0} is not one of 0 to {1}. vLLM would stop at start.", own.value, count - 1),
  );
}
