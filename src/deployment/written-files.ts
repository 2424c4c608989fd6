import type { CommandNode, HereDoc, Redirect } from "unbash";
import { isReadable, type Mapped, slice, unknownMark } from "./mapped.ts";
import { wordText } from "./shell-expand.ts";
import type { Variables } from "./variables.ts";

/** Files that a script has written so far, under their paths; undefined where their text cannot be told. */
export type WrittenFiles = ReadonlyMap<string, Mapped | undefined>;

export const noFiles: WrittenFiles = new Map();

/** Programs that change the files they name. */
const editors = new Set(["sed", "yq", "jq", "mv", "cp", "rm", "patch"]);

/** More files than a script writes. */
const mostFiles = 20;

/** The files behind a command that writes one (`cat > x.yaml <<EOF`, `tee x.yaml <<EOF`, `echo '{…}' > x.json`) or changes one. */
export function filesAfter(
  before: WrittenFiles,
  node: Extract<CommandNode, { type: "Command" }>,
  words: readonly Mapped[],
  sure: boolean,
  script: Mapped,
  variables: Variables,
): WrittenFiles {
  const name = words[0]?.value ?? "";
  const into = node.redirects.filter((one) => one.type === "Redirect").find(({ operator }) => /^>>?\|?$/.test(operator));
  const path = into?.target ? wordText(into.target, script, variables).value : teeTarget(words);
  const changed = editors.has(name) ? words.map((word) => plainPath(word.value)).filter((one) => before.has(one)) : [];
  if (path === undefined && changed.length === 0) return before;
  const after = new Map(before);
  for (const one of changed) after.set(one, undefined);
  if (path !== undefined && isReadable(path) && !path.startsWith("/dev/") && (after.size < mostFiles || after.has(plainPath(path)))) {
    after.set(plainPath(path), sure && !isAppended(into, words) ? contents(node, name, words, script) : undefined);
  }
  return after;
}

/** A path as files are compared by. */
export function plainPath(path: string): string {
  return path.replace(/^(\.\/+)+/, "").replace(/\/{2,}/g, "/");
}

function teeTarget(words: readonly Mapped[]): string | undefined {
  const tee = words.findIndex(({ value }) => value === "tee");
  return tee < 0 || tee > 1 ? undefined : words.slice(tee + 1).find(({ value }) => !value.startsWith("-"))?.value;
}

function isAppended(into: Redirect | undefined, words: readonly Mapped[]): boolean {
  return into?.operator === ">>" || words.some(({ value }) => value === "-a" || value === "--append");
}

function contents(
  node: Extract<CommandNode, { type: "Command" }>,
  name: string,
  words: readonly Mapped[],
  script: Mapped,
): Mapped | undefined {
  const document = node.redirects.find((one) => one.type === "HereDoc");
  if (document) return name === "cat" || teeTarget(words) !== undefined ? documentText(document, script) : undefined;
  const [, text, more] = words;
  return name === "echo" && !more && text && !/^-|\n/.test(text.value) ? text : undefined;
}

/** A here-document with what the shell would fill in marked as unknown. */
function documentText({ body, operator }: HereDoc, script: Mapped): Mapped | undefined {
  // Its tabs are taken away, and YAML has none.
  if (operator === "<<-" && body.text.includes("\t")) return undefined;
  const text = slice(script, body.pos, body.end);
  const value = text.value.split("");
  for (const part of body.parts ?? []) {
    if (part.type !== "Literal") value.fill(unknownMark, part.pos - body.pos, part.end - body.pos);
  }
  return { ...text, value: value.join("") };
}
