import type { Flag } from "../deployment/deployment.ts";
import { engineNames } from "../deployment/engine-names.ts";
import { message } from "../deployment/message.ts";
import { inTables, saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { removeFlagFix } from "./flag-fix.ts";
import { type Replacement, replaceFix } from "./flag-replacements.ts";
import { factsOf, judgeFlags } from "./flag-table.ts";
import { foreignFlagOf } from "./foreign-flags.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { engineAlone } from "./unknown-flag.ts";

const code = "foreign-flag";

export const foreignFlag: Rule = {
  code,
  severity: "error",
  summary: "The flag is another engine's.",
  facts: ["flag tables of 17 vLLM releases", "flag tables of SGLang and TensorRT-LLM"],
  engines: ["vllm"],
  check: (context) => judgeFlags(context, judge),
};

/** vLLM's flags for what other engines call otherwise; a fraction of memory is of the whole GPU in vLLM (VM02, SM01, TR07). */
const counterparts: Readonly<Record<string, Replacement>> = {
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
};

function judge(context: RuleContext, flag: Flag): Finding | undefined {
  const { pool, catalog, deployment } = context;
  // Another launcher's flags may be named like another engine's.
  const foreign = engineAlone(deployment) ? foreignFlagOf(catalog, flag) : undefined;
  if (!foreign) return undefined;
  const version = saidVersion(pool);
  const severity = version && inTables(version, catalog) ? "error" : "warning";
  const known = counterparts[foreign.name] ?? (factsOf(catalog, foreign.name) ? { name: foreign.name } : undefined);
  return finding(
    code,
    severity,
    flag.flagRange,
    known
      ? message(
          '{0} is a flag of {1}. vLLM calls it --{2}, and would stop at this one: "unrecognized arguments".',
          flag.spelled,
          engineNames[foreign.engine],
          known.name,
        )
      : message(
          '{0} is a flag of {1}. vLLM has no such flag and would stop: "unrecognized arguments".',
          flag.spelled,
          engineNames[foreign.engine],
        ),
    { fixes: [known && !pool.engine.flags.has(known.name) ? replaceFix(flag, known) : undefined, removeFlagFix(pool, flag, !known)] },
  );
}
