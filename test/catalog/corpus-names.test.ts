import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../architecture/imports.ts";
import { testCatalog } from "../support/catalog.ts";

const index = join(root, "../shared/corpus/index.json");
if (!existsSync(index)) console.log("The corpus is not here: the GPU names of real files were not looked up.");

/** Written where other files name a GPU, and no name of one type. */
const unresolved: Readonly<Record<string, string>> = {
  "gaudi-for-text-generation": "a resource profile of the reader's own cluster: Gaudi 2 or 3",
  "intel-gpu-max": "Max 1100 with 48 GB or Max 1550 with 128 GB",
  "intel-xpu": "any Intel GPU",
};

test.runIf(existsSync(index))("every GPU that a real file names is known, or has a reason not to be", () => {
  const catalog = testCatalog();
  const files: readonly { readonly gpuType?: readonly string[] }[] = JSON.parse(readFileSync(index, "utf8"));
  const names = [...new Set(files.flatMap(({ gpuType }) => gpuType ?? []))];
  expect(names.length).toBeGreaterThan(20);
  const unknown = names.filter((name) => (catalog.instance(name) ?? catalog.gpu(name)) === undefined);
  expect(unknown.sort()).toEqual(Object.keys(unresolved).sort());
});
