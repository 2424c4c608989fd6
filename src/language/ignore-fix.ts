import type { Deployment } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { maskTemplates } from "../deployment/templates.ts";
import { type Edit, LineMap } from "../deployment/text.ts";
import { parseYaml, type YamlDocument } from "../deployment/yaml-document.ts";
import type { Finding, Fix } from "../rules/rule.ts";
import { directiveEdits, lineAbove } from "./directive-edit.ts";
import type { FixOptions } from "./fixes.ts";
import { indentOf, lineText } from "./line-text.ts";
import { pathTo } from "./yaml-path.ts";

/** Silences a finding at its line by a comment above it; where that line belongs to a script or to another file, above the deployment. */
export function ignoreHere(finding: Finding, owner: Deployment, options: FixOptions): Fix {
  const { text } = options;
  const title = message("Ignore {0} here", finding.code);
  const lines = new LineMap(text);
  const { start, file } = finding.range;
  const isElsewhere = file !== undefined || startsInsideScalar(documentsOf(options), lines, start.line);
  const edits = isElsewhere ? directiveEdits(text, owner, "ignore", finding.code) : [commentAbove(text, lines, start.line, finding.code)];
  return { title, edits, preferred: false };
}

/** Silences the rule for the whole deployment. */
export function ignoreInDeployment({ code }: Finding, owner: Deployment, text: string): Fix {
  return { title: message("Ignore {0} in this deployment", code), edits: directiveEdits(text, owner, "ignore", code), preferred: false };
}

const parsed = new WeakMap<FixOptions, readonly YamlDocument[]>();

/** A text with many findings is parsed once. */
function documentsOf(options: FixOptions): readonly YamlDocument[] {
  const documents = parsed.get(options) ?? parseYaml(maskTemplates(options.text));
  parsed.set(options, documents);
  return documents;
}

/** Whether a line goes on with a text that began above it: what is written there is part of that text, a comment too. */
export function startsInsideScalar(documents: readonly YamlDocument[], lines: LineMap, line: number): boolean {
  const offset = lines.offset({ line, character: indentOf(lineText(lines.text, lines, line)) });
  const document = documents.find(({ span }) => offset >= span.start && offset <= span.end);
  const innermost = document && pathTo(document, offset).at(-1);
  const span = innermost?.span;
  return innermost?.text() !== undefined && span !== undefined && span.start < lines.offset({ line, character: 0 });
}

/** One more code in the comment that is there, else a comment of its own. */
function commentAbove(text: string, lines: LineMap, line: number, code: string): Edit {
  const above = line > 0 ? lineText(text, lines, line - 1) : "";
  const list = /^\s*#\s*inference-lens:.*?\bignore=[^\s]*/.exec(above);
  if (!list) return lineAbove(text, lines, line, `ignore=${code}`);
  const end = { line: line - 1, character: list[0].length };
  return { range: { start: end, end }, newText: `,${code}` };
}
