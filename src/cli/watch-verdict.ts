import { InvalidArgumentError } from "commander";
import type { Slo } from "../deployment/deployment.ts";
import { limitMissed } from "../live/alerts/limit-missed.ts";
import { isDifference } from "../live/drift/drift.ts";
import type { CanonicalHistogram } from "../live/snapshot.ts";
import type { Comparison } from "./watch-compare.ts";
import type { Watched } from "./watch-one.ts";

/** What ends `watch` with 1 where a script asks for it. */
export type WatchFailure = "slo" | "drift" | "lost";

const failures: readonly WatchFailure[] = ["slo", "drift", "lost"];

/** `slo,drift,lost`, or some of them. */
export function failOnOption(text: string): readonly WatchFailure[] {
  return text.split(",").map((word) => {
    const failure = failures.find((one) => one === word.trim());
    if (!failure) throw new InvalidArgumentError(`Write some of ${failures.join(",")}.`);
    return failure;
  });
}

/** Which of what was asked for is so, by the whole time: a limit surely missed, a setting that differs, a look without answer. */
export function failed(
  asked: readonly WatchFailure[],
  { series }: Watched,
  slo: Slo | null,
  comparison: Comparison | undefined,
): readonly WatchFailure[] {
  const holds: Readonly<Record<WatchFailure, () => boolean>> = {
    slo: () => slo !== null && isMissed(series, slo),
    drift: () => comparison?.drift.some(isDifference) ?? false,
    lost: () => series.points.some(({ state }) => state === "lost"),
  };
  return asked.filter((failure) => holds[failure]());
}

function isMissed(series: Watched["series"], slo: Slo): boolean {
  const histograms = series.window(Number.POSITIVE_INFINITY)?.growth.histograms;
  const limits: readonly (readonly [CanonicalHistogram, number | null])[] = [
    ["ttft_seconds", slo.ttftSeconds],
    ["tpot_seconds", slo.tpotSeconds],
    ["e2e_seconds", slo.e2eSeconds],
  ];
  return limits.some(([word, limit]) => {
    const histogram = histograms?.[word];
    return limit !== null && histogram !== undefined && limitMissed(histogram, limit, slo.percentile) === true;
  });
}
