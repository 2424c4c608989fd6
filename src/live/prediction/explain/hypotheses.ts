import type { Settled } from "../../../deployment/settled.ts";
import { hasLinks, withSlowerLinks, withSmallerCache, withSteps } from "./altered.ts";
import type { GapCause } from "./gap.ts";

/** What a cache with less room is called: it is smaller than planned, or as large as the server says and held by something. */
export type CacheCause = Extract<GapCause, "kv-cache" | "preemptions">;

/** One way in which a server could be other than predicted, with one factor that is fitted. */
export interface Hypothesis {
  readonly cause: Extract<GapCause, "steps" | "decode-steps" | "prefill-steps" | "host-overhead" | "slow-link" | CacheCause>;
  /** Factors that are looked at first. */
  readonly first: readonly number[];
  /** What it must fit better than one that something simple would do: a clock, a link, a host. */
  readonly handicap: number;
  readonly least: number;
  readonly most: number;
  readonly apply: (settled: Settled, factor: number) => Settled;
}

/** Squares that a correction of one kind of steps alone must win. */
const unlikely = 10;

/**
 * The ways that make sense for a deployment: a single GPU has no link, and links and hosts are not too quick. `cache`: what less room in its
 * caches would be called; null = they hold what was planned.
 */
export function hypothesesFor(settled: Settled, cache: CacheCause | null): readonly Hypothesis[] {
  const all: readonly Hypothesis[] = [
    { cause: "steps", handicap: 0, first: [0.6, 2, 5], least: 0.1, most: 20, apply: (on, by) => withSteps(on, { device: by, host: 1 }) },
    {
      cause: "decode-steps",
      handicap: unlikely,
      first: [0.6, 2, 5],
      least: 0.1,
      most: 20,
      apply: (on, by) => withSteps(on, { device: by, host: 1, prompts: 1 / by }),
    },
    {
      cause: "prefill-steps",
      handicap: unlikely,
      first: [0.6, 2, 5],
      least: 0.1,
      most: 20,
      apply: (on, by) => withSteps(on, { device: 1, host: 1, prompts: by }),
    },
    { cause: "host-overhead", handicap: 0, first: [3, 12], least: 1, most: 100, apply: (on, by) => withSteps(on, { device: 1, host: by }) },
  ];
  const link: Hypothesis = { cause: "slow-link", handicap: 0, first: [4, 20], least: 1, most: 200, apply: withSlowerLinks };
  const room: Omit<Hypothesis, "cause"> = { handicap: 0, first: [2, 4], least: 1, most: 16, apply: withSmallerCache };
  return [...all, ...(hasLinks(settled) ? [link] : []), ...(cache ? [{ ...room, cause: cache }] : [])];
}
