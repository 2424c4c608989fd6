import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { looksLikeDeployment } from "../../src/deployment/sniff.ts";
import { analyse } from "../../src/language/analysis.ts";
import { AnalysisCache } from "../../src/language/analysis-cache.ts";
import { type FileOverview, overviewInParts } from "../../src/language/overview.ts";
import { benchCatalog, cpuMilliseconds, cpuSeconds, type Measurement } from "./measure.ts";

const files = 2000;
const examples = ["llama-70b-shift", "gpu-mismatch", "two-nodes-lws", "compose", "memory-overflow"];

/** A workspace as a team keeps it: every second file starts a server, each of its own; the others have nothing to do with serving. */
function workspace(): readonly string[] {
  const texts = examples.map((name) => readFileSync(join(process.cwd(), `examples/${name}.yaml`), "utf8"));
  const other = Array.from({ length: 120 }, (_, line) => `  key-${line}: "value ${line}"`).join("\n");
  return Array.from({ length: files }, (_, index) => {
    if (index % 2 === 0) return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-${index}\ndata:\n${other}\n`;
    return `${texts[index % texts.length] ?? ""}# file ${index}\n`;
  });
}

/** What the Deployments view reads in the background, and how long one part of it keeps the thread. */
export function workspacePart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const texts = workspace();
  // What an editor opened first has warmed up what the others use.
  analyse(texts[1] ?? "", { catalog, fileName: "opened.yaml" });
  const parts: number[] = [];
  let rows = 0;
  const part = (work: Generator<undefined, FileOverview>): boolean => {
    let isDone = false;
    parts.push(
      cpuMilliseconds(() => {
        const step = work.next();
        if (step.done) rows += step.value.rows.length;
        isDone = step.done === true;
      }),
    );
    return isDone;
  };
  const cpu = cpuSeconds(() => {
    for (const [index, text] of texts.entries()) {
      if (!looksLikeDeployment(text)) continue;
      const work = overviewInParts(text, { catalog, fileName: `${index}.yaml` });
      while (!part(work));
    }
  });
  if (rows < files / 2) throw new Error(`${rows} deployments in ${files} files`);
  parts.sort((a, b) => a - b);
  return [
    { name: `reading ${files} files for the Deployments view`, value: cpu, unit: "CPU s", limit: 5 },
    // The collector of this process works beside it and is counted too: hence not the very longest.
    { name: "part of it, the longest of a hundred", value: parts[Math.floor(parts.length * 0.99)] ?? 0, unit: "CPU ms", limit: 10 },
  ];
}

/** What stays in memory: the catalogue, a workspace's list, and twenty files that are open. */
export function memoryPart(): readonly Measurement[] {
  const before = heapBytes();
  const catalog = benchCatalog();
  const texts = workspace();
  const kept = texts.flatMap((text, index) => {
    if (!looksLikeDeployment(text)) return [];
    const work = overviewInParts(text, { catalog, fileName: `${index}.yaml` });
    for (let step = work.next(); ; step = work.next()) if (step.done) return [step.value];
  });
  const cache = new AnalysisCache();
  const open = texts.filter(looksLikeDeployment).slice(0, 20);
  const shown = open.map((text, index) => cache.get(String(index), 1, text, () => analyse(text, { catalog, fileName: "open.yaml" })));
  const bytes = heapBytes() - before;
  if (kept.length + shown.length < files / 2) throw new Error("nothing was read");
  return [
    { name: `memory of the language part, ${files} files listed and ${open.length} open`, value: bytes / 2 ** 20, unit: "MiB", limit: 100 },
  ];
}

/** The heap after everything that nobody holds is gone. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
