import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readIndex } from "../../scripts/corpus/index-entry.ts";
import { judgeAll } from "../../scripts/corpus/judge-all.ts";
import { readNotes } from "../../scripts/corpus/notes.ts";
import { summarise } from "../../scripts/corpus/summary.ts";
import { testCatalog } from "../support/catalog.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");
const present = existsSync(join(folder, "index.json"));
if (!present) console.log(`The corpus of real files is not at ${folder}: its bars were not checked.`);

describe.runIf(present)("published files", () => {
  const notes = readNotes(join(import.meta.dirname, "index-notes.json"));
  const { judgements, crashes, cost } = judgeAll(present ? readIndex(folder) : [], folder, notes, testCatalog());

  test("the corpus is there as a whole", () => {
    expect(judgements.length).toBeGreaterThan(390);
  });

  test("nothing crashes", () => {
    expect(crashes).toEqual([]);
  });

  test("nothing is said about files that serve nothing, nor about GPUs where no engine is", () => {
    expect(judgements.flatMap(({ entry, noise }) => noise.map((text) => `${entry.file}: ${text}`))).toEqual([]);
  });

  test("every error and every finding about the number of GPUs is a mistake that was looked at", () => {
    const clear = judgements.filter(({ entry }) => entry.ambiguous === null);
    const unexplained = clear.flatMap(({ entry, unexplained }) =>
      unexplained.map(({ code, line, message }) => `${entry.file}:${line} ${code}: ${message}`),
    );
    expect(unexplained).toEqual([]);
  });

  test("what the index says is what is read: format, units, engine, model, sizes, GPUs", () => {
    const differences = judgements.flatMap(({ entry, told, recognised, facts }) => [
      ...(recognised === false ? [`${entry.file}: format ${entry.format}, found ${told.formats.join(", ")}`] : []),
      ...facts
        .filter(({ outcome }) => outcome === "wrong" || outcome === "left out")
        .map(({ name, expected, found }) => `${entry.file}: ${name} ${expected}, found ${found}`),
    ]);
    expect(differences).toEqual([]);
  });

  test("every known mistake is found at its line, and every exception is needed", () => {
    const missed = judgements.flatMap(({ mistakes }) => mistakes.filter(({ found }) => !found).map(({ mistake }) => mistake));
    expect(missed).toEqual([]);
    expect(judgements.flatMap(({ needless }) => needless)).toEqual([]);
  });

  test("every bar but that of time, which the command holds in a process of its own, is met", () => {
    const { bars } = summarise(judgements, crashes, { ...cost, cpuMs: 0 });
    expect(bars.filter(({ met }) => !met)).toEqual([]);
  });
});
