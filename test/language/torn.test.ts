import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineMap, type Position, type Range } from "../../src/deployment/text.ts";
import { AnalysisCache } from "../../src/language/analysis-cache.ts";
import { complete } from "../../src/language/completion.ts";
import { definitionAt } from "../../src/language/definition.ts";
import { actionsAt } from "../../src/language/finding-actions.ts";
import { hints } from "../../src/language/hints.ts";
import { hover } from "../../src/language/hover.ts";
import { lenses } from "../../src/language/lenses.ts";
import { type OutlineItem, outline } from "../../src/language/symbols.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed } from "./deployments.ts";

const catalog = testCatalog();
const root = new URL("../rules/golden/", import.meta.url);
const whole = readdirSync(root).flatMap((code) =>
  readdirSync(new URL(`${code}/`, root)).map((name) => readFileSync(new URL(`${code}/${name}`, root), "utf8")),
);

/** All that an editor asks about a text while it is typed, at one position. */
function ask(text: string, position: Position) {
  const analysis = analysed(text);
  const at: Range = { start: position, end: position };
  const defined = definitionAt(text, position);
  const shown = hover(analysis, position, { catalog, uri: "file:///a%20b.yaml" });
  return {
    ranges: [
      ...complete(text, position, analysis, catalog).map(({ range }) => range),
      ...lenses(analysis, new Map(), catalog).map(({ range }) => range),
      ...hints(analysis).map((hint) => ({ start: hint.position, end: hint.position })),
      ...actionsAt(at, { text, analysis, again: (edited) => analysed(edited) }).flatMap(({ fixes, silencing }) =>
        [...fixes, ...silencing].flatMap(({ edits }) => edits.map(({ range }) => range)),
      ),
      ...(shown ? [shown.range] : []),
      ...outline(analysis).flatMap(places),
      ...(defined ? [defined.origin, defined.target] : []),
    ],
    words: shown?.markdown ?? "",
  };
}

function places({ range, selection, children }: OutlineItem): readonly Range[] {
  return [range, selection, ...children.flatMap(places)];
}

function expectInside(text: string, { ranges, words }: ReturnType<typeof ask>): void {
  const lines = new LineMap(text);
  for (const range of ranges) {
    const { start, end } = lines.span(range);
    expect(start).toBeLessThanOrEqual(end);
    expect(lines.position(start)).toEqual(range.start);
    expect(lines.position(end)).toEqual(range.end);
  }
  expect(words).not.toMatch(/NaN|undefined|\{\d\}/);
}

describe("while a text is typed", () => {
  test("every feature answers at the cursor, and only with places inside the text", () => {
    const torn = fc.record({
      text: fc.constantFrom(...whole),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(40),
      insert: fc.constantFrom(
        "",
        " ",
        "--",
        "--tensor-par",
        "-tp ",
        "=",
        "{{ .Values.tp }}",
        "*a",
        "&a ",
        "\t",
        "\r\n",
        '"',
        "|",
        "#",
        "\u0000",
      ),
    });
    fc.assert(
      fc.property(torn, ({ text, share, cut, insert }) => {
        const at = Math.floor(text.length * share);
        const typed = text.slice(0, at) + insert + text.slice(at + cut);
        expectInside(typed, ask(typed, new LineMap(typed).position(at + insert.length)));
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  test("a flag typed letter by letter: lenses stay, and its name is offered from the first dash on", () => {
    const text = whole.find((one) => one.includes("--tensor-parallel-size=8")) ?? "";
    const flag = "--max-model-len=8192";
    const head = text.slice(0, text.indexOf("            - --tensor-parallel-size=8"));
    const tail = text.slice(head.length);
    const cache = new AnalysisCache();
    for (let typed = 2; typed <= flag.length; typed++) {
      const now = `${head}            - ${flag.slice(0, typed)}\n${tail}`;
      const analysis = cache.get("u", typed, now, () => analysed(now));
      expect(lenses(cache.shown("u") ?? analysis, new Map(), catalog).length).toBeGreaterThan(0);
      const end = new LineMap(now).position(head.length + "            - ".length + typed);
      const labels = complete(now, end, analysis, catalog).map(({ label }) => label);
      if (typed <= "--max-model-len".length) expect(labels).toContain("--max-model-len");
      else expect(labels).toContain("8192");
    }
  });
});
