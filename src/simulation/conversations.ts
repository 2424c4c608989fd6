import { lengthSampler } from "./lengths.ts";
import { randomSource } from "./random.ts";
import type { SharedPrefix } from "./workload.ts";

const blockTokens = 16;

export interface Conversations {
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Who asks. */
  readonly users: Int32Array;
  /** Ids of the full blocks of prompt and answer. */
  readonly prefixes: readonly (readonly number[])[];
  readonly blockTokens: number;
}

/**
 * Requests of users in groups that share a system prompt. With `multiTurn` a user's prompt is the whole conversation before, answers
 * included, so the answer's blocks have ids too; without, only the system prompt repeats. undefined = more than `mostIds` block ids.
 */
export function conversations(shared: SharedPrefix, count: number, seed: number, mostIds: number): Conversations | undefined {
  const pick = randomSource(seed, "conversations");
  const question = lengthSampler(shared.questionTokens, randomSource(seed, "promptTokens"));
  const answer = lengthSampler(shared.outputTokens, randomSource(seed, "outputTokens"));
  const users = Math.floor(shared.groups) * Math.floor(shared.usersPerGroup);
  const system = Math.round(shared.systemPromptTokens);
  const systemBlocks = Math.floor(system / blockTokens);
  const promptTokens = new Int32Array(count);
  const outputTokens = new Int32Array(count);
  const askers = new Int32Array(count);
  const prefixes: number[][] = [];
  const groupIds = new Map<number, number[]>();
  const talks = new Map<number, { ids: number[]; tokens: number }>();
  let nextId = 0;
  let total = 0;
  for (let r = 0; r < count; r++) {
    const user = Math.floor(pick() * users);
    const group = user % Math.floor(shared.groups);
    let systemIds = groupIds.get(group);
    if (!systemIds) {
      systemIds = Array.from({ length: systemBlocks }, () => nextId++);
      groupIds.set(group, systemIds);
    }
    const asked = question();
    const answered = answer();
    let talk = shared.multiTurn ? talks.get(user) : undefined;
    if (!talk) talk = { ids: [...systemIds], tokens: system };
    const prompt = Math.max(1, talk.tokens + asked);
    promptTokens[r] = prompt;
    outputTokens[r] = answered;
    askers[r] = user;
    if (shared.multiTurn) {
      while (talk.ids.length < Math.floor((prompt + answered) / blockTokens)) talk.ids.push(nextId++);
      talk.tokens = prompt + answered;
      talks.set(user, talk);
    }
    total += talk.ids.length;
    if (total > mostIds) return undefined;
    prefixes.push([...talk.ids]);
  }
  return { promptTokens, outputTokens, users: askers, prefixes, blockTokens };
}
