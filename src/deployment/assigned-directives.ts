import type { Directive, DirectiveValue } from "./directives.ts";
import type { LineMap, Span } from "./text.ts";

/** What directives say about one unit. */
export interface UnitDirectives {
  readonly values: ReadonlyMap<string, DirectiveValue>;
  /** Rules silenced for all of it: an `ignore` above it. */
  readonly ignored: ReadonlySet<string>;
}

export const noDirectives: UnitDirectives = { values: new Map(), ignored: new Set() };

interface Place {
  readonly anchor: Span;
  readonly extent: Span;
}

interface Ranked {
  readonly rank: number;
  readonly directive: Directive;
}

/**
 * A directive counts for the unit it stands in or directly above, else for all units of its document; in a document without units,
 * or above the first one, for the whole file. The nearest wins. One answer for each place, in their order.
 */
export function directivesFor(
  places: readonly Place[],
  documents: readonly Span[],
  all: readonly Directive[],
  source: string,
  lines: LineMap,
): UnitDirectives[] {
  const ranked = places.map((): Ranked[] => []);
  const byDocument = new Map<number, number[]>();
  for (const [index, { anchor }] of places.entries()) {
    const document = documentAt(documents, anchor.start);
    const inDocument = byDocument.get(document);
    if (inDocument) inDocument.push(index);
    else byDocument.set(document, [index]);
  }
  for (const directive of all) {
    const at = directive.span.start;
    const inDocument = byDocument.get(documentAt(documents, at));
    if (!inDocument) {
      for (const one of ranked) one.push({ rank: 0, directive });
      continue;
    }
    const owners = inDocument.filter((index) => {
      const place = places[index];
      return place !== undefined && owns(place, at, source, lines);
    });
    const isOwned = inDocument.length > 1 && owners.length > 0 && owners.length < inDocument.length;
    for (const index of isOwned ? owners : inDocument) ranked[index]?.push({ rank: isOwned ? 2 : 1, directive });
  }
  return places.map(({ anchor }, index) => merged(ranked[index] ?? [], anchor));
}

function owns({ anchor, extent }: Place, at: number, source: string, lines: LineMap): boolean {
  return (at >= extent.start && at < extent.end && at > anchor.start) || isDirectlyAbove(at, anchor, source, lines);
}

/** Index of the document that holds `offset`; the last one where none does. */
function documentAt(documents: readonly Span[], offset: number): number {
  let low = 0;
  let high = documents.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (offset < (documents[middle]?.end ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function merged(ranked: readonly Ranked[], anchor: Span): UnitDirectives {
  const values = new Map<string, DirectiveValue>();
  const ignored = new Set<string>();
  for (const { directive } of [...ranked].sort((a, b) => a.rank - b.rank)) {
    for (const [key, value] of directive.values) values.set(key, value);
    if (directive.span.start < anchor.start) for (const code of directive.ignored) ignored.add(code);
  }
  return { values, ignored };
}

/** Only comments and blank lines between the directive and the anchor's line. */
function isDirectlyAbove(at: number, anchor: Span, source: string, lines: LineMap): boolean {
  if (at >= anchor.start) return false;
  const from = lines.position(at).line;
  const to = lines.position(anchor.start).line;
  if (to - from > 20) return false;
  for (let line = from + 1; line < to; line++) {
    const start = lines.offset({ line, character: 0 });
    const end = lines.offset({ line: line + 1, character: 0 });
    if (!/^\s*(#.*)?$/.test(source.slice(start, end).trimEnd())) return false;
  }
  return true;
}
