import type { JudgedEngine, SettledPool } from "../deployment/settled.ts";

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

/**
 * Llama-3.1-8B on one to eight GPUs (silicon_e2e): however many serve it, answers leave SGLang 0.5.6 at 15,000 to 20,000 tokens a second
 * and TensorRT-LLM 1.0 at 9,000. vLLM's API server sends what has come meanwhile as one message
 * (v1/engine/output_processor.py, RequestOutputCollector): 26,000 tokens a second leave it and no end is seen.
 */
const byEngine: Readonly<Record<JudgedEngine, ServerCosts | null>> = {
  vllm: null,
  sglang: { request: 0, promptToken: 3 * us, message: 50 * us },
  "tensorrt-llm": { request: 1e-3, promptToken: 1 * us, message: 100 * us },
};

/** What a core finds before it; null where it is never in the way. */
export function frontEndCosts({ budget, settings, layout }: SettledPool): FrontEndCosts | null {
  const server = byEngine[budget.engine];
  if (!server) return null;
  const { request, promptToken, message } = server;
  return { request, promptToken, token: message / messageTokens(settings), cores: layout.data * layout.attentionData };
}

/** Tokens that leave for a client together. */
export function messageTokens({ scheduling }: SettledPool["settings"]): number {
  return scheduling.engine === "sglang" || scheduling.engine === "tensorrt-llm" ? scheduling.streamTokens : 1;
}
