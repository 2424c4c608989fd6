import { readFileSync } from "node:fs";
import { join } from "node:path";
import { looksLikeDeployment } from "../../src/deployment/sniff.ts";
import { analyse } from "../../src/language/analysis.ts";
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
