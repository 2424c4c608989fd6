import { gib } from "../catalog/quantity.ts";
import { message } from "../deployment/message.ts";
import { weightBytes } from "../memory/weights.ts";
import { finding } from "./finding.ts";
import { type Finding, type Fix, laidOutEngines, type Rule, type RuleContext } from "./rule.ts";

const code = "liveness-probe";
/** The quickest of 68 logged vLLM 0.19 starts: profile, cache and warm-up of an eager engine; CUDA graphs and compilation add 10 s and more. */
const leastSeconds = 8;
/** The quickest load of the same logs, from the page cache: 14.99 GiB in 4.6 s on one GPU. */
const mostBytesPerSecond = 3.5 * 2 ** 30;

export const livenessProbe: Rule = {
  code,
  severity: "warning",
  summary: "A probe kills the pod before the model can be loaded, and does so again after every restart.",
  facts: ["reported failures", "logged starts"],
  engines: laidOutEngines,
  check(context) {
    const { pod } = context.pool;
    const deadline = pod?.startDeadline;
    if (!pod || !deadline?.range) return [];
    const loaded = weightsOnOneGpu(context);
    const needed = leastSeconds + (loaded === undefined ? 0 : loaded / mostBytesPerSecond);
    return deadline.value < needed ? [tooSoon(context, deadline.value, deadline.range, Math.ceil(needed), loaded)] : [];
  },
};

function tooSoon({ pool }: RuleContext, seconds: number, range: Finding["range"], needed: number, loaded: number | undefined): Finding {
  const site = pool.pod?.startupProbeSite;
  const fix: Fix | undefined = site && {
    title: message("Add a startup probe that waits 30 minutes"),
    edits: [{ range: site.at, newText: site.text }],
    preferred: true,
  };
  const probe = pool.pod?.decidedBy ?? "livenessProbe";
  return finding(
    code,
    "warning",
    range,
    loaded === undefined
      ? message(
          "The {0} has the container killed {1} s after its start; no engine has been seen to answer within {2} s.",
          probe,
          seconds,
          needed,
        )
      : message(
          "The {0} has the container killed {1} s after its start; loading {2} onto each GPU and starting up take {3} s at the very least.",
          probe,
          seconds,
          gib(loaded),
          needed,
        ),
    { fixes: [fix] },
  );
}

/** What one GPU loads; undefined where model or layout are unknown. */
function weightsOnOneGpu({ settled, settledPool, memory }: RuleContext): number | undefined {
  const rank = memory?.ranks[memory.tightest];
  if (rank) return rank.weightsBytes;
  return settled && settledPool ? weightBytes(settled.model, settledPool.weights) : undefined;
}
