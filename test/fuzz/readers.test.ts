import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/deployment/deployment.ts";
import { removeFlag, setFlag, setGpuCount } from "../../src/deployment/edit.ts";
import { plain } from "../../src/deployment/message.ts";
import { type Edit, LineMap, type Range } from "../../src/deployment/text.ts";
import { analyse } from "../../src/language/analysis.ts";
import { complete } from "../../src/language/completion.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { fixesOf } from "../../src/language/fixes.ts";
import { hints } from "../../src/language/hints.ts";
import { hover } from "../../src/language/hover.ts";
import { lenses } from "../../src/language/lenses.ts";
import type { Analysis } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";
import { edited, lineEdits, textEdits } from "./edits.ts";
import { cpuMs, runs, timeLimitMs } from "./runs.ts";
import { ownSources, publishedSources, type Source } from "./sources.ts";

const catalog = testCatalog();
const published = publishedSources();
const source = fc.oneof(fc.constantFrom(...ownSources()), ...(published.length > 0 ? [fc.constantFrom(...published)] : []));

function read({ file }: Source, text: string): Analysis {
  return analyse(text, { catalog, fileName: file });
}

/** A position that the document has: no line behind its last, no character behind the end of its line. */
function isInside(lines: LineMap, { start, end }: Range): boolean {
  const from = lines.offset(start);
  const to = lines.offset(end);
  return from <= to && same(lines.position(from), start) && same(lines.position(to), end);
}

function same(a: Range["start"], b: Range["start"]): boolean {
  return a.line === b.line && a.character === b.character;
}

function rangesOf({ findings, problems, deployments }: Analysis): readonly Range[] {
  return [
    ...findings.flatMap((one) => [one.range, ...one.related.map(({ range }) => range), ...one.fixes.flatMap((fix) => rangesIn(fix.edits))]),
    // The parser's own end of an error may lie behind the last character.
    ...problems.map(({ range: { start } }) => ({ start, end: start })),
    ...deployments.flatMap(({ deployment }) => [deployment.anchor, ...deployment.pools.map(({ extent }) => extent)]),
  ];
}

function rangesIn(edits: readonly Edit[]): readonly Range[] {
  return edits.map(({ range }) => range);
}

/** A deployment that could not be analysed is a mistake of ours. */
function expectSound(text: string, analysis: Analysis): void {
  const lines = new LineMap(text);
  expect(rangesOf(analysis).filter((range) => !isInside(lines, range))).toEqual([]);
  expect(analysis.problems.map(({ message }) => plain(message)).filter((words) => words.includes("could not be analysed"))).toEqual([]);
}

describe("random edits of real files", () => {
  test("never throw, end soon, and keep every finding inside the document", { timeout: timeLimitMs }, () => {
    fc.assert(
      fc.property(source, textEdits, (one, edits) => {
        const text = edited(one.text, edits);
        expect(cpuMs(() => expectSound(text, read(one, text)))).toBeLessThan(2_000);
      }),
      runs(400, 41),
    );
  });

  test("leave every feature of the editor an answer at every place", { timeout: timeLimitMs }, () => {
    fc.assert(
      fc.property(source, textEdits, fc.nat(1_000_000), (one, edits, at) => {
        const text = edited(one.text, edits);
        const analysis = read(one, text);
        const lines = new LineMap(text);
        const position = lines.position(at % (text.length + 1));
        const shown = [
          ...lenses(analysis, new Map(), catalog).map(({ range }) => range),
          ...hints(analysis).map(({ position }) => ({ start: position, end: position })),
          ...complete(text, position, analysis, catalog).map(({ range }) => range),
          ...[hover(analysis, position, { catalog, uri: "file:///a.yaml" })?.range].filter((range) => range !== undefined),
        ];
        expect(shown.filter((range) => !isInside(lines, range))).toEqual([]);
      }),
      runs(150, 42),
    );
  });

  test("bring only fixes that leave parseable text without their finding", { timeout: timeLimitMs }, () => {
    let tried = 0;
    fc.assert(
      fc.property(source, textEdits, fc.nat(1_000_000), (one, edits, which) => {
        const text = edited(one.text, edits);
        const analysis = read(one, text);
        const finding = analysis.findings[which % Math.max(1, analysis.findings.length)];
        if (!finding) return;
        const fixes = fixesOf(finding, { text, analysis, again: (changed) => read(one, changed) });
        for (const fix of fixes) {
          const changed = applyEdits(text, fix.edits);
          expect([plain(fix.title), changed]).not.toEqual([plain(fix.title), undefined]);
          const after = read(one, changed ?? "");
          const left = after.findings.filter((other) => isSame(other, finding));
          const told = [plain(fix.title), after.problems.length <= analysis.problems.length, after.deployments.length, left];
          expect(told).toEqual([plain(fix.title), true, analysis.deployments.length, []]);
          tried++;
        }
      }),
      runs(300, 43),
    );
    expect(tried).toBeGreaterThan(20);
  });

  test("are edited again flag by flag: nothing else reads differently", { timeout: timeLimitMs }, () => {
    let tried = 0;
    fc.assert(
      fc.property(source, lineEdits, fc.nat(1_000_000), (one, edits, which) => {
        const text = edited(one.text, edits);
        const analysis = read(one, text);
        const pools = analysis.deployments.flatMap(({ deployment }, index) =>
          deployment.pools.map((pool) => ({ deployment, pool, index })),
        );
        const chosen = pools[which % Math.max(1, pools.length)];
        if (!chosen || chosen.deployment.pools.length > 1) return;
        const { pool, index } = chosen;
        // A broken document may be mended by an edit; whether a word behind an unknown flag is its value depends on its neighbours.
        if (analysis.problems.length > 0 || pool.engine.written.some(({ known }) => !known)) return;
        const name = "max-num-seqs";
        const gpus = setGpuCount(pool, 6);
        for (const change of [setFlag(pool, name, "96"), removeFlag(pool, name), gpus]) {
          const changed = change.length === 0 ? undefined : applyEdits(text, change);
          if (changed === undefined) continue;
          const after = read(one, changed);
          // What is left of a damaged command may be too little to tell whose it is.
          if (after.deployments.length < analysis.deployments.length && change.every(({ newText }) => newText === "")) continue;
          expect(after.deployments.map(({ deployment }) => deployment.id)).toEqual(
            analysis.deployments.map(({ deployment }) => deployment.id),
          );
          // Sizes may be computed from the number of GPUs.
          const others = (analysed: Analysis): unknown =>
            analysed.deployments.map(({ deployment }, i) =>
              i !== index ? settingsOf(deployment, undefined) : change === gpus ? deployment.name : settingsOf(deployment, name),
            );
          expect(others(after)).toEqual(others(analysis));
          tried++;
        }
      }),
      runs(200, 44),
    );
    expect(tried).toBeGreaterThan(20);
  });
});

function isSame(a: Analysis["findings"][number], b: Analysis["findings"][number]): boolean {
  return (
    a.code === b.code &&
    a.severity === b.severity &&
    plain(a.message) === plain(b.message) &&
    same(a.range.start, b.range.start) &&
    same(a.range.end, b.range.end)
  );
}

function settingsOf({ name, format, model, pools }: Deployment, except: string | undefined): unknown {
  return {
    name,
    format,
    model: model?.value.name,
    pools: pools.map(({ engine }) =>
      [...engine.flags.values()].filter((flag) => flag.name !== except).map((flag) => [flag.name, flag.negated, flag.value?.value]),
    ),
  };
}
