import type { Directive, DirectiveValue } from "./directives.ts";
import type { LineMap, Span } from "./text.ts";

/** What directives say about one unit. */
export interface UnitDirectives {
  readonly values: ReadonlyMap<string, DirectiveValue>;
  /** Rules silenced for all of it: an `ignore` above it. */
  readonly ignored: ReadonlySet<string>;
}

interface Place {
  readonly anchor: Span;
  readonly extent: Span;
}

/**
 * A directive counts for the unit it stands in or directly above, else for all units of its document; in a document without units,
 * or above the first one, for the whole file. The nearest wins.
 */
export function directivesFor(
  place: Place,
  places: readonly Place[],
  documents: readonly Span[],
  all: readonly Directive[],
  source: string,
  lines: LineMap,
): UnitDirectives {
  const ranked: { readonly rank: number; readonly directive: Directive; readonly above: boolean }[] = [];
  const documentOf = (offset: number): Span | undefined =>
    documents.find(({ start, end }) => offset >= start && offset < end) ?? documents.at(-1);
  for (const directive of all) {
    const at = directive.span.start;
    const document = documentOf(at);
    const inDocument = places.filter(({ anchor }) => documentOf(anchor.start) === document);
    const above = at < place.anchor.start;
    if (inDocument.length === 0) {
      ranked.push({ rank: 0, directive, above });
      continue;
    }
    if (!inDocument.includes(place)) continue;
    const owners = inDocument.filter(
      ({ anchor, extent }) => (at >= extent.start && at < extent.end && at > anchor.start) || isDirectlyAbove(at, anchor, source, lines),
    );
    if (inDocument.length > 1 && owners.length > 0 && owners.length < inDocument.length) {
      if (owners.includes(place)) ranked.push({ rank: 2, directive, above });
    } else {
      ranked.push({ rank: 1, directive, above });
    }
  }
  ranked.sort((a, b) => a.rank - b.rank);
  const values = new Map<string, DirectiveValue>();
  const ignored = new Set<string>();
  for (const { directive, above } of ranked) {
    for (const [key, value] of directive.values) values.set(key, value);
    if (above) for (const code of directive.ignored) ignored.add(code);
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
