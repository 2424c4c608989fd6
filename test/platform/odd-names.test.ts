import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SurroundingsFiles } from "../../src/platform/surroundings-files.ts";
import { testCatalog } from "../support/catalog.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "inference lens "));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it.each(["my files/a b.yaml", "100%/a%20b.yaml", "a#b/c?d.yaml", "[x]/{y}.yaml", "模型/服务.yaml", "a+b/(c).yaml", "it's/“a”.yaml"])(
  "%s: a project speaks of it, whether its path or its URI is handed on",
  (path) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    const folder = dirname(path);
    writeFileSync(join(root, ".inference-lens.yaml"), `files:\n  ${JSON.stringify(`${folder}/*.yaml`)}: { gpu: L4 }\n`);
    const files = new SurroundingsFiles(testCatalog());
    const found = [file, fileURLToPath(pathToFileURL(file).href)].map((one) => files.find(one));
    expect(found.map(({ surroundings, problems }) => [surroundings.project.gpu, problems])).toEqual([
      ["L4", []],
      ["L4", []],
    ]);
  },
);
