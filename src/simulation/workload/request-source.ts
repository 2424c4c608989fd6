import { randomSource } from "../random.ts";
import { commonPrefix } from "./common-prefix.ts";
import { conversationSource } from "./conversations.ts";
import { lengthSampler } from "./lengths.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { WorkloadClass } from "./workload.ts";

/** Adds the next request to a draft, or all requests of the next conversation. */
export type RequestSource = (draft: RequestDraft) => void;

export type RequestShape = Pick<WorkloadClass, "promptTokens" | "outputTokens" | "sharedPrefix" | "prefixShare">;

/** Requests of one part of a workload. */
export function requestSource(
  { promptTokens, outputTokens, sharedPrefix, prefixShare = 0 }: RequestShape,
  seed: number,
  part: number,
): RequestSource {
  if (sharedPrefix) return conversationSource(sharedPrefix, seed, part);
  const prompt = lengthSampler(promptTokens, randomSource(seed, "promptTokens", part));
  const output = lengthSampler(outputTokens, randomSource(seed, "outputTokens", part));
  const begin = prefixShare > 0 ? commonPrefix(prefixShare) : undefined;
  return (draft) => {
    const tokens = prompt();
    draft.add(tokens, output(), part);
    begin?.(tokens, draft);
  };
}
