import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { analyse } from "../../src/language/analysis.ts";
import type { Analysis } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";

const corpus = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
const folders = ["k8s-deployment", "k8s-statefulset", "k8s-pod", "k8s-job", "lws", "docker-compose", "vllm-config"];
const there = existsSync(corpus);
if (!there) console.log(`Corpus of published files not found at ${corpus}: its tests did not run.`);

/** Errors that are right: the published file is wrong (each looked at by eye). */
const knownMistakes: Readonly<Record<string, readonly string[]>> = {
  "k8s-deployment/vllm-project+aibrix__samples__kvcache__vineyard__deployment-tp.yaml": ["gpu-count"],
};

describe.runIf(there)("published deployments", () => {
  const files = there ? folders.flatMap((folder) => yamlFiles(join(corpus, folder)).map((path) => path.slice(corpus.length + 1))) : [];
  const analyses = new Map<string, Analysis>(files.map((file) => [file, analysed(file)]));

  test("no error but those that were looked at and are right", () => {
    const found = Object.fromEntries(
      [...analyses].flatMap(([file, { findings }]) => {
        const errors = findings.filter(({ severity }) => severity === "error").map(({ code, message }) => `${code}: ${plain(message)}`);
        return errors.length > 0 ? [[file, errors]] : [];
      }),
    );
    const codes = Object.fromEntries(Object.entries(found).map(([file, errors]) => [file, errors.map((one) => one.split(":")[0])]));
    expect(codes, JSON.stringify(found, null, 1)).toEqual(knownMistakes);
  });

  test("a warning about GPUs on at most one file in a hundred that is not known to be wrong", () => {
    const told = [...analyses].filter(([, { findings }]) => findings.some(({ code }) => code === "gpu-count" || code === "gpu-idle"));
    expect(told.map(([file]) => file)).toEqual(Object.keys(knownMistakes));
  });
});

function analysed(file: string): Analysis {
  const text = readFileSync(join(corpus, file), "utf8");
  return analyse(text, { catalog: testCatalog(), fileName: file });
}

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return yamlFiles(path);
    return /\.ya?ml$/.test(name) ? [path] : [];
  });
}
