import type { EngineRow } from "../../../src/live/series/engines.ts";
import type { MemberState } from "../../../src/live/source.ts";
import type { LiveMembers } from "../../../src/protocol/live-view.ts";
import type { TableModel } from "../../parts/models.ts";
import { duration, figure, percent, rate, whole } from "../../parts/numbers.ts";
import { words } from "../../parts/words.ts";
import { missingWords } from "../answering-words.ts";

/** One engine, or a member that gives no figures. */
export interface MemberLine {
  /** What a click on it shows alone; null where there is nothing to show. */
  readonly engine: string | null;
  readonly name: string;
  readonly role: string;
  readonly cells: readonly string[];
  readonly isOutlier: boolean;
  /** Why it gives no figures; empty where it does. */
  readonly lost: string;
}

/** Engines with figures first in their order, then members without. */
export function memberLines({ members, engines }: LiveMembers): readonly MemberLine[] {
  const roles = new Map(members.map(({ name, role }) => [name, role]));
  const silent = members.filter(({ state }) => state === "lost");
  return [
    ...engines.rows.map(
      (row): MemberLine => ({
        engine: row.engine,
        name: row.engine === "" ? words("engine") : row.engine,
        role: roleWords(roles.get(memberOf(row.engine, members))),
        cells: cellsOf(row),
        isOutlier: row.engine === engines.outlier,
        lost: "",
      }),
    ),
    ...silent.map(
      ({ name, role, detail }): MemberLine => ({
        engine: null,
        name,
        role: roleWords(role),
        cells: [],
        isOutlier: false,
        lost: detail === "" ? words("no answer") : detail,
      }),
    ),
  ];
}

function memberOf(engine: string, members: readonly MemberState[]): string {
  return members.find(({ name }) => engine === name || engine.startsWith(`${name}/`))?.name ?? "";
}

function roleWords(role: MemberState["role"] | undefined): string {
  switch (role) {
    case "prefill":
      return words("prefill");
    case "decode":
      return words("decode");
    default:
      return "";
  }
}

function cellsOf({ running, waiting, kvUsage, outputTokensPerSecond, ttftP95 }: EngineRow): readonly string[] {
  const cell = (value: number | null, format: (value: number) => string) => (value === null ? words("not offered") : format(value));
  return [
    cell(running, whole),
    cell(waiting, whole),
    cell(kvUsage, percent),
    cell(outputTokensPerSecond, (value) => rate(value, "tok/s")),
    cell(ttftP95, duration),
  ];
}

export function memberColumns(): readonly string[] {
  return [words("Running"), words("Waiting"), words("KV cache"), words("Output"), "TTFT p95"];
}

export interface SpreadLine {
  readonly text: string;
  readonly isWarning: boolean;
}

/** Who is missing, who stands out and how far, in words. */
export function spreadLines({ engines, members }: LiveMembers): readonly SpreadLine[] {
  const lost = members.filter(({ state }) => state === "lost").map(({ name }) => name);
  const told: SpreadLine[] = [];
  if (lost.length > 0) told.push({ isWarning: true, text: missingWords(lost) });
  const { outlier, spread } = engines;
  const [name, times] = worstSpread(spread);
  if (outlier !== null)
    told.push({ isWarning: true, text: words("{0} stands out: its {1} is {2} times the mean.", outlier, name, figure(times)) });
  else if (engines.rows.length > 1 && times > 0)
    told.push({ isWarning: false, text: words("No engine has more than {0} times the mean.", figure(times)) });
  return told;
}

/** The figures an outlier is found by. */
function worstSpread({ waiting, kvUsage, outputTokensPerSecond }: LiveMembers["engines"]["spread"]): readonly [string, number] {
  const all: readonly (readonly [string, number])[] = [
    [words("queue"), waiting ?? 0],
    [words("KV cache use"), kvUsage ?? 0],
    [words("output"), outputTokensPerSecond ?? 0],
  ];
  return all.reduce((worst, one) => (one[1] > worst[1] ? one : worst));
}

/** All of it as a table to copy. */
export function membersTable(members: LiveMembers): TableModel {
  return {
    name: words("Engines"),
    columns: [{ title: words("Engine"), numeric: false }, ...memberColumns().map((title) => ({ title, numeric: true }))],
    rows: memberLines(members).map(({ name, cells, lost }) => [name, ...(lost === "" ? cells : [lost, "", "", "", ""])]),
    raw: {
      head: ["engine", "running", "waiting", "kv_cache_usage", "output_tokens_per_second", "ttft_p95_seconds"],
      rows: () =>
        members.engines.rows.map(({ engine, running, waiting, kvUsage, outputTokensPerSecond, ttftP95 }) => [
          engine,
          ...[running, waiting, kvUsage, outputTokensPerSecond, ttftP95].map((value) => value ?? Number.NaN),
        ]),
    },
  };
}
