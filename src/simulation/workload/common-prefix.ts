import { conversationBlockTokens } from "./conversations.ts";
import type { RequestDraft } from "./request-draft.ts";

/** Gives the request that a draft was added last its first blocks. */
export type CommonPrefix = (promptTokens: number, draft: RequestDraft) => void;

/**
 * One text with which all prompts begin, each with the same share of its tokens. Blocks are whole: what a prompt has less of its share than
 * the text would allow is made up for by the next ones, so that all together repeat that share.
 */
export function commonPrefix(share: number): CommonPrefix {
  let ids = new Int32Array(64);
  let known = 0;
  let owed = 0;
  return (promptTokens, draft) => {
    owed += (share * promptTokens) / conversationBlockTokens;
    const blocks = Math.min(Math.floor(owed), Math.floor(promptTokens / conversationBlockTokens));
    owed -= blocks;
    if (blocks > ids.length) {
      const larger = new Int32Array(2 * blocks);
      larger.set(ids);
      ids = larger;
    }
    while (known < blocks) ids[known++] = draft.newId();
    if (blocks > 0) draft.addIds(ids, blocks);
  };
}
