import type { Range } from "../../src/deployment/text.ts";

/** One expectation: `# want CODE "words of the message" fix "title of a fix"`, on the finding's line; `severity=…` may stand before `fix`. */
export interface Marker {
  readonly line: number;
  readonly code: string;
  readonly words: string;
  readonly severity: string | undefined;
  readonly fixes: readonly string[];
}

const markerText = /\s*# want ([a-z-]+) "([^"]*)"(?: (error|warning|information))?((?: fix "[^"]*")*)/g;

/** The text as it is analysed, markers taken out, and the markers with their lines. Several may stand on one line. */
export function readMarkers(source: string): { readonly text: string; readonly markers: readonly Marker[] } {
  const markers: Marker[] = [];
  const lines = source.split("\n").map((content, line) => {
    for (const match of content.matchAll(markerText)) {
      const fixes = [...(match[4] ?? "").matchAll(/fix "([^"]*)"/g)].map((one) => one[1] ?? "");
      markers.push({ line, code: match[1] ?? "", words: match[2] ?? "", severity: match[3], fixes });
    }
    return content.replace(markerText, "");
  });
  return { text: lines.join("\n"), markers };
}

/** `12:8-12:20` */
export function rangeWords({ start, end }: Range): string {
  return `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1}`;
}
