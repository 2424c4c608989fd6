import type { Speculation } from "../deployment/settled.ts";

/** Of `sequences` that run, those for which the drafter works in their step. */
export function draftingSequences({ limit }: Speculation, sequences: number): number {
  if (!limit) return sequences;
  if (limit.running !== null && sequences > limit.running) return 0;
  return limit.drafting === null ? sequences : Math.min(limit.drafting, sequences);
}

/** Tokens that their step verifies beside the next one of each. */
export function draftedTokens(speculation: Speculation, sequences: number): number {
  const drafting = draftingSequences(speculation, sequences);
  const share = speculation.verifiesAll ? 1 : speculation.found;
  return Math.round(drafting * share * speculation.draftTokens);
}

/** Tokens that one of them gains on average: those without a draft one, the others E = (1 − a^(k + 1)) / (1 − a) (systems.md 15). */
export function tokensPerStep(speculation: Speculation, sequences: number): number {
  if (sequences === 0) return 1;
  const share = draftingSequences(speculation, sequences) / sequences;
  return 1 + share * speculation.found * acceptedDrafts(speculation);
}

/** Drafts accepted of one chain; on each level of a tree one of several may be right. */
function acceptedDrafts({ acceptance, depth, draftTokens }: Speculation): number {
  const branches = Math.max(1, draftTokens / depth);
  const level = 1 - (1 - acceptance) ** branches;
  return level >= 1 ? depth : (level * (1 - level ** depth)) / (1 - level);
}
