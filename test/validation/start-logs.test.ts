import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { answerLine } from "../../src/cli/cases.ts";
import { inspectCase } from "../../src/cli/commands/inspect.ts";
import { readStartLog } from "../../src/live/starts/read-start-log.ts";
import type { StartLog } from "../../src/live/starts/start-log.ts";
import { testCatalog } from "../support/catalog.ts";

const folder = resolve(import.meta.dirname, "../../../shared/data/logs");
const present = existsSync(folder);
if (!present) console.log(`Start-up logs of real servers are not at ${folder}: what they say of starts that failed was not checked.`);

const logs = present
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".log"))
      .sort()
      .flatMap((name) => {
        const log = readStartLog(readFileSync(join(folder, name), "utf8"));
        return log?.model ? [{ name, log, model: log.model }] : [];
      })
  : [];

/** What was written on the engine's command line, as a case on the card that the log names by its memory. */
function findingsOf(log: StartLog, model: string) {
  const total = log.ranks[0]?.figures.total?.value ?? null;
  const size = (flag: string): number => Number(log.settings[flag]?.value ?? 1);
  const written = Object.entries(log.settings).filter(([name, { written }]) => written && !name.endsWith("-parallel-size"));
  const deployment = {
    engine: log.engine,
    engineVersion: log.engineVersion,
    model,
    gpuTotalBytes: total,
    gpu: total === null ? "H100-80GB" : null,
    pools: [{ parallel: { tensor: size("tensor-parallel-size"), pipeline: size("pipeline-parallel-size") } }],
    settings: Object.fromEntries(written.map(([name, { value }]) => [name, value])),
  };
  const answer = answerLine(JSON.stringify({ id: 1, deployment }), { folder, catalog: testCatalog() }, inspectCase);
  if (answer.error) throw new Error(`${model}: ${answer.error.message}`);
  return answer.findings.filter(({ severity }) => severity !== "information");
}

describe.runIf(present)("logged starts as their command lines say them", () => {
  test("those that ran out of memory are warned of", () => {
    const failed = logs.filter(({ log }) => log.refusal?.kind === "out-of-memory");
    expect(failed.length).toBeGreaterThan(0);
    for (const { name, log, model } of failed)
      expect([name, findingsOf(log, model).map(({ code }) => code)]).toEqual([name, ["card-room"]]);
  });

  test("those that went well are no errors", () => {
    const ready = logs.filter(({ log }) => log.outcome === "ready");
    expect(ready.length).toBeGreaterThan(20);
    for (const { name, log, model } of ready) expect([name, findingsOf(log, model)]).toEqual([name, []]);
  });
});
