import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { ourFormats, readIndex } from "../../scripts/corpus/index-entry.ts";
import { removeFlag, setFlag } from "../../src/deployment/edit.ts";
import type { Edit } from "../../src/deployment/text.ts";
import { applyEdits, readText } from "./support.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");
const present = existsSync(join(folder, "index.json"));
if (!present) console.log(`The corpus of real files is not at ${folder}: recognition was not checked against it.`);

describe.runIf(present)("real files", () => {
  const entries = present ? readIndex(folder) : [];
  const reading = (file: string) => readText(readFileSync(join(folder, file), "utf8"), undefined, file);

  test("files without an engine hold none", () => {
    const none = entries.filter(({ negative }) => negative);
    expect(none.length).toBeGreaterThan(50);
    for (const { file } of none) expect([file, reading(file).deployments.length, reading(file).problems.length]).toEqual([file, 0, 0]);
  });

  test("every vLLM engine of our formats is found", () => {
    const serving = entries.filter(({ format, engines, negative }) => ourFormats.has(format) && !negative && engines.includes("vllm"));
    expect(serving.length).toBeGreaterThan(30);
    for (const { file, engines, units, excuse } of serving) {
      // A document that no YAML reader takes has no engine to find; that it is broken is said.
      if (excuse?.includes("broken YAML")) {
        expect([file, reading(file).problems.length]).toEqual([file, 1]);
        continue;
      }
      const found = reading(file).deployments.filter(({ engine }) => engine === "vllm");
      if (engines.length === 1) expect([file, found.length]).toEqual([file, units]);
      else expect([file, found.length > 0]).toEqual([file, true]);
    }
  });

  test("edits of real files come out as meant", () => {
    let edited = 0;
    for (const { file } of entries) {
      const text = readFileSync(join(folder, file), "utf8");
      reading(file).deployments.forEach((deployment, i) => {
        const pool = deployment.pools[0];
        if (!pool?.engine.site || deployment.engine !== "vllm") return;
        const after = (edits: readonly Edit[]) => readText(applyEdits(text, edits), undefined, file).deployments[i]?.pools[0]?.engine.flags;
        expect([file, after(setFlag(pool, "max-model-len", "4096"))?.get("max-model-len")?.value?.value]).toEqual([file, "4096"]);
        expect([file, after(setFlag(pool, "max-lora-rank", "64"))?.get("max-lora-rank")?.value?.value]).toEqual([file, "64"]);
        const names = [...pool.engine.flags.keys()];
        for (const name of names) {
          const left = after(removeFlag(pool, name));
          // What is left may be too little to tell that it is vLLM's.
          if (left) expect([file, [...left.keys()]]).toEqual([file, names.filter((one) => one !== name)]);
        }
        edited++;
      });
    }
    expect(edited).toBeGreaterThan(30);
  });

  test("nothing crashes, nothing is found where nothing is, and no error is false", { timeout: 120_000 }, () => {
    const run = spawnSync(process.execPath, ["scripts/corpus.mjs", folder, "--json"], { cwd: root, encoding: "utf8", maxBuffer: 1e8 });
    expect(run.stderr).toBe("");
    const { crashes, falseUnits, falseErrors } = JSON.parse(run.stdout);
    expect({ crashes, falseUnits, falseErrors }).toEqual({ crashes: 0, falseUnits: 0, falseErrors: [] });
    expect(run.status).toBe(0);
  });
});
