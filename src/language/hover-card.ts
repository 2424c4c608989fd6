import type { Note } from "./hover-notes.ts";

/** One hover: a consequence, at most five rows of numbers, a "what if", and where it comes from. At most about 250 px high. */
export interface Card {
  /** Bold; plain text. */
  readonly headline: string;
  /** Behind the headline, after a dot. */
  readonly beside?: readonly string[];
  readonly title?: string;
  readonly rows?: readonly (readonly [name: string, value: string])[];
  readonly whatIf?: string | undefined;
  /** What of the figures a run measured, and what no longer holds. */
  readonly measured?: string;
  /** Where something else is commonly stated: what holds, and where that was read. */
  readonly note?: Note | undefined;
  /** Default, version, link. */
  readonly last?: readonly string[];
}

const mostRows = 5;

export function markdown({ headline, beside = [], title, rows = [], whatIf, measured, note, last = [] }: Card): string {
  const parts = [[`**${escaped(headline)}**`, ...beside].join(" · ")];
  if (rows.length > 0) {
    const body = rows.slice(0, mostRows).map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
    parts.push([`| ${cell(title ?? "")} | |`, "| :-- | --: |", ...body].join("\n"));
  }
  if (whatIf !== undefined) parts.push(escaped(whatIf));
  if (measured !== undefined) parts.push(escaped(measured));
  if (note) parts.push(`*Commonly stated otherwise:* ${escaped(note.text)} (${escaped(note.source)})`);
  if (last.length > 0) parts.push(last.join(" · "));
  return parts.join("\n\n");
}

/** Text from a file must not become markup, links or commands. */
export function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()<>#|~!$]/g, "\\$&").replace(/\s+/g, " ");
}

export function link(text: string, target: string): string {
  return `[${escaped(text)}](${target})`;
}

/** A link that runs one of our commands for one deployment. */
export function commandLink(text: string, command: string, args: readonly unknown[]): string {
  return link(text, `command:${command}?${encodeURIComponent(JSON.stringify(args))}`);
}

function cell(text: string): string {
  return escaped(text);
}
