import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment, EngineId, Pool } from "../deployment/deployment.ts";
import type { Message } from "../deployment/message.ts";
import type { Settled, SettledPool } from "../deployment/settled.ts";
import type { Edit, Range } from "../deployment/text.ts";
import type { MemoryPlan } from "../memory/plan.ts";

/** error = the engine will not start, or computes wrong results; warning = it will hurt; information = could be better. */
export type Severity = "error" | "warning" | "information";

export interface Fix {
  /** Imperative, with the result in it: "Ask for 8 GPUs". */
  readonly title: Message;
  readonly edits: readonly Edit[];
  readonly preferred: boolean;
}

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: Message;
  /** The value alone, as small as can be. */
  readonly range: Range;
  readonly related: readonly { readonly range: Range; readonly message: Message }[];
  readonly fixes: readonly Fix[];
}

/** One pool of a deployment with all that follows from it; `settled` and `memory` are undefined while something is unknown. */
export interface RuleContext {
  readonly deployment: Deployment;
  readonly pool: Pool;
  readonly settled: Settled | undefined;
  readonly settledPool: SettledPool | undefined;
  readonly memory: MemoryPlan | undefined;
  readonly catalog: Catalog;
  /** Every pool of the same text, this one among them, in the order written. */
  readonly beside: readonly { readonly deployment: Deployment; readonly pool: Pool }[];
  /** The plan this deployment would have with other settings, to verify a fix before it is offered; undefined = cannot be told. */
  readonly tryWith: (changes: Readonly<Record<string, string>>) => MemoryPlan | undefined;
  /** The plan under another engine version: an error that rests on an assumed version must hold for every one. */
  readonly tryVersion: (version: string) => MemoryPlan | undefined;
}

/** One rule: data and one pure function, its fixes beside it. The registry is the one list of them. */
export interface Rule {
  readonly code: string;
  /** The worst severity it reports. */
  readonly severity: Severity;
  /** One sentence for the index of docs/rules. */
  readonly summary: string;
  /** Ids of the facts it rests on (VP01, AS09 …). */
  readonly facts: readonly string[];
  /** Whose deployments it judges; those of other engines it never sees. */
  readonly engines: readonly EngineId[];
  check(context: RuleContext): readonly Finding[];
}

/** Engines whose layout of ranks on GPUs is read: what rests on sizes alone holds for each (VW02, SW01, TR01). */
export const laidOutEngines: readonly EngineId[] = ["vllm", "sglang", "tensorrt-llm"];

/** What Kubernetes or the command line itself refuses holds for whatever engine is started. */
export const everyEngine: readonly EngineId[] = [...laidOutEngines, "tgi", "nim", "llama.cpp", "ollama", "other"];
