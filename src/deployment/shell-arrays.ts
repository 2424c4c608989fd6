import type { DoubleQuotedChild, WordPart } from "unbash";
import { type Mapped, opaque, unknownMark } from "./mapped.ts";
import type { Span } from "./text.ts";
import type { Variables } from "./variables.ts";

/** An array among a script's variables, under a name that no variable has. */
interface ShellArray extends Mapped {
  readonly elements: readonly Mapped[];
}

/** More elements than any command is made of; a longer array is unknown. */
const most = 500;

export function arrayName(name: string): string {
  return `${name}[@]`;
}

export function shellArray(elements: readonly Mapped[], span: Span): Mapped {
  const array: ShellArray = { ...opaque("", span), elements: elements.length > most ? [opaque(unknownMark, span)] : elements };
  return array;
}

/** The elements of an array; undefined where the script sets none of this name. */
export function arrayElements(name: string, variables: Variables): readonly Mapped[] | undefined {
  const array = variables.get(arrayName(name));
  return array && isArray(array) ? array.elements : undefined;
}

function isArray(text: Mapped): text is ShellArray {
  return "elements" in text;
}

/** The array that a word stands for as a whole, `"${NAME[@]}"`: each element becomes a word. */
export function wholeArray(part: WordPart | DoubleQuotedChild | undefined): string | undefined {
  if (part?.type === "DoubleQuoted") return part.parts.length === 1 ? wholeArray(part.parts[0]) : undefined;
  if (part?.type !== "ParameterExpansion" || part.operation || part.prefix) return undefined;
  return part.index?.value === "@" || part.index?.value === "*" ? part.parameter : undefined;
}
