import { type Assignment, type CommandNode, forEachChild, parse, type SyntaxNode } from "unbash";
import { bounded, isReadable, type Mapped, opaque, slice, spanOf, unknownMark } from "./mapped.ts";
import { arrayElements, arrayName, shellArray } from "./shell-arrays.ts";
import { expandWord, wordText } from "./shell-expand.ts";
import type { Variables } from "./variables.ts";
import { filesAfter, noFiles, type WrittenFiles } from "./written-files.ts";

/** One simple command of a script. */
export interface ShellCommand {
  readonly words: readonly Mapped[];
  /** `A=1` in front of it. */
  readonly assignments: Variables;
  /** Variables of the script at this point, exported ones included. */
  readonly variables: Variables;
  /** Those of them that the script itself puts into the environment of what it starts. */
  readonly exported: Variables;
  /** What commands before it have written. */
  readonly files: WrittenFiles;
}

/** Nested deeper than any shell script: beyond it nothing is read. */
const deepest = 200;
/** Words and variables of all commands together: more than a script that a person can read has. */
const mostWords = 2_000_000;

/** The simple commands of a shell script in the order written, with what earlier assignments make of their words. Never throws. */
export function splitCommand(written: Mapped, given: Variables = new Map()): ShellCommand[] {
  const script = withoutPlaceholders(written);
  const variables = new Map(given);
  const exported = new Map<string, Mapped | undefined>();
  const commands: ShellCommand[] = [];
  let left = mostWords;
  let files = noFiles;

  const assign = (name: string, value: Mapped | undefined, sure: boolean): void => {
    variables.set(name, sure && value && isReadable(value.value) ? value : undefined);
    // What came from outside stays in the environment with its new value.
    if (exported.has(name) || given.has(name)) exported.set(name, variables.get(name));
  };

  const assignArray = ({ name, append, value }: Assignment, sure: boolean): void => {
    if (value.type !== "ArrayValue") return;
    const span = spanOf(script, value.pos, value.end);
    const before = append ? (arrayElements(name, variables) ?? []) : [];
    // What a branch adds may be missing: something unknown stands behind the rest.
    const added = sure ? value.elements.flatMap((element) => expandWord(element, script, variables)) : [opaque(unknownMark, span)];
    variables.set(arrayName(name), shellArray([...before, ...added], span));
  };

  const assignedText = ({ name, append, index, value }: Assignment): Mapped | undefined => {
    if (value.type !== "Word" || index) return undefined;
    const text = wordText(value, script, variables);
    if (!append) return text;
    const before = variables.get(name);
    return before && bounded([before, text], text.span, 0);
  };

  const exportName = (name: string, sure: boolean): void => {
    if (/^[A-Za-z_]\w*$/.test(name)) exported.set(name, sure ? variables.get(name) : undefined);
  };

  const visit = (node: SyntaxNode, sure: boolean, depth: number): void => {
    if (depth > deepest || left < 0) return;
    if (node.type === "Command") {
      command(node, sure);
      return;
    }
    // Inside a branch, a loop or a function an assignment may or may not happen: what it sets is unknown afterwards.
    const inBranch = node.type === "If" || node.type === "For" || node.type === "While" || node.type === "Case" || node.type === "Function";
    const isCommandList = node.type !== "Word" && node.type !== "Assignment";
    if (node.type === "For") variables.set(node.name.value, undefined);
    if (isCommandList) forEachChild(node, (child) => visit(child, sure && !inBranch, depth + 1));
  };

  const command = (node: Extract<CommandNode, { type: "Command" }>, sure: boolean): void => {
    const own = new Map<string, Mapped | undefined>();
    for (const prefix of node.prefix) {
      if (prefix.type !== "Assignment") continue;
      if (prefix.value.type === "ArrayValue") {
        if (!node.name) assignArray(prefix, sure);
        continue;
      }
      const value = assignedText(prefix);
      if (node.name) own.set(prefix.name, value && isReadable(value.value) ? value : undefined);
      else assign(prefix.name, value, sure);
    }
    if (!node.name) return;
    const words = expandWord(node.name, script, variables);
    const exports = node.name.value === "export";
    const declares = ["export", "declare", "readonly", "local"].includes(node.name.value);
    for (const argument of node.args) {
      if (argument.type === "Word") {
        words.push(...expandWord(argument, script, variables));
        if (exports) exportName(argument.value, sure);
        continue;
      }
      if (declares && argument.value.type === "Word") assign(argument.name, assignedText(argument), sure);
      else if (declares) assignArray(argument, sure);
      if (exports) exportName(argument.name, sure);
      words.push(assignmentWord(argument, script, variables));
    }
    left -= words.length + variables.size + exported.size;
    commands.push({ words, assignments: own, variables: new Map(variables), exported: new Map(exported), files });
    files = filesAfter(files, node, words, sure, script, variables);
  };

  for (const statement of parse(script.value).commands) visit(statement, true, 0);
  return commands;
}

/** `<model-path>`, left for somebody to fill in, would be a redirection: something unknown stands there. */
function withoutPlaceholders(script: Mapped): Mapped {
  if (!script.value.includes("<")) return script;
  const value = script.value.replace(/(?<=[\s=/:])<[A-Za-z][\w./-]*(?: [\w./-]+)*>/g, (placeholder) =>
    unknownMark.repeat(placeholder.length),
  );
  return { ...script, value };
}

/** `KEY=value` among the arguments, as one word. */
function assignmentWord(node: Extract<SyntaxNode, { type: "Assignment" }>, script: Mapped, variables: Variables): Mapped {
  const span = spanOf(script, node.pos, node.end);
  if (node.value.type !== "Word") return opaque(unknownMark, span);
  const name = slice(script, node.pos, node.value.pos);
  const value = wordText(node.value, script, variables);
  return {
    value: name.value + value.value,
    starts: [...Array.from(name.starts), ...Array.from(value.starts)],
    ends: [...Array.from(name.ends), ...Array.from(value.ends)],
    span,
  };
}
