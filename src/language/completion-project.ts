import type { Catalog } from "../catalog/catalog.ts";
import { LineMap, type Position } from "../deployment/text.ts";
import { directiveValueItems } from "./completion-directives.ts";
import { lineText } from "./line-text.ts";
import type { Completion } from "./results.ts";

/** Members of a project's own files that name something known; each is completed as the directive of that kind. */
const directiveOf: Readonly<Record<string, string>> = { gpu: "gpu", like: "gpu", workload: "workload" };

/** What can be written at a position of a project's own file: GPUs and workloads, in block and flow mappings. */
export function completeProject(text: string, position: Position, catalog: Catalog): readonly Completion[] {
  const line = lineText(text, new LineMap(text), position.line);
  const before = line.slice(0, position.character);
  const [, key = "", word = ""] = /(?:^|[\s{,])(gpu|like|workload):\s+["']?([\w.+-]*)$/.exec(before) ?? [];
  const directive = directiveOf[key];
  if (directive === undefined) return [];
  const rest = /^[\w.+-]*/.exec(line.slice(position.character))?.[0].length ?? 0;
  const range = {
    start: { line: position.line, character: position.character - word.length },
    end: { line: position.line, character: position.character + rest },
  };
  return directiveValueItems(directive, range, "vllm", catalog);
}
