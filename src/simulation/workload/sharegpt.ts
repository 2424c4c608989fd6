import { type Message, message } from "../../deployment/message.ts";
import { mostRequests } from "./load-problem.ts";
import type { RequestRow } from "./workload.ts";

/** Nobody tells the tokens of a text without its tokenizer: 4 characters a token, as llm-d's router takes them. */
const charactersPerToken = 4;

export interface ShareGpt {
  readonly rows: readonly RequestRow[];
  readonly messages: readonly Message[];
}

/**
 * ShareGPT's conversations as load generators use them: the first question and the first answer of each, all there at once
 * (ShareGPTDataset of vLLM's benchmarks). undefined = the text holds no such list.
 */
export function readShareGpt(text: string): ShareGpt | undefined {
  const list = parsedList(text);
  if (!list?.some((one) => turnsOf(one) !== undefined)) return undefined;
  const rows: RequestRow[] = [];
  for (const one of list) {
    const [question, answer] = turnsOf(one) ?? [];
    if (question === undefined || answer === undefined || rows.length === mostRequests) continue;
    rows.push({ arrivalSeconds: 0, promptTokens: tokensOf(question), outputTokens: tokensOf(answer) });
  }
  const left = list.length - rows.length;
  return {
    rows,
    messages: [
      message("Lengths of these texts are taken as {0} characters a token.", charactersPerToken),
      ...(left > 0 ? [message("{0} conversations without a question and an answer are left out.", left)] : []),
    ],
  };
}

function parsedList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function turnsOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== "object" || value === null || !("conversations" in value) || !Array.isArray(value.conversations)) return undefined;
  return value.conversations.flatMap((turn: unknown) => {
    const said = typeof turn === "object" && turn !== null && "value" in turn ? turn.value : undefined;
    return typeof said === "string" && said !== "" ? [said] : [];
  });
}

function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / charactersPerToken));
}
