import { emptyBatch, type StepModel } from "../../timing/step-model.ts";

const fewest = 64;
const most = 65_536;
/** So much more of a prompt's tokens in a second are still worth twice the tokens. */
const worthwhile = 1.1;

/** Prompt tokens of a step from which on a longer one computes hardly more of them in a second: DistServe's Lm, which it profiles (4.1). */
export function saturatingTokens(model: StepModel): number {
  let tokens = fewest;
  while (tokens < most && tokensPerSecond(model, 2 * tokens) > worthwhile * tokensPerSecond(model, tokens)) tokens *= 2;
  return tokens;
}

/** One prompt of so many tokens, alone. */
function tokensPerSecond(model: StepModel, tokens: number): number {
  const batch = { ...emptyBatch(), tokens, prefillTokens: tokens, prefillChunks: 1, prefillPairs: (tokens * tokens) / 2 };
  return tokens / model.stepSeconds(batch);
}
