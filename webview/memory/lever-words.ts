import type { LeverView } from "../../src/protocol/memory-view.ts";
import type { TableModel } from "../parts/models.ts";
import { figure, gib, whole } from "../parts/numbers.ts";
import { said, words } from "../parts/words.ts";

/** Below this share of what is there a gain is not worth a sentence. */
const noticeable = 0.01;

/** The cheapest change that can be applied and lets it start, or wins more than a hundredth. */
export function cheapest(
  levers: readonly LeverView[],
  pools: readonly { readonly fits: boolean; readonly kvCacheTokens: number }[],
): LeverView | undefined {
  return levers.find((lever) => {
    const before = pools[lever.pool];
    if (!before || !isOffered(lever)) return false;
    return !before.fits || lever.outcome.gainTokens > before.kvCacheTokens * noticeable;
  });
}

/** Whether a click applies it. */
export function isOffered({ place }: LeverView): boolean {
  return place !== null;
}

/** `+83,000`, `fits, 102,400 tokens`, `still 3.1 GiB over`, `9.8 requests of full length`. */
export function gainWords({ outcome }: LeverView, fitsNow: boolean): string {
  if (!outcome.fits)
    return outcome.overBytes > 0 ? words("still {0} over", gib(outcome.overBytes)) : words("one request is still too long");
  if (!fitsNow) return words("fits, {0} tokens", whole(outcome.kvCacheTokens));
  if (outcome.gainTokens > 0) return `+${whole(outcome.gainTokens)}`;
  return words("{0} requests at once", figure(outcome.maxConcurrency));
}

/** What the change gives, as a sentence beside the verdict. */
export function gainSentence(lever: LeverView, fitsNow: boolean): string {
  const { outcome } = lever;
  if (!fitsNow) return words("Then it fits, with room for {0} tokens; {1}.", whole(outcome.kvCacheTokens), said(lever.price));
  return words("{0} tokens more; {1}.", whole(outcome.gainTokens), said(lever.price));
}

/** Length of each bar as a share of the largest gain. */
export function shareOf({ outcome }: LeverView, levers: readonly LeverView[]): number {
  const most = Math.max(1, ...levers.filter((one) => one.outcome.fits).map((one) => one.outcome.gainTokens));
  return outcome.fits ? Math.max(0, outcome.gainTokens) / most : 0;
}

export function leverTable(levers: readonly LeverView[], fits: readonly boolean[]): TableModel {
  return {
    name: words("What would change it"),
    columns: [
      { title: words("Change"), numeric: false },
      { title: words("KV tokens"), numeric: true },
      { title: words("Price"), numeric: false },
    ],
    rows: levers.map((lever) => [said(lever.title), gainWords(lever, fits[lever.pool] ?? true), said(lever.price)]),
    raw: {
      head: ["change", "kv_tokens", "gain_tokens", "requests_of_full_length", "fits", "price"],
      rows: () =>
        levers.map(({ title, outcome, price }) => [
          said(title),
          outcome.kvCacheTokens,
          outcome.gainTokens,
          outcome.maxConcurrency,
          String(outcome.fits),
          said(price),
        ]),
    },
  };
}
