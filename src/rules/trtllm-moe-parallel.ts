import { divisors } from "../deployment/divisors.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagInteger } from "./flag-number.ts";
import { flagText, isAbsent } from "./flag-text.ts";
import type { Finding, RuleContext } from "./rule.ts";
import { sizeOf } from "./written-sizes.ts";

const code = "moe-parallel";
const names = { tensor: "moe_tensor_parallel_size", expert: "moe_expert_parallel_size", cluster: "moe_cluster_parallel_size" } as const;

/** TR02, TR05, TR06: the same in the two copies of tensorrt_llm/mapping.py that were read. What a file of options leaves out may stand on its command line. */
export function trtllmMoeParallel(context: RuleContext): readonly Finding[] {
  const found = withContextRanks(context) ?? clustered(context) ?? product(context);
  return found ? [found] : [];
}

/** A size that somebody chose; 0, -1 and null leave the choice to the engine. */
function chosen({ pool }: RuleContext, name: string) {
  const size = flagInteger(pool, name);
  return size && size.value > 0 ? size : undefined;
}

/** TR05. */
function withContextRanks(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const expert = chosen(context, names.expert);
  const ranks = flagInteger(pool, "context_parallel_size");
  const kind = flagText(pool, "cp_config.cp_type");
  const isHelix = kind ? /^helix$/i.test(kind.value) : ["cp_config", "cp_config.cp_type"].some((name) => !isAbsent(pool, name));
  if (!expert || expert.value <= 1 || !ranks || ranks.value <= 1 || isHelix) return undefined;
  return finding(
    code,
    kind || !context.deployment.format.endsWith("-config") ? "error" : "warning",
    expert.range,
    message("With context ranks, experts are spread only where cp_type is HELIX. TensorRT-LLM would stop at start."),
    { related: [{ range: ranks.range, message: message("context ranks are set here") }] },
  );
}

/** TR06. */
function clustered(context: RuleContext): Finding | undefined {
  const cluster = chosen(context, names.cluster);
  const expert = chosen(context, names.expert);
  if (!cluster || cluster.value <= 1 || !expert || expert.value <= 1) return undefined;
  return finding(
    code,
    "error",
    cluster.range,
    message("Clusters of experts and expert parallelism exclude each other. TensorRT-LLM would stop at start."),
    { related: [{ range: expert.range, message: message("expert parallelism is set here") }] },
  );
}

/** TR02, TR03: of what is not given one size is derived, rounded down; with context ranks the product depends on their kind. */
function product(context: RuleContext): Finding | undefined {
  const { pool } = context;
  const world = sizeOf(context, "tensor_parallel_size");
  const ranks = flagInteger(pool, "context_parallel_size");
  const tensor = chosen(context, names.tensor);
  const expert = chosen(context, names.expert);
  const cluster = chosen(context, names.cluster);
  const unread = Object.values(names).some((name) => !isAbsent(pool, name) && !flagInteger(pool, name));
  const first = expert ?? tensor ?? cluster;
  if (!world || (ranks ? ranks.value !== 1 : !isAbsent(pool, "context_parallel_size")) || !first || unread) return undefined;
  const given = (tensor?.value ?? 1) * (expert?.value ?? 1) * (cluster?.value ?? 1);
  const isWhole = tensor && expert;
  if (isWhole ? given === world.value : world.value % given === 0) return undefined;
  const sizes = isWhole || cluster ? [] : divisors([world.value], world.value);
  const best = sizes.findLast((size) => size <= first.value);
  const name = expert ? names.expert : names.tensor;
  return finding(
    code,
    ranks || !context.deployment.format.endsWith("-config") ? "error" : "warning",
    first.range,
    isWhole
      ? message("The experts' TP {0} × EP {1} must be TP {2}. TensorRT-LLM would stop at start.", tensor.value, expert.value, world.value)
      : message("{0} parts of the experts cannot share TP {1} evenly. TensorRT-LLM would stop at start.", given, world.value),
    {
      related: [{ range: world.range, message: message("TP is set here") }],
      fixes: [best === undefined ? undefined : setFlagFix(pool, name, String(best), undefined, true)],
    },
  );
}
