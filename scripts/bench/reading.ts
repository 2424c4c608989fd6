import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { looksLikeDeployment } from "../../src/deployment/sniff.ts";
import { analyse } from "../../src/language/analysis.ts";
import { complete } from "../../src/language/completion.ts";
import { hints } from "../../src/language/hints.ts";
import { hover } from "../../src/language/hover.ts";
import { lenses } from "../../src/language/lenses.ts";
import { overviewOf } from "../../src/language/overview.ts";
import type { Analysis } from "../../src/language/results.ts";
import { statusOf } from "../../src/language/status.ts";
import { outline } from "../../src/language/symbols.ts";
import { benchCatalog, cpuMilliseconds, type Measurement, medianOf } from "./measure.ts";

/** An example of ours between documents that have nothing to do with serving, until the file has so many lines. */
function fileOf(lines: number): string {
  const example = readFileSync(join(process.cwd(), "examples/llama-70b-shift.yaml"), "utf8").trimEnd();
  const other = (index: number): string =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-${index}\ndata:\n${Array.from({ length: 94 }, (_, i) => `  key-${i}: "value ${i}"`).join("\n")}`;
  const documents: string[] = [];
  for (let index = 0; documents.join("\n").split("\n").length < lines; index++) {
    documents.push(index % 2 === 0 ? `---\n${example}` : other(index));
  }
  return documents.join("\n").split("\n").slice(0, lines).join("\n");
}

/** A whole check of 1,000 lines: the first in a process, then the next with a changed text each time; and the lens of one file. */
export function checkPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const text = fileOf(1000);
  const check = (source: string) => cpuMilliseconds(() => analyse(source, { catalog, fileName: "a.yaml" }));
  const cold = check(text);
  let edits = 0;
  const warm = medianOf(15, () => check(`${text}\n# edit ${edits++}`));
  const single = readFileSync(join(process.cwd(), "examples/llama-70b-shift.yaml"), "utf8");
  const lens = medianOf(15, () =>
    cpuMilliseconds(() => lenses(analyse(`${single}\n# edit ${edits++}`, { catalog, fileName: "a.yaml" }), new Map(), catalog)),
  );
  return [
    {
      name: "a keystroke in a 1,000-line file: analysis and all that is shown",
      value: keystrokes(text, catalog),
      unit: "CPU ms",
      limit: 30,
    },
    { name: "check of a 1,000-line file, first in a process", value: cold, unit: "CPU ms", limit: null },
    { name: "check of a 1,000-line file, after an edit", value: warm, unit: "CPU ms", limit: 50 },
    { name: "verdict of the lens, text to words", value: lens, unit: "CPU ms", limit: 50 },
  ];
}

/** What one keystroke sets off: the analysis, and what lenses, hints, outline, hover, completion, status and the list of deployments make of it. */
function keystroke(text: string, catalog: Catalog, before: Analysis | undefined): Analysis {
  const position = { line: 32, character: 24 };
  const analysis = analyse(text, { catalog, fileName: "a.yaml", before });
  lenses(analysis, new Map(), catalog);
  hints(analysis);
  outline(analysis);
  hover(analysis, position, { catalog, uri: "file:///a.yaml" });
  complete(text, position, analysis, catalog);
  statusOf(analysis, (_, severity) => severity);
  overviewOf(analysis, catalog);
  return analysis;
}

/** One digit of the first deployment's length, typed anew each time. */
function keystrokes(text: string, catalog: Catalog): number {
  let before: Analysis | undefined;
  let typed = 0;
  const type = (): number =>
    cpuMilliseconds(() => {
      before = keystroke(text.replace("--max-model-len 32768", `--max-model-len 3276${typed++ % 10}`), catalog, before);
    });
  type();
  return medianOf(15, type);
}

/** A large file that is none of ours, at its first look. */
export function sniffPart(): readonly Measurement[] {
  const line = (i: number): string =>
    `                    description: Field ${i} of the specification, with words that mean nothing here.`;
  const text = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n${Array.from({ length: 52_000 }, (_, i) => line(i)).join("\n")}\n`;
  // As an editor hands it over: in one piece, not as the parts it was joined from.
  const whole = Buffer.from(text).toString();
  const first = cpuMilliseconds(() => looksLikeDeployment(whole));
  return [{ name: `opening an unrelated YAML of ${(text.length / 1e6).toFixed(1)} MB`, value: first, unit: "CPU ms", limit: 5 }];
}
