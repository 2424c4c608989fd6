import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readIndex } from "../../scripts/corpus/index-entry.ts";
import type { EngineConfig } from "../../src/deployment/deployment.ts";
import { removeFlag, setFlag } from "../../src/deployment/edit.ts";
import type { Edit } from "../../src/deployment/text.ts";
import { applyEdits, readText } from "./support.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, process.env.INFERENCE_LENS_CORPUS ?? "../shared/corpus");
const present = existsSync(join(folder, "index.json"));
if (!present) console.log(`The corpus of real files is not at ${folder}: edits were not tried on it.`);

/** What a platform adds by itself stays whatever is removed. */
function writtenNames(flags: EngineConfig["flags"]): string[] {
  const written = [...flags.values()].filter(({ value, flagRange: { start, end } }) =>
    value ? value.origin === "file" : start.line !== end.line || start.character !== end.character,
  );
  return written.map(({ name }) => name);
}

describe.runIf(present)("real files", () => {
  const entries = present ? readIndex(folder) : [];
  const reading = (file: string) => readText(readFileSync(join(folder, file), "utf8"), undefined, file);

  // Every file is read again for every flag that stands in it.
  test("edits of real files come out as meant", { timeout: 120_000 }, () => {
    let edited = 0;
    for (const { file } of entries) {
      const text = readFileSync(join(folder, file), "utf8");
      reading(file).deployments.forEach((deployment, i) => {
        const pool = deployment.pools[0];
        if (!pool?.engine.site || deployment.engine !== "vllm") return;
        const after = (edits: readonly Edit[]) => readText(applyEdits(text, edits), undefined, file).deployments[i]?.pools[0]?.engine.flags;
        expect([file, after(setFlag(pool, "max-model-len", "4096"))?.get("max-model-len")?.value?.value]).toEqual([file, "4096"]);
        expect([file, after(setFlag(pool, "max-lora-rank", "64"))?.get("max-lora-rank")?.value?.value]).toEqual([file, "64"]);
        const names = writtenNames(pool.engine.flags);
        for (const name of names) {
          const left = after(removeFlag(pool, name));
          // What is left may be too little to tell that it is vLLM's.
          if (left) expect([file, writtenNames(left)]).toEqual([file, names.filter((one) => one !== name)]);
        }
        edited++;
      });
    }
    expect(edited).toBeGreaterThan(30);
  });
});
