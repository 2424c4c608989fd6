import { wordTable } from "../catalog/word-table.ts";
import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { Fix, RuleContext } from "./rule.ts";
import { sglangSuccessor } from "./sglang-successors.ts";

/** What takes a flag's place: another name for the same value, or another name with a value of its own. */
export interface Replacement {
  readonly name: string;
  readonly value?: string;
}

/** vLLM's own successors of removed flags, as the last releases that had both said in their help (0.9.2 to 0.28.0 engine/arg_utils.py). */
const successors: Readonly<Record<string, Replacement>> = wordTable({
  "cuda-graph-sizes": { name: "cudagraph-capture-sizes" },
  "disable-mm-preprocessor-cache": { name: "mm-processor-cache-gb", value: "0" },
  "enable-multimodal-encoder-data-parallel": { name: "mm-encoder-tp-mode", value: "data" },
  "eplb-step-interval": { name: "eplb-config.step_interval" },
  "eplb-window-size": { name: "eplb-config.window_size" },
  "guided-decoding-backend": { name: "structured-outputs-config.backend" },
  "num-redundant-experts": { name: "eplb-config.num_redundant_experts" },
  "override-pooler-config": { name: "pooler-config" },
  "worker-use-ray": { name: "distributed-executor-backend", value: "ray" },
});

/** Tasks of old became runners; the rest is found by itself (0.10.2 config/__init__.py). */
const runners: Readonly<Record<string, string>> = wordTable({
  generate: "generate",
  transcription: "generate",
  embed: "pooling",
  embedding: "pooling",
  classify: "pooling",
  reward: "pooling",
  score: "pooling",
});

/** What the engine has in the place of a removed flag; undefined where nothing is needed any more. */
export function successorOf(context: RuleContext, flag: Flag): Replacement | undefined {
  if (context.deployment.engine === "sglang") return sglangSuccessor(context, flag);
  const { name, value } = flag;
  if (name !== "task") return successors[name];
  const runner = runners[value?.value ?? ""];
  return runner === undefined ? undefined : { name: "runner", value: runner };
}

/** Writes the other flag where this one stands. */
export function replaceFix(flag: Flag, { name, value }: Replacement): Fix {
  const dashes = /^-*/.exec(flag.spelled)?.[0] ?? "";
  const joined = value !== undefined && !flag.valueRange ? `${dashes}${name}${dashes ? "=" : ": "}${value}` : `${dashes}${name}`;
  const edits = [{ range: flag.flagRange, newText: joined }];
  if (value !== undefined && flag.valueRange) edits.push({ range: flag.valueRange, newText: value });
  const shown = value === undefined ? `${dashes}${name}` : `${dashes}${name} ${value}`;
  return { title: message("Change to {0}", shown), edits, preferred: true };
}
