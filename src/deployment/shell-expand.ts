import type { ArithmeticExpression, DoubleQuotedChild, ParameterExpansionPart, Word, WordPart } from "unbash";
import { bounded, concat, isReadable, type Mapped, opaque, slice, spanOf, unknownMark } from "./mapped.ts";
import { arrayElements, wholeArray } from "./shell-arrays.ts";
import { positionalWords } from "./shell-positionals.ts";
import type { Variables } from "./variables.ts";

/** What a shell makes of one written word: usually one, several where an unquoted variable holds several, none where it is empty. */
export function expandWord(word: Word, script: Mapped, variables: Variables): Mapped[] {
  // A continuation with nothing behind it.
  if (/^\\\r?\n?$/.test(word.text)) return [];
  const whole = word.parts?.length === 1 ? word.parts[0] : undefined;
  const given = isAllGiven(whole) ? positionalWords(variables) : undefined;
  if (given) return [...given];
  const array = wholeArray(whole);
  const elements = array === undefined ? undefined : arrayElements(array, variables);
  if (elements) return [...elements];
  if (whole?.type === "SimpleExpansion" || whole?.type === "ParameterExpansion") {
    const value = whole.type === "SimpleExpansion" ? simple(whole.text, variables) : parameter(whole, script, variables);
    if (value?.text !== undefined && isReadable(value.text) && (value.text === "" || /\s/.test(value.text))) {
      return value.from
        ? fields(value.from)
        : value.text
            .split(/\s+/)
            .filter(Boolean)
            .map((one) => opaque(one, spanOf(script, word.pos, word.end)));
    }
  }
  return [wordText(word, script, variables)];
}

/** `"$@"`: each argument a word of its own, blanks and all. */
function isAllGiven(part: WordPart | undefined): boolean {
  if (part?.type !== "DoubleQuoted" || part.parts.length !== 1) return false;
  const [inner] = part.parts;
  return inner?.type === "SimpleExpansion" && inner.text === "$@";
}

/** A word with quotes, escapes and expansions taken away; what cannot be known becomes a mark at its place. */
export function wordText(word: Word, script: Mapped, variables: Variables): Mapped {
  const span = spanOf(script, word.pos, word.end);
  if (!word.parts) return withoutEscapes(script, word.pos, word.end, word.value, "bare") ?? opaque(word.value, span);
  return bounded(
    word.parts.map((part) => partText(part, script, variables)),
    span,
    word.end - word.pos,
  );
}

function partText(part: WordPart | DoubleQuotedChild, script: Mapped, variables: Variables, quoted = false): Mapped {
  const span = spanOf(script, part.pos, part.end);
  switch (part.type) {
    case "Literal":
      return withoutEscapes(script, part.pos, part.end, part.value, quoted ? "quoted" : "bare") ?? opaque(part.value, span);
    case "SingleQuoted":
      return slice(script, part.pos + 1, part.pos + 1 + part.value.length);
    case "DoubleQuoted":
    case "LocaleString":
      return bounded(
        part.parts.map((one) => partText(one, script, variables, true)),
        span,
        part.end - part.pos,
      );
    case "AnsiCQuoted":
      return opaque(part.value, span);
    case "SimpleExpansion":
      return opaque(simple(part.text, variables)?.text ?? unknownMark, span);
    case "ParameterExpansion":
      return opaque(parameter(part, script, variables)?.text ?? unknownMark, span);
    case "ArithmeticExpansion": {
      const value = part.expression ? arithmetic(part.expression, script, variables) : undefined;
      return opaque(value === undefined ? unknownMark : String(value), span);
    }
    case "Glob":
      return slice(script, part.pos, part.end);
    case "BraceExpansion":
      return opaque(bareJson(script.value.slice(part.pos, part.end)) ?? unknownMark, span);
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ExtendedGlob":
      return opaque(unknownMark, span);
    default: {
      const never: never = part;
      return never;
    }
  }
}

/** JSON that nobody quoted: sh takes its quotes away, bash tears it at the commas besides; the engine gets no JSON from either. */
function bareJson(text: string): string | undefined {
  return /^\{\s*["'][^"']*["']\s*:/.test(text) ? text.replace(/["']/g, "") : undefined;
}

/** Drops the backslashes that the shell drops; undefined when the result is not what the parser read. */
function withoutEscapes(script: Mapped, from: number, to: number, expected: string, where: "bare" | "quoted"): Mapped | undefined {
  const pieces: Mapped[] = [];
  let done = from;
  for (let i = from; i < to; i++) {
    if (script.value[i] !== "\\") continue;
    const next = script.value[i + 1] ?? "";
    if (where === "quoted" && !'$`"\\\n'.includes(next)) continue;
    pieces.push(slice(script, done, i));
    done = next === "\n" ? i + 2 : i + 1;
    i++;
  }
  pieces.push(slice(script, Math.min(done, to), to));
  const text = concat(
    pieces.filter(({ value }) => value !== "" || pieces.length === 1),
    spanOf(script, from, to),
  );
  return text.value === expected ? text : undefined;
}

interface Looked {
  readonly text: string | undefined;
  readonly from?: Mapped;
}

function simple(text: string, variables: Variables): Looked | undefined {
  return lookUp(text.slice(1), variables);
}

function lookUp(name: string, variables: Variables): Looked | undefined {
  const value = variables.get(name);
  return value ? { text: value.value, from: value } : undefined;
}

/** `${VAR}`, `${VAR:-x}`, `${VAR:=x}`, `${VAR:+x}`; a name seen nowhere counts as unset when a default is given. */
function parameter(part: ParameterExpansionPart, script: Mapped, variables: Variables): Looked | undefined {
  if (part.prefix || part.index) return undefined;
  const found = lookUp(part.parameter, variables);
  const { operation } = part;
  if (!operation) return found;
  if (operation.type !== "Default") return undefined;
  if (variables.has(part.parameter) && !found) return undefined;
  const isSet = found !== undefined && (found.text !== "" || !operation.operator.startsWith(":"));
  const operand = (): Looked => {
    const text = wordText(operation.operand, script, variables);
    return { text: text.value, from: text };
  };
  if (operation.operator.endsWith("+")) return isSet ? operand() : { text: "" };
  if (operation.operator.endsWith("?")) return found;
  return isSet ? found : operand();
}

/** Integers, + - * / %, parentheses and variables; undefined for anything else. */
function arithmetic(expression: ArithmeticExpression, script: Mapped, variables: Variables): number | undefined {
  switch (expression.type) {
    case "ArithmeticGroup":
      return arithmetic(expression.expression, script, variables);
    case "ArithmeticWord": {
      const part = expression.parts?.length === 1 ? expression.parts[0] : undefined;
      const name = expression.value.replace(/^\$/, "");
      const text = part ? partText(part, script, variables).value : (lookUp(name, variables)?.text ?? expression.value);
      return /^-?\d+$/.test(text.trim()) ? Number(text) : undefined;
    }
    case "ArithmeticBinary": {
      const left = arithmetic(expression.left, script, variables);
      const right = arithmetic(expression.right, script, variables);
      if (left === undefined || right === undefined) return undefined;
      if (expression.operator === "+") return left + right;
      if (expression.operator === "-") return left - right;
      if (expression.operator === "*") return left * right;
      if (expression.operator === "/") return right === 0 ? undefined : Math.trunc(left / right);
      return expression.operator === "%" && right !== 0 ? left % right : undefined;
    }
    default:
      return undefined;
  }
}

/** The blank-separated fields of a variable's value, each at its own place. */
function fields(value: Mapped): Mapped[] {
  return [...value.value.matchAll(/\S+/g)].map((match) => slice(value, match.index, match.index + match[0].length));
}
