import { message } from "../../../deployment/message.ts";
import type { ServerKind } from "../../snapshot.ts";
import type { Ask } from "../../source.ts";
import { anchorNames, anchorSelector, kindOf } from "./anchors.ts";
import { labelSetsIn, namesIn } from "./answer.ts";
import { type ApiPlace, type ApiResult, askApi, moment } from "./api.ts";
import { type StoreFacts, storeFacts } from "./facts.ts";
import { type Matcher, oneOf, selectorOfAll, selectorOfPattern } from "./matchers.ts";
import { type WordNames, wordNames } from "./names.ts";
import { clockAhead, configuredInterval, countedInterval } from "./scraping.ts";
import { type FleetShape, shapeOf } from "./shape.ts";
import { type Target, targetsIn, targetsOf } from "./targets.ts";
import { watchedNames } from "./watched-words.ts";

type Labels = Readonly<Record<string, string>>;
type Failed = Extract<ApiResult, { kind: "failed" }>;

/** What must be known of a selection of servers before their figures can be asked for. */
export interface Selection {
  readonly kind: "selection";
  readonly names: WordNames;
  readonly shape: FleetShape;
  /** As the series label them, in order. */
  readonly models: readonly string[];
  /** Between two scrapes of one server. */
  readonly scrapeSeconds: number;
  /** The store's clock minus ours. */
  readonly clockAhead: number;
  readonly facts: StoreFacts;
  readonly targets: readonly Target[];
  readonly notices: readonly string[];
}

/** Servers seen in the last minutes belong to a selection, so that one in the middle of a restart does. */
const lookBackSeconds = 600;
/** Where it is neither told nor to be counted: what charts of Kubernetes usually set. */
const assumedScrapeSeconds = 30;

interface AnchorSeries {
  readonly kind: "series";
  readonly sets: readonly Labels[];
  /** The time they were seen in, as the API takes it. */
  readonly range: { readonly start: string; readonly end: string };
  readonly notices: readonly string[];
}

/** Asks a store what it knows of the servers that the matchers choose. */
export async function select(ask: Ask, place: ApiPlace, matchers: readonly Matcher[]): Promise<Selection | Failed> {
  const ahead = await clockAhead(ask, place);
  if (typeof ahead !== "number") return ahead;
  const found = await anchorSeries(ask, place, matchers, ahead);
  if (found.kind === "failed") return found;
  const kind = commonest(found.sets.map(kindOf));
  if (kind === undefined) return nothing;
  const sets = found.sets.filter((set) => kindOf(set) === kind);
  const shape = shapeOf(sets, kind);
  const jobs = [...new Set(sets.map((set) => set.job ?? ""))];
  // The names of the whole store would be too many.
  const within = selectorOfPattern(".+", [...matchers, oneOf("job", jobs)]);
  const listed = await askApi(ask, place, "label/__name__/values", { ...found.range, "match[]": within });
  if (listed.kind === "failed") return listed;
  const names = watchedNames(wordNames(namesIn(listed.data), kind));
  const targets = await targetsBehind(ask, place, shape, sets);
  const anchor = selectorOfAll(anchorNames(names), matchers);
  const scrapeSeconds = configuredInterval(targets) ?? (await countedInterval(ask, place, anchor));
  const others = found.sets.length - sets.length;
  return {
    kind: "selection",
    names,
    shape,
    models: modelsIn(sets),
    scrapeSeconds: scrapeSeconds ?? assumedScrapeSeconds,
    clockAhead: ahead,
    facts: await storeFacts(ask, place, shape, anchor),
    targets,
    notices: [
      ...found.notices,
      ...(scrapeSeconds === null ? [`how often the servers are scraped is not told: ${assumedScrapeSeconds} s is assumed`] : []),
      ...(shape.memberLabels.length === 0 ? ["the store's series do not tell servers apart: all are shown as one"] : []),
      ...(others > 0 ? [`${others} engines of another kind of server have these labels too and are left out`] : []),
    ],
  };
}

/** The series that every server has, of the servers that matchers choose. */
export async function anchorSeries(ask: Ask, place: ApiPlace, matchers: readonly Matcher[], ahead: number): Promise<AnchorSeries | Failed> {
  const until = ask.now().time + ahead;
  const range = { start: moment(until - lookBackSeconds), end: moment(until) };
  const found = await askApi(ask, place, "series", { ...range, "match[]": anchorSelector(matchers) });
  return found.kind === "failed" ? found : { kind: "series", sets: labelSetsIn(found.data), range, notices: found.notices };
}

function commonest(kinds: readonly ServerKind[]): ServerKind | undefined {
  const counts = new Map<ServerKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  let most: ServerKind | undefined;
  for (const [kind, count] of counts) if (most === undefined || count > (counts.get(most) ?? 0)) most = kind;
  return most;
}

const nothing: Failed = {
  kind: "failed",
  why: "refused",
  detail: message("No serving engine with these labels in the last ten minutes"),
  status: null,
  said: "",
};

/** The scraped addresses behind a selection; none where the store scrapes nothing itself, or does not say. */
export async function targetsBehind(ask: Ask, place: ApiPlace, shape: FleetShape, sets: readonly Labels[]): Promise<readonly Target[]> {
  const answer = await askApi(ask, place, "targets", { state: "active" });
  return answer.kind === "data" ? targetsOf(targetsIn(answer.data), sets, shape.targetLabels) : [];
}

function modelsIn(sets: readonly Labels[]): readonly string[] {
  return [...new Set(sets.map((set) => set.exported_model_name ?? set.model_name ?? "").filter((model) => model !== ""))].sort();
}
