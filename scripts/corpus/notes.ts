import { readFileSync } from "node:fs";

/** A place where the index itself is wrong. */
export interface IndexException {
  readonly file: string;
  readonly field: string;
  readonly reason: string;
}

/** A mistake of a published file: one of `codes` is expected on one of the lines; `problem` = said as a problem of the file. */
export interface KnownMistake {
  readonly file: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly codes: readonly string[];
  readonly why: string;
}

export interface Notes {
  readonly exceptions: readonly IndexException[];
  readonly mistakes: readonly KnownMistake[];
}

export const noNotes: Notes = { exceptions: [], mistakes: [] };

/** What people found out about the files of a corpus, beside its index. */
export function readNotes(path: string): Notes {
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  return { exceptions: rows(parsed, "exceptions").map(exception), mistakes: rows(parsed, "mistakes").map(mistake) };
}

type Row = ReadonlyMap<string, unknown>;

function rows(parsed: unknown, key: string): readonly Row[] {
  const list: unknown = asRow(parsed).get(key);
  if (!Array.isArray(list)) throw new Error(`notes: “${key}” must be a list`);
  return list.map(asRow);
}

function asRow(value: unknown): Row {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function exception(row: Row): IndexException {
  return { file: word(row, "file"), field: word(row, "field"), reason: word(row, "reason") };
}

function mistake(row: Row): KnownMistake {
  const lines: unknown = row.get("lines");
  const codes: unknown = row.get("codes");
  const [firstLine, lastLine] = Array.isArray(lines) ? lines.map(Number) : [];
  if (firstLine === undefined || !Array.isArray(codes)) throw new Error("notes: a mistake has “lines” and “codes”");
  return { file: word(row, "file"), firstLine, lastLine: lastLine ?? firstLine, codes: codes.map(String), why: word(row, "why") };
}

function word(row: Row, key: string): string {
  const value = row.get(key);
  if (typeof value !== "string" || value === "") throw new Error(`notes: “${key}” is missing`);
  return value;
}
