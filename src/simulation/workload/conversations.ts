import { randomSource } from "../random.ts";
import { lengthSampler } from "./lengths.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { RequestSource } from "./request-source.ts";
import { secondsSampler } from "./seconds.ts";
import type { SharedPrefix } from "./workload.ts";

/** Tokens of the blocks whose content is told. */
export const conversationBlockTokens = 16;

/** What has been said so far. */
interface Talk {
  ids: Int32Array;
  blocks: number;
  tokens: number;
}

/**
 * Requests of users in groups that share a system prompt. With `multiTurn` a user's prompt is the whole conversation before, answers
 * included, so the answer's blocks have ids too; without, only the system prompt repeats. With `turns` a conversation comes as a whole,
 * each question behind the answer before it, and ends.
 */
export function conversationSource(shared: SharedPrefix, seed: number, part: number): RequestSource {
  const pick = randomSource(seed, "conversations", part);
  const question = lengthSampler(shared.questionTokens, randomSource(seed, "promptTokens", part));
  const answer = lengthSampler(shared.outputTokens, randomSource(seed, "outputTokens", part));
  const turns = shared.turns === undefined ? undefined : lengthSampler(shared.turns, randomSource(seed, "turns", part));
  const thought = secondsSampler(shared.thinkSeconds ?? 0, randomSource(seed, "thinking", part));
  const groups = Math.floor(shared.groups);
  const users = groups * Math.floor(shared.usersPerGroup);
  const system = Math.round(shared.systemPromptTokens);
  const systemBlocks = Math.floor(system / conversationBlockTokens);
  const groupIds = new Map<number, Int32Array>();
  const talks = new Map<number, Talk>();
  // Users of another part are others.
  const firstSession = part * mostSessions;
  let conversations = 0;

  const systemIds = (group: number, draft: RequestDraft): Int32Array => {
    const known = groupIds.get(group);
    if (known) return known;
    const ids = Int32Array.from({ length: systemBlocks }, () => draft.newId());
    groupIds.set(group, ids);
    return ids;
  };

  const ask = (talk: Talk, session: number, draft: RequestDraft): number => {
    const asked = question();
    const answered = answer();
    const prompt = Math.max(1, talk.tokens + asked);
    const r = draft.add(prompt, answered, part);
    draft.sessions[r] = firstSession + (session % mostSessions);
    if (shared.multiTurn) extend(talk, prompt + answered, draft);
    draft.addIds(talk.ids, talk.blocks);
    return r;
  };

  return (draft) => {
    const user = Math.floor(pick() * users);
    const known = shared.multiTurn && !turns ? talks.get(user) : undefined;
    const ids = known ? known.ids : systemIds(user % groups, draft);
    const talk = known ?? { ids, blocks: ids.length, tokens: system };
    if (!turns) {
      if (shared.multiTurn) talks.set(user, talk);
      ask(talk, user, draft);
      return;
    }
    const session = conversations++;
    const count = turns();
    for (let turn = 0; turn < count && !draft.isFull && !draft.isTooLong; turn++) {
      const r = ask(talk, session, draft);
      if (turn === 0) continue;
      draft.follows[r] = 1;
      draft.thinkSeconds[r] = thought();
    }
  };
}

/** Sessions of one part of a workload. */
const mostSessions = 2 ** 24;

/** What is said next has blocks that nobody else has. */
function extend(talk: Talk, tokens: number, draft: RequestDraft): void {
  const blocks = Math.floor(tokens / conversationBlockTokens);
  // The system prompt's blocks are those of the group: a talk that goes on has a list of its own.
  if (blocks > talk.ids.length) {
    const larger = new Int32Array(Math.max(blocks, 2 * talk.blocks));
    larger.set(talk.ids.subarray(0, talk.blocks));
    talk.ids = larger;
  }
  while (talk.blocks < blocks) talk.ids[talk.blocks++] = draft.newId();
  talk.tokens = tokens;
}
