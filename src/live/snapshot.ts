import type { ServerKind } from "./page/server-kinds.ts";
import type { ToldPart } from "./running/told-part.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalInfo, CanonicalPart } from "./words.ts";

/** One sample line of a metrics page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family as the page types it; `untyped` where it does not. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary" | "info" | "untyped";
  readonly samples: readonly Sample[];
}

export interface MetricsPage {
  readonly families: ReadonlyMap<string, Family>;
  /** Names of all labels on the page. */
  readonly labelNames: ReadonlySet<string>;
  readonly problems: readonly string[];
  /** Who wrote the page, where its format alone tells. */
  readonly writer?: ServerKind;
  /** There was too much of it: what was left out. */
  readonly limit?: string;
  /** The text ends in the middle of a line: what is here may not be all. */
  readonly cutOff?: boolean;
}

/** Cumulative histogram: `upper[i]` with `count[i]` observations at or below; the last bound is Infinity. */
export interface Histogram {
  readonly upper: Float64Array;
  readonly count: Float64Array;
  readonly sum: number;
  readonly total: number;
}

export type { CanonicalCounter, CanonicalGauge, CanonicalHistogram, CanonicalInfo, CanonicalPart, ServerKind };

/** The measured words of one engine, or of all engines of a page together. */
export interface Measures {
  readonly gauges: Readonly<Partial<Record<CanonicalGauge, number>>>;
  readonly counters: Readonly<Partial<Record<CanonicalCounter, number>>>;
  readonly histograms: Readonly<Partial<Record<CanonicalHistogram, Histogram>>>;
  /** Figures by the value of a label: gauges as they are, counters since the process began. */
  readonly parts?: Readonly<Partial<Record<CanonicalPart, Readonly<Record<string, number>>>>>;
  /** Means that a server keeps itself where it has no histogram. */
  readonly means?: Readonly<Partial<Record<CanonicalHistogram, number>>>;
}

/** One engine of a page (a data-parallel rank, a Ray replica). */
export interface EngineMeasures extends Measures {
  /** The label that tells it apart: `0`, `1`, a replica's name; empty where the page labels no engine. */
  readonly engine: string;
  /** The server of a fleet that it belongs to; absent where there is one server. */
  readonly member?: string;
  /** What it does of the work, where the page tells. */
  readonly role?: Role;
}

export type Role = "prefill" | "decode" | "both";

/** The servers of one role in a disaggregated fleet, together. */
export interface RoleMeasures extends Measures {
  readonly role: Role;
  /** Servers of this role whose figures are in. */
  readonly members: number;
  /** What the first of them tells of itself; see Snapshot. */
  readonly cacheConfig?: Readonly<Record<string, string>>;
  readonly told?: readonly ToldPart[];
}

/** One scrape in canonical words, engines already summed, averaged or merged. undefined = the server does not offer it. */
export interface Snapshot extends Measures {
  /** Unix seconds of the answer. */
  readonly time: number;
  /** Seconds of a clock that never steps, for spans between looks; absent where times were told by somebody else. */
  readonly steady?: number;
  readonly server: {
    readonly kind: ServerKind;
    readonly model: string | null;
    /** Their names where there are several, whose figures stand together. */
    readonly models?: readonly string[];
    readonly engines: number;
    /** Others that speak on the same page: a store of KV blocks, a component, a GPU exporter. */
    readonly beside?: readonly ServerKind[];
  };
  /** What the server does of the work, where the page tells. */
  readonly role?: Role;
  /** Changes when the process was restarted (process_start_time_seconds or the oldest `_created`); undefined = not offered. */
  readonly startedAt: number | undefined;
  /** Labels of `cache_config_info` (block_size, num_gpu_blocks, …). */
  readonly cacheConfig: Readonly<Record<string, string>> | undefined;
  /** Each engine alone, in the order of their names; one entry where there is one engine. */
  readonly perEngine?: readonly EngineMeasures[];
  /** Each role alone; absent where all servers do the same. */
  readonly perRole?: readonly RoleMeasures[];
  /** What the page tells of its server beside figures; absent where nobody read it for that. */
  readonly told?: readonly ToldPart[];
  /** What the server tells of itself in labels. */
  readonly infos?: Readonly<Partial<Record<CanonicalInfo, Readonly<Record<string, string>>>>>;
  /** Canonical word to the name found on the wire, also where the page has it without a number yet. */
  readonly wireNames?: Readonly<Record<string, string>>;
}

/** Quantiles of what came in between two scrapes. */
export interface WindowQuantiles {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** First bound of the histogram: a quantile below it is only known to be smaller. */
  readonly firstBound: number;
  /** Last finite bound: a quantile above it is only known to be larger. Absent where only the figures were told. */
  readonly lastBound?: number;
  /** The bucket in which each quantile lies: inside one, nothing is known. Absent where only the figures were told. */
  readonly buckets?: Readonly<Record<"p50" | "p90" | "p95" | "p99", Bucket | null>>;
}

/** Above `low`, at most `high`; `high` is Infinity above the last bound. */
export type Bucket = readonly [low: number, high: number];

export type LiveState = "live" | "idle" | "restarted" | "lost";

/** One point of the live series: gauges as they are, counters as rates since the scrape before, histograms as windows. */
export interface LivePoint {
  readonly time: number;
  readonly state: LiveState;
  readonly error?: string;
  readonly snapshot: Snapshot | undefined;
  readonly rates: Readonly<Partial<Record<CanonicalCounter, number>>>;
  readonly windows: Readonly<Partial<Record<CanonicalHistogram, WindowQuantiles>>>;
  readonly prefixHitRate: number | null;
  /** Begins anew although nothing was restarted: how long it is since the point before is not known. */
  readonly anew?: true;
  /** Servers of a fleet whose share is not in these figures. */
  readonly missing?: readonly string[];
}
