import type { FlagEngine } from "../catalog/facts.ts";
import type { EngineId, Flag } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { message } from "../deployment/message.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { type Replacement, replaceFix } from "./flag-replacements.ts";
import { factsOf, judgeFlags } from "./flag-table.ts";
import { foreignFlagOf } from "./foreign-flags.ts";
import { type Finding, laidOutEngines, type Rule, type RuleContext, type Severity } from "./rule.ts";
import { atMostHere, engineAlone } from "./unknown-flag.ts";

const code = "foreign-flag";

export const foreignFlag: Rule = {
  code,
  severity: "error",
  summary: "The flag is another engine's.",
  facts: ["flag tables of 17 vLLM releases", "flag tables of SGLang and TensorRT-LLM"],
  engines: laidOutEngines,
  check: (context) => judgeFlags(context, judge),
};

/** The engines' own flags for what others call otherwise. A fraction of memory is of the whole GPU in vLLM and SGLang, of what is left in TensorRT-LLM (VM02, SM01, TR07). */
const counterparts: Readonly<Record<FlagEngine, Readonly<Record<string, Replacement>>>> = {
  vllm: {
    "chunked-prefill-size": { name: "max-num-batched-tokens" },
    "context-length": { name: "max-model-len" },
    "cuda-graph-max-bs": { name: "max-cudagraph-capture-size" },
    "disable-cuda-graph": { name: "enforce-eager" },
    "disable-radix-cache": { name: "no-enable-prefix-caching" },
    "dp-size": { name: "data-parallel-size" },
    "free-gpu-memory-fraction": { name: "gpu-memory-utilization" },
    "log-requests": { name: "enable-log-requests" },
    "max-batch-size": { name: "max-num-seqs" },
    "max-num-tokens": { name: "max-num-batched-tokens" },
    "max-running-requests": { name: "max-num-seqs" },
    "max-seq-len": { name: "max-model-len" },
    "mem-fraction-static": { name: "gpu-memory-utilization" },
    "page-size": { name: "block-size" },
    "pp-size": { name: "pipeline-parallel-size" },
    "random-seed": { name: "seed" },
    "tp-size": { name: "tensor-parallel-size" },
  },
  sglang: {
    "block-size": { name: "page-size" },
    "enable-log-requests": { name: "log-requests" },
    "enforce-eager": { name: "disable-cuda-graph" },
    "free-gpu-memory-fraction": { name: "mem-fraction-static" },
    "gpu-memory-utilization": { name: "mem-fraction-static" },
    "max-batch-size": { name: "max-running-requests" },
    "max-model-len": { name: "context-length" },
    "max-num-seqs": { name: "max-running-requests" },
    "max-seq-len": { name: "context-length" },
    "no-enable-prefix-caching": { name: "disable-radix-cache" },
    seed: { name: "random-seed" },
  },
  "tensorrt-llm": {
    "context-length": { name: "max_seq_len" },
    "gpu-memory-utilization": { name: "free_gpu_memory_fraction" },
    "max-model-len": { name: "max_seq_len" },
    "max-num-batched-tokens": { name: "max_num_tokens" },
    "max-num-seqs": { name: "max_batch_size" },
    "max-running-requests": { name: "max_batch_size" },
    "mem-fraction-static": { name: "free_gpu_memory_fraction" },
  },
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { pool, catalog, deployment } = context;
  const { engine } = deployment;
  // Another launcher's flags may be named like another engine's, except for those with a meaning of their own; keys of TensorRT-LLM's files are no flags.
  const isFlag = !/^-[^-]/.test(flag.spelled) && (engine !== "tensorrt-llm" || flag.spelled.startsWith("--"));
  const foreign = isFlag && isJudged(engine) ? foreignFlagOf(catalog, engine, flag) : undefined;
  if (!foreign || !isJudged(engine)) return undefined;
  const table = catalog.flags(engine);
  const counterpart = counterparts[engine][foreign.name];
  if (!engineAlone(deployment) && !counterpart) return undefined;
  const known = counterpart ?? (factsOf(table, foreign.name) ? { name: foreign.name } : undefined);
  const own = engineNames[engine];
  return finding(
    code,
    severityOf(context),
    flag.flagRange,
    known
      ? message(
          '{0} is a flag of {1}. {3} calls it --{2}, and would stop at this one: "unrecognized arguments".',
          flag.spelled,
          engineNames[foreign.engine],
          known.name,
          own,
        )
      : message(
          '{0} is a flag of {1}. {2} has no such flag and would stop: "unrecognized arguments".',
          flag.spelled,
          engineNames[foreign.engine],
          own,
        ),
    { fixes: [known && !pool.engine.flags.has(known.name) ? replaceFix(flag, known) : undefined, removeFlagFix(pool, flag, !known)] },
  );
}

function isJudged(engine: EngineId): engine is FlagEngine {
  return engine === "vllm" || engine === "sglang" || engine === "tensorrt-llm";
}

/** Of TensorRT-LLM one state is known, so that another may have taken the flag. */
function severityOf(context: RuleContext): Severity {
  const { catalog, deployment, pool } = context;
  if (deployment.engine === "tensorrt-llm" || !engineAlone(deployment)) return "information";
  const version = saidVersion(pool);
  if (!version) return pool.engine.foreignBuild && pool.engine.version ? "information" : "warning";
  return inTables(version, catalog.flags(deployment.engine)) ? atMostHere(context, "error") : "information";
}
