import type { Flag, Pool } from "../deployment/deployment.ts";
import type { Located } from "../deployment/located.ts";
import { message } from "../deployment/message.ts";
import { refusedSince, refusedWithFlag } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix, setFlagFix } from "./flag-fix.ts";
import { flagInteger, flagSwitch } from "./flag-number.ts";
import { isLeftOut } from "./flag-text.ts";
import { knownModel, modelNamedHere } from "./known.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "data-parallel-layout";

export const dataParallelLayout: Rule = {
  code,
  severity: "error",
  summary: "Ranks, local size or load balancing of data parallelism contradict each other.",
  facts: ["VD01", "VD02", "VD03", "VD04", "VD05", "VD06", "VD07", "VD08"],
  engines: ["vllm"],
  check(context) {
    const whole = allReplicas(context);
    return [
      modes(context),
      localSize(context, whole),
      external(context, whole),
      hybrid(context),
      ...ranks(context, whole),
      dense(context, whole),
    ].filter((one) => one !== undefined);
  },
};

/** Replicas of the whole group; undefined where they cannot be read or may be set elsewhere. */
function allReplicas(context: RuleContext): Pick<Located<number>, "value" | "range"> | undefined {
  const written = flagInteger(context.pool, "data-parallel-size");
  if (written) return written.value < 1 ? undefined : written;
  const variable = context.pool.engine.environment.has("VLLM_DP_SIZE");
  return isMissing(context, "data-parallel-size") && !variable ? { value: 1 } : undefined;
}

/** Where the file is the whole command; charts and operators tell the members of a group apart by flags of their own. */
const wholeCommand = /^(k8s-|lws$|docker-compose$|command$|case$|skypilot$|dstack$)/;

/** Absent, and no launcher that adds the flags of its groups. */
function isMissing({ deployment, pool }: RuleContext, name: string): boolean {
  return isLeftOut({ deployment, pool }, name) && engineAlone(deployment) && wholeCommand.test(deployment.format);
}

function isOn(pool: Pool, name: string): Flag | undefined {
  return flagSwitch(pool, name) === true ? flagOf(pool, name) : undefined;
}

/** What makes the engine one rank behind a balancer of somebody else's: the switch, or a rank of its own. */
function externalFlag(pool: Pool): Flag | undefined {
  return isOn(pool, "data-parallel-external-lb") ?? flagOf(pool, "data-parallel-rank");
}

/** VD03: the two switches from 0.11.2 on, with ranks and supervisor counted in from 0.22.1 on (entrypoints/cli/serve.py). */
function modes({ deployment, pool }: RuleContext): Finding | undefined {
  const hybridFlag = isOn(pool, "data-parallel-hybrid-lb");
  const externalSwitch = isOn(pool, "data-parallel-external-lb");
  const supervisor = isOn(pool, "data-parallel-multi-port-external-lb");
  const implied = hybridFlag || supervisor ? undefined : flagOf(pool, "data-parallel-start-rank");
  const chosen = [externalFlag(pool), hybridFlag ?? implied, supervisor].filter((flag) => flag !== undefined);
  const [first, second] = chosen;
  if (!first || !second) return undefined;
  const severity =
    hybridFlag && externalSwitch ? refusedWithFlag(pool, "0.11.2") : engineAlone(deployment) ? refusedSince(pool, "0.22.1") : undefined;
  if (!severity) return undefined;
  return finding(
    code,
    severity,
    second.flagRange,
    message("{0} and {1} choose two ways of balancing load; there can be one. vLLM stops at start.", first.spelled, second.spelled),
    {
      related: [{ range: first.flagRange, message: message("the other way is chosen here") }],
      fixes: [removeFlagFix(pool, second, true), removeFlagFix(pool, first)],
    },
  );
}

/** VD01. */
function localSize({ pool }: RuleContext, whole: ReturnType<typeof allReplicas>): Finding | undefined {
  const local = flagInteger(pool, "data-parallel-size-local");
  const severity = refusedWithFlag(pool, "0.9.2");
  if (!local || !whole || local.value <= whole.value || !severity || externalFlag(pool)) return undefined;
  return finding(
    code,
    severity,
    local.range,
    message("data-parallel-size-local {0} is above data-parallel-size {1}. vLLM would stop at start.", local.value, whole.value),
    {
      related: [{ range: whole.range, message: message("all replicas are counted here") }],
      fixes: [
        setFlagFix(pool, "data-parallel-size", String(local.value), undefined, true),
        setFlagFix(pool, "data-parallel-size-local", String(whole.value)),
      ],
    },
  );
}

/** VD02, VD04, VD05. */
function external(context: RuleContext, whole: ReturnType<typeof allReplicas>): Finding | undefined {
  const { pool } = context;
  const flag = externalFlag(pool);
  if (!flag) return undefined;
  const rank = flagOf(pool, "data-parallel-rank");
  if (whole && whole.value <= 1) {
    const severity = refusedWithFlag(pool, "0.9.2");
    if (!severity) return undefined;
    return finding(
      code,
      severity,
      flag.flagRange,
      message("{0} makes this one rank of several, but data-parallel-size is 1. vLLM would stop at start.", flag.spelled),
      { related: [{ range: whole.range, message: message("all replicas are counted here") }], fixes: [removeFlagFix(pool, flag, true)] },
    );
  }
  const nodes = flagInteger(pool, "nnodes");
  const inferable = nodes && nodes.value > 1 && whole ? inferredRank(pool, nodes.value, whole.value) : undefined;
  const severity = refusedWithFlag(pool, "0.11.2");
  if (!rank && severity && isMissing(context, "data-parallel-rank") && (isMissing(context, "nnodes") || inferable === false))
    return finding(
      code,
      severity,
      flag.flagRange,
      message(
        "{0} needs to know which rank this is: --data-parallel-rank, or --nnodes with --node-rank. vLLM would stop at start.",
        flag.spelled,
      ),
    );
  const local = flagInteger(pool, "data-parallel-size-local");
  // 0.10.2 asserts the same of a rank.
  const localSeverity = refusedWithFlag(pool, "0.10.2");
  if (!local || local.value === 1 || !localSeverity) return undefined;
  return finding(
    code,
    localSeverity,
    local.range,
    message(
      "With {0} a server holds one rank, so data-parallel-size-local must be 1, not {1}. vLLM would stop at start.",
      flag.spelled,
      local.value,
    ),
    {
      related: [{ range: flag.flagRange, message: message("one rank is chosen here") }],
      fixes: [setFlagFix(pool, "data-parallel-size-local", "1", undefined, true)],
    },
  );
}

/** Whether nodes tell the rank of each: always where they divide by the ranks, not otherwise in 0.33.0; older releases are unsure. */
function inferredRank(pool: Pool, nodes: number, replicas: number): boolean | undefined {
  if (nodes % replicas === 0) return true;
  return refusedSince(pool, "0.33.0") === "error" ? false : undefined;
}

/** VD06. */
function hybrid(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const flag = isOn(pool, "data-parallel-hybrid-lb");
  const severity = refusedWithFlag(pool, "0.10.2");
  if (!flag || !severity) return undefined;
  const headless = isOn(pool, "headless");
  if (headless)
    return finding(
      code,
      severity,
      headless.flagRange,
      message(
        "A headless server takes no requests, so it cannot balance them: {0} does not go with it. vLLM would stop at start.",
        flag.spelled,
      ),
      { related: [{ range: flag.flagRange, message: message("balancing is chosen here") }], fixes: [removeFlagFix(pool, flag, true)] },
    );
  if (externalFlag(pool) || !isMissing(context, "data-parallel-size-local") || !isMissing(context, "nnodes")) return undefined;
  return finding(
    code,
    severity,
    flag.flagRange,
    message("{0} needs --data-parallel-size-local, the ranks of this node. vLLM would stop at start.", flag.spelled),
  );
}

/** VD08. */
function ranks({ pool }: RuleContext, whole: ReturnType<typeof allReplicas>): readonly Finding[] {
  if (!whole || whole.value <= 1) return [];
  return ["data-parallel-rank", "data-parallel-start-rank"].flatMap((name) => {
    const rank = flagInteger(pool, name);
    const severity = refusedWithFlag(pool, "0.9.2");
    if (!rank || !severity || (rank.value >= 0 && rank.value < whole.value)) return [];
    // A headless node's first rank is not checked against the whole in every release.
    if (name === "data-parallel-start-rank" && flagOf(pool, "headless")) return [];
    return [
      finding(
        code,
        severity,
        rank.range,
        message("{0} {1} is not one of 0 to {2}. vLLM would stop at start.", name, rank.value, whole.value - 1),
        { related: [{ range: whole.range, message: message("all replicas are counted here") }] },
      ),
    ];
  });
}

/** VD07. */
function dense({ deployment, pool }: RuleContext, whole: ReturnType<typeof allReplicas>): Finding | undefined {
  const flag = externalFlag(pool);
  const model = knownModel(deployment);
  const severity = refusedSince(pool, "0.22.1");
  if (!flag || !whole || whole.value <= 1 || !model || model.moe !== null || model.approximate || !severity) return undefined;
  return finding(
    code,
    severity,
    wordOf(flag),
    message(
      "The model has no experts to share, so its ranks would be independent. vLLM stops at start from 0.22 on: run servers without data-parallel flags.",
    ),
    { related: [modelNamedHere(deployment)] },
  );
}
