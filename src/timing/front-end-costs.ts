import type { SettledPool } from "../deployment/settled.ts";
import { atLeast } from "../deployment/version.ts";

/** Seconds that the server process before an engine core, which does one thing after the other, needs for what passes through it. */
export interface FrontEndCosts {
  /** A request, and each token of its prompt. */
  readonly request: number;
  readonly promptToken: number;
  /** A token of an answer: made into text, and its share of the message that it leaves with. */
  readonly token: number;
  /** Cores behind it, which are taken to be as busy as this one. */
  readonly cores: number;
}

const us = 1e-6;

/** Of a message, whose tokens share it. */
interface ServerCosts extends Pick<FrontEndCosts, "request" | "promptToken"> {
  readonly message: number;
}

/** Llama-3.1-8B on one to eight H200 (silicon_e2e, 0.5.6): however many serve it, 15,000 to 20,000 tokens a second leave. */
const sglang: ServerCosts = { request: 0, promptToken: 3 * us, message: 50 * us };

/** Llama-3.1-8B on two to eight H100 (silicon_e2e, 1.0.0rc3): 9,000 tokens a second leave. */
const tensorrtLlm10: ServerCosts = { request: 1e-3, promptToken: 1 * us, message: 100 * us };

/** 16,000 tokens a second are seen to leave one engine of 8B (MLPerf 5.1), and no end. */
const tensorrtLlm: ServerCosts = { ...tensorrtLlm10, message: 40 * us };

/** vLLM's sends what has come meanwhile as one message (v1/engine/output_processor.py, RequestOutputCollector): 26,000 leave it, and no end is seen. */
function costsOf({ budget, version }: SettledPool): ServerCosts | null {
  switch (budget.engine) {
    case "vllm":
      return null;
    case "sglang":
      return sglang;
    default:
      return atLeast(version, "1.1.0") ? tensorrtLlm : tensorrtLlm10;
  }
}

/** What a core finds before it; null where it is never in the way. */
export function frontEndCosts(pool: SettledPool): FrontEndCosts | null {
  const server = costsOf(pool);
  if (!server) return null;
  const { settings, layout } = pool;
  const { request, promptToken, message } = server;
  return { request, promptToken, token: message / messageTokens(settings), cores: layout.data * layout.attentionData };
}

/** Tokens that leave for a client together. */
export function messageTokens({ scheduling }: SettledPool["settings"]): number {
  return scheduling.engine === "sglang" || scheduling.engine === "tensorrt-llm" ? scheduling.streamTokens : 1;
}
