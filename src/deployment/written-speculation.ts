import type { FlagReader } from "./flag-reader.ts";
import type { JudgedEngine } from "./settled.ts";

/** How an engine is told to speculate, in its own words. */
export interface WrittenSpeculation {
  /** In small letters. */
  readonly method: string;
  readonly draft: string | undefined;
  /** Ranks of the drafter; the model's own where nothing is said. */
  readonly tensor: number | undefined;
}

/** What looks up earlier text, on the host. */
const lookups = /^\[?(ngram\w*|lookahead|suffix|user_provided)\]?$/;

/** What the flags say of speculation; undefined without any. */
export function writtenSpeculation(engine: JudgedEngine, flags: FlagReader): WrittenSpeculation | undefined {
  switch (engine) {
    case "vllm":
      return ofVllm(flags);
    case "sglang":
      return ofSglang(flags);
    case "tensorrt-llm":
      return ofTensorrt(flags);
    default: {
      const never: never = engine;
      return never;
    }
  }
}

/** Whether a method drafts without any weights. */
export function looksUp({ method }: WrittenSpeculation): boolean {
  return lookups.test(method);
}

function ofVllm(flags: FlagReader): WrittenSpeculation | undefined {
  const member = (key: string) => flags.member("speculative-config", key);
  const text = (key: string, flag: string) => {
    const value = member(key);
    return typeof value === "string" ? value : flags.text(flag);
  };
  const method = text("method", "spec-method")?.toLowerCase();
  const draft = text("model", "spec-model") ?? flags.text("speculative-model");
  const ranks = member("draft_tensor_parallel_size") ?? flags.integer("speculative-draft-tensor-parallel-size");
  // The plug-in's own way of asking (arctic_inference/vllm/config.py).
  if (method === undefined && draft === undefined) {
    return member("enable_suffix_decoding") === true ? { method: "suffix", draft: undefined, tensor: undefined } : undefined;
  }
  const tensor = typeof ranks === "number" && ranks > 0 ? ranks : undefined;
  const isLookup = method === undefined && draft !== undefined && lookups.test(draft);
  return { method: (isLookup ? draft : (method ?? methodOf(draft ?? ""))).replace(/^\[(.*)\]$/, "$1"), draft, tensor };
}

function ofSglang(flags: FlagReader): WrittenSpeculation | undefined {
  const method = flags.text("speculative-algorithm")?.toLowerCase();
  if (method === undefined || method === "none") return undefined;
  return { method, draft: flags.text("speculative-draft-model-path") ?? flags.text("speculative-draft-model"), tensor: undefined };
}

/** speculative_config of llm_args.py: MTP drafts with the model's own layers, the others load what they name. */
function ofTensorrt(flags: FlagReader): WrittenSpeculation | undefined {
  const text = (key: string): string | undefined => {
    const value = flags.member("speculative_config", key);
    return typeof value === "string" ? value : undefined;
  };
  const method = text("decoding_type")?.toLowerCase();
  return method === undefined
    ? undefined
    : { method, draft: text("speculative_model_dir") ?? text("speculative_model"), tensor: undefined };
}

/** The engine tells by the drafter's own config, which its name mostly repeats. */
function methodOf(draft: string): string {
  return /eagle3/i.test(draft) ? "eagle3" : /eagle/i.test(draft) ? "eagle" : /medusa/i.test(draft) ? "medusa" : "draft_model";
}
