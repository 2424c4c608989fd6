import type { LoadUse, TierUse } from "../../src/simulation/kv-tiers/tiers-use.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { TableModel } from "../parts/models.ts";
import { duration, figure, gib, percent, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";

/** What a store of KV cache is, in the reader's language. */
export function storeName(kind: TierUse["kind"]): string {
  switch (kind) {
    case "dram":
      return words("Host memory");
    case "ssd":
      return words("Disk");
    case "remote":
      return words("Remote store");
    default: {
      const never: never = kind;
      return never;
    }
  }
}

/** Where the cache of prompts came from: the GPUs' own, and the stores behind them; undefined where there are none. */
export function storesTable({ summary: { kvCache } }: Report): TableModel | undefined {
  const { tiers } = kvCache;
  if (!tiers) return undefined;
  const head = ["source", "capacityTokens", "peakUsage", "hitRate", "readBytes", "writtenBytes"];
  return {
    name: words("Where the cache of prompts came from"),
    columns: [
      { title: words("Source"), numeric: false },
      { title: words("Prompt tokens"), numeric: true },
      { title: words("Room, tokens"), numeric: true },
      { title: words("At most in use"), numeric: true, secondary: true },
      { title: words("Read"), numeric: true, secondary: true },
      { title: words("Written"), numeric: true, secondary: true },
    ],
    rows: [
      ["GPU", percent(kvCache.prefixHitRate), whole(kvCache.capacityTokens), percent(kvCache.peakUsage), "", ""],
      ...tiers.map((tier) => [
        `${storeName(tier.kind)}, ${tier.system}`,
        percent(tier.hitRate),
        whole(tier.capacityTokens),
        percent(tier.peakUsage),
        gib(tier.readBytes),
        gib(tier.writtenBytes),
      ]),
    ],
    raw: {
      head,
      rows: () => [
        ["gpu", kvCache.capacityTokens, kvCache.peakUsage, kvCache.prefixHitRate, 0, 0],
        ...tiers.map((tier) => [tier.kind, tier.capacityTokens, tier.peakUsage, tier.hitRate, tier.readBytes, tier.writtenBytes]),
      ],
    },
  };
}

/** What loading was worth against computing, with the numbers of the rule; one sentence a pool. */
export function loadSentences({ summary: { kvCache } }: Report): readonly string[] {
  return (kvCache.loads ?? []).map(loadSentence);
}

function loadSentence({ system, loads, tokens, loadSeconds, computeSeconds, paysFromBytesPerSecond, bytesPerSecond }: LoadUse): string {
  if (loads === 0 || paysFromBytesPerSecond === null || bytesPerSecond === null) return words("{0}: nothing was loaded.", system);
  return words(
    "{0}: {1} tokens were loaded in {2}; computing them takes {3}. A load pays from {4} GB/s on, and these came at {5} GB/s.",
    system,
    whole(tokens),
    duration(loadSeconds),
    duration(computeSeconds),
    figure(paysFromBytesPerSecond / 1e9),
    figure(bytesPerSecond / 1e9),
  );
}
