import type { Ask } from "../../source.ts";
import { labelSetsIn, namesIn, seriesIn } from "./answer.ts";
import { type ApiPlace, type ApiResult, askApi, moment } from "./api.ts";
import { type Matcher, selector, selectorOfAll } from "./matchers.ts";
import { anchorNames, type WordNames, wordNames } from "./names.ts";
import { clockAhead, configuredInterval, countedInterval } from "./scraping.ts";
import { type FleetShape, shapeOf } from "./shape.ts";
import { type Target, targetsIn, targetsOf } from "./targets.ts";

type Labels = Readonly<Record<string, string>>;
type Failed = Extract<ApiResult, { kind: "failed" }>;

/** What must be known of a selection of servers before their figures can be asked for. */
export interface Selection {
  readonly kind: "selection";
  readonly names: WordNames;
  readonly shape: FleetShape;
  /** As the series label it; null where they do not. */
  readonly model: string | null;
  /** Between two scrapes of one server. */
  readonly scrapeSeconds: number;
  /** The store's clock minus ours. */
  readonly clockAhead: number;
  /** Labels of the cache's configuration in which all servers agree; undefined where there are none. */
  readonly cacheConfig: Labels | undefined;
  readonly targets: readonly Target[];
  readonly notices: readonly string[];
}

/** Servers seen in the last minutes belong to a selection, so that one in the middle of a restart does. */
const lookBackSeconds = 600;
/** Where it is neither told nor to be counted: what charts of Kubernetes usually set. */
const assumedScrapeSeconds = 30;
const cacheConfigNames = ["vllm:cache_config_info", "ray_vllm_cache_config_info", "sglang:cache_config_info"];

/** Asks a store what it knows of the servers that the matchers choose. */
export async function select(ask: Ask, place: ApiPlace, matchers: readonly Matcher[]): Promise<Selection | Failed> {
  const ahead = await clockAhead(ask, place);
  if (typeof ahead !== "number") return ahead;
  const until = ask.now().time + ahead;
  const range = { start: moment(until - lookBackSeconds), end: moment(until) };
  const chosen: Record<string, string> = matchers.length > 0 ? { "match[]": selector("", matchers) } : {};
  const listed = await askApi(ask, place, "label/__name__/values", { ...range, ...chosen });
  if (listed.kind === "failed") return listed;
  const names = wordNames(namesIn(listed.data));
  if (!names) return nothing;
  const anchors = anchorNames(names);
  const found = await askApi(ask, place, "series", { ...range, "match[]": selectorOfAll(anchors, matchers) });
  if (found.kind === "failed") return found;
  const sets = labelSetsIn(found.data);
  if (sets.length === 0) return nothing;
  const shape = shapeOf(sets);
  const targets = await targetsBehind(ask, place, shape, sets);
  const scrapeSeconds = configuredInterval(targets) ?? (await countedInterval(ask, place, anchors, matchers));
  return {
    kind: "selection",
    names,
    shape,
    model: modelOf(sets),
    scrapeSeconds: scrapeSeconds ?? assumedScrapeSeconds,
    clockAhead: ahead,
    cacheConfig: await cacheConfig(ask, place, shape, selectorOfAll(anchors, matchers)),
    targets,
    notices: [
      ...found.notices,
      ...(scrapeSeconds === null ? [`how often the servers are scraped is not told: ${assumedScrapeSeconds} s is assumed`] : []),
    ],
  };
}

const nothing: Failed = {
  kind: "failed",
  why: "refused",
  detail: "No serving engine with these labels in the last ten minutes",
  status: null,
  said: "",
};

/** The scraped addresses behind a selection; none where the store scrapes nothing itself, or does not say. */
export async function targetsBehind(ask: Ask, place: ApiPlace, shape: FleetShape, sets: readonly Labels[]): Promise<readonly Target[]> {
  const answer = await askApi(ask, place, "targets", { state: "active" });
  return answer.kind === "data" ? targetsOf(targetsIn(answer.data), sets, shape.targetLabels) : [];
}

function modelOf(sets: readonly Labels[]): string | null {
  const models = new Set(sets.map((set) => set.exported_model_name ?? set.model_name ?? "").filter((model) => model !== ""));
  return models.size > 0 ? [...models].sort().join(", ") : null;
}

/** What differs between servers says nothing of all of them. */
async function cacheConfig(ask: Ask, place: ApiPlace, { targetLabels }: FleetShape, anchor: string): Promise<Labels | undefined> {
  if (targetLabels.length === 0) return undefined;
  const query = `{__name__=~"${cacheConfigNames.join("|")}"} and on (${targetLabels.join(", ")}) ${anchor}`;
  const answer = await askApi(ask, place, "query", { query });
  const sets = answer.kind === "data" ? (seriesIn(answer.data) ?? []).map(({ labels }) => labels) : [];
  const [first] = sets;
  if (!first) return undefined;
  const own = Object.entries(first).filter(([label]) => label !== "__name__" && !targetLabels.includes(label));
  return Object.fromEntries(own.filter(([label, value]) => sets.every((set) => set[label] === value)));
}
