import type { ServerKind } from "../../snapshot.ts";
import type { Ask } from "../../source.ts";
import { kindOf } from "./anchors.ts";
import type { ApiPlace, ApiResult } from "./api.ts";
import { equalTo, type Matcher } from "./matchers.ts";
import { clockAhead } from "./scraping.ts";
import { anchorSeries } from "./selection.ts";
import { engineCount, shapeOf } from "./shape.ts";

type Labels = Readonly<Record<string, string>>;
type Failed = Extract<ApiResult, { kind: "failed" }>;

/** Servers of a store that belong together: one model of one job. */
export interface StoreChoice {
  readonly kind: ServerKind;
  /** The labels that choose them: those of `namespace`, `job` and `model_name` that they have. */
  readonly labels: Labels;
  readonly servers: number;
  readonly engines: number;
}

export interface FoundChoices {
  readonly kind: "choices";
  /** Most servers first. */
  readonly choices: readonly StoreChoice[];
  readonly notices: readonly string[];
}

const telling = ["namespace", "job", "model_name"];

/** What serving engines a store knows, within what the matchers choose. */
export async function storeChoices(ask: Ask, place: ApiPlace, matchers: readonly Matcher[]): Promise<FoundChoices | Failed> {
  const ahead = await clockAhead(ask, place);
  if (typeof ahead !== "number") return ahead;
  const found = await anchorSeries(ask, place, matchers, ahead);
  if (found.kind === "failed") return found;
  const groups = new Map<string, Labels[]>();
  for (const set of found.sets) {
    const key = [kindOf(set), ...telling.map((label) => set[label] ?? "")].join("\n");
    const group = groups.get(key);
    if (group) group.push(set);
    else groups.set(key, [set]);
  }
  const choices = [...groups.values()].flatMap((sets): StoreChoice[] => {
    const [first] = sets;
    if (!first) return [];
    const labels = telling.flatMap((label) => (first[label] === undefined ? [] : [[label, first[label]] as const]));
    const kind = kindOf(first);
    const shape = shapeOf(sets, kind);
    return [{ kind, labels: Object.fromEntries(labels), servers: shape.members.size, engines: engineCount(shape) }];
  });
  return { kind: "choices", choices: choices.sort((a, b) => b.servers - a.servers), notices: found.notices };
}

/** The matchers of a choice. */
export function matchersOf({ labels }: StoreChoice): readonly Matcher[] {
  return equalTo(labels);
}
