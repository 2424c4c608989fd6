import { type DriftRow, isDifference } from "../../../src/live/drift/drift.ts";
import { figure, whole } from "../../parts/numbers.ts";
import { words } from "../../parts/words.ts";

/** A setting as it is written on the page. */
export interface DriftLine {
  readonly setting: string;
  readonly file: string;
  readonly server: string;
  readonly isDifferent: boolean;
  /** Nothing to look at: alike, or not told. */
  readonly isQuiet: boolean;
  readonly line: number | null;
  /** Where the server says it. */
  readonly title: string;
}

const order: readonly DriftRow["verdict"][] = ["different", "close", "equal", "not-offered"];

/** What differs first, each in the order it came. */
export function driftLines(rows: readonly DriftRow[]): readonly DriftLine[] {
  return [...rows]
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    .map((row) => ({
      setting: row.setting,
      file: valueWords(row.file),
      server: serverWords(row),
      isDifferent: isDifference(row),
      isQuiet: row.verdict === "equal" || row.verdict === "not-offered",
      line: row.lines?.[0] ?? null,
      title: row.from === null ? "" : words("from {0}", row.from),
    }));
}

function serverWords({ verdict, file, server, predicted }: DriftRow): string {
  if (server === null) return words("not offered");
  if (verdict === "equal") return words("same");
  const off = predicted ? changeOf(Number(file), Number(server)) : "";
  return off === "" ? valueWords(server) : `${valueWords(server)} (${off})`;
}

/** `−2.4 %` from ours to the server's. */
function changeOf(file: number, server: number): string {
  if (!(file > 0) || !Number.isFinite(server)) return "";
  const change = (server / file - 1) * 100;
  return `${change < 0 ? "\u2212" : "+"}${figure(Math.abs(change))}\u00a0%`;
}

/** Long numbers with separators, switches as words; everything else as it is written. */
function valueWords(text: string): string {
  if (/^\d{4,}$/.test(text)) return whole(Number(text));
  return text === "true" ? words("on") : text === "false" ? words("off") : text;
}

/** Why some say `not offered`. */
export function driftNote(rows: readonly DriftRow[]): string {
  return rows.some(({ verdict }) => verdict === "not-offered") ? words("What the server does not tell is taken from the file.") : "";
}

/** Settings of the file that the server runs otherwise; what we calculate ourselves is no setting. */
export function differing(rows: readonly DriftRow[]): readonly DriftRow[] {
  return rows.filter(isDifference);
}
