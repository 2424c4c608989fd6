import { atLeast, type Version } from "../deployment/version.ts";
import type { Family } from "../live/snapshot.ts";
import type { Report } from "../simulation/report/report.ts";
import type { EngineView } from "./replay.ts";
import type { TallyCounter, TallyHistogram } from "./tally.ts";

/** What an engine shows as a gauge. */
export type ShownGauge = "running" | "waiting" | "usage" | "usedTokens" | "outputTokensPerSecond";

interface Seen {
  /** Without the prefix in front and `_total` behind. */
  readonly name: string;
  readonly help: string;
  readonly since?: string;
  /** First release that no longer shows it by default. */
  readonly gone?: string;
  /** Counted where requests come in, for all engines together; absent = by each engine. */
  readonly together?: true;
  /** Labels beside those of its engine, from a release on. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly labelsSince?: string;
}

/** One family of a page, and what of the run it tells. */
export type WireFamily = Seen &
  (
    | { readonly type: "gauge"; readonly shows: ShownGauge }
    | { readonly type: "counter"; readonly shows: TallyCounter; readonly reasons?: readonly string[] }
    | { readonly type: "histogram"; readonly shows: TallyHistogram }
  );

/** The server that is imitated. */
export interface PageFacts {
  readonly version: Version;
  readonly model: string;
  /** Unix seconds. */
  readonly startedAt: number;
  readonly maxModelLen: number;
  readonly memory: Report["memory"];
  readonly role: "prefill" | "decode" | "both";
  /** Further labels of `cache_config_info`. */
  readonly cacheConfig: Readonly<Record<string, string>>;
  readonly engines: number;
  /** As the engine's own arguments have them; null = not known. */
  readonly layout: ServedLayout | null;
}

/** What a server says of its arguments. */
export interface ServedLayout {
  readonly tensor: number;
  readonly pipeline: number;
  readonly expert: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly prefixCaching: boolean;
  /** SGLang's; null where the engine has none. */
  readonly memFractionStatic: number | null;
}

/** How a kind of server speaks: its families by release, their bounds and labels, and its other addresses. */
export interface Dialect {
  readonly prefix: string;
  readonly families: readonly WireFamily[];
  /** With pools, its router sends a request to both when it arrives. */
  readonly isSentToBoth: boolean;
  /** The process's start time and the births of its series are on the page. */
  readonly tellsBirths: boolean;
  bounds(maxModelLen: number): Readonly<Record<TallyHistogram, readonly number[]>>;
  /** A release it can speak as. Throws in words. */
  version(text: string): Version;
  /** `engine` undefined: of a family that is counted for all together. */
  labels(facts: PageFacts, engine: number | undefined): Readonly<Record<string, string>>;
  /** Families that are no figures of the run: its configuration. */
  further(facts: PageFacts, views: readonly EngineView[]): readonly { readonly family: Family; readonly help: string }[];
  contentType(version: Version): string;
  /** What its other addresses answer as JSON; null = an empty answer. */
  endpoints(facts: PageFacts): ReadonlyMap<string, unknown>;
}

/** The families a release shows by default. */
export function familiesOf({ families }: Pick<Dialect, "families">, version: Version): readonly WireFamily[] {
  return families.filter(({ since, gone }) => (!since || atLeast(version, since)) && !(gone && atLeast(version, gone)));
}

/** OpenAI's list of models, which both servers speak. */
export function modelList({ model, startedAt, maxModelLen }: PageFacts, owner: string): unknown {
  const card = { id: model, object: "model", created: Math.floor(startedAt), owned_by: owner, root: model, parent: null };
  return { object: "list", data: [{ ...card, max_model_len: maxModelLen }] };
}
