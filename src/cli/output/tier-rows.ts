import { duration, figure, gib, percent, whole } from "../../catalog/quantity.ts";
import type { LoadUse, TierUse } from "../../simulation/kv-tiers/tiers-use.ts";
import type { CacheUse } from "../../simulation/report/report.ts";

export const storeNames: Readonly<Record<TierUse["kind"], string>> = { dram: "host memory", ssd: "disk", remote: "remote store" };

/** Names and figures of the stores behind the caches, and what loading from them was worth; nothing where there are none. */
export function tierRows({ tiers = [], loads = [] }: CacheUse): readonly (readonly [string, string])[] {
  return [...tiers.map((tier) => [storeNames[tier.kind], tierWords(tier)] as const), ...loads.flatMap(loadRow)];
}

function tierWords(tier: TierUse): string {
  const dropped = tier.droppedTokens > 0 ? `, ${whole(tier.droppedTokens)} tokens not kept` : "";
  const { system, stores, capacityBytes, capacityTokens, peakUsage, hitRate, readBytes, writtenBytes } = tier;
  const room = `${gib(capacityBytes)} ${stores > 1 ? `in ${whole(stores)} stores ` : ""}(${whole(capacityTokens)} tokens)`;
  return `${system}, ${room}, at most ${percent(peakUsage)} in use, ${percent(hitRate)} of prompt tokens hit, ${gib(readBytes)} read, ${gib(writtenBytes)} written${dropped}`;
}

function loadRow(use: LoadUse): readonly (readonly [string, string])[] {
  const { loads, tokens, loadSeconds, computeSeconds, savedSeconds, slower, leftTokens } = use;
  const left = leftTokens > 0 ? `; ${whole(leftTokens)} tokens computed as that was sooner` : "";
  if (loads === 0) return [["loads", `none${left}`]];
  const worth = savedSeconds >= 0 ? `${duration(savedSeconds)} saved` : `${duration(-savedSeconds)} lost`;
  const late = slower > 0 ? `, ${whole(slower)} slower than computing` : "";
  return [
    [
      "loads",
      `${whole(loads)} of ${whole(tokens)} tokens in ${duration(loadSeconds)}, computing them takes ${duration(computeSeconds)}: ${worth}${late}${left}`,
    ],
    ...(use.paysFromBytesPerSecond === null || use.bytesPerSecond === null
      ? []
      : [
          [
            "a load pays",
            `from ${gigabytes(use.paysFromBytesPerSecond)} on, at the pool's own step times; these came at ${gigabytes(use.bytesPerSecond)}`,
          ] as const,
        ]),
  ];
}

function gigabytes(bytesPerSecond: number): string {
  return `${figure(bytesPerSecond / 1e9)} GB/s`;
}
