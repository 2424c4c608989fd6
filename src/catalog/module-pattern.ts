/** Whether a module's name is meant; a pattern is matched from the name's beginning, as the engines do. */
export type ModuleTest = (name: string) => boolean;

interface Token {
  readonly takes: (character: string) => boolean;
  /** May be left out, may be repeated. */
  readonly optional: boolean;
  readonly repeated: boolean;
}

const mostAlternatives = 64;
const longest = 400;

/**
 * A pattern of a quantisation config: `re:` with a regular expression, else a name with `*`. Expressions come from outside, so they are
 * walked here in time linear in name × pattern; undefined for those that use more than alternatives, classes and single repetitions.
 */
export function modulePattern(text: string): ModuleTest | undefined {
  const expression = text.startsWith("re:") ? text.slice(3) : undefined;
  if (text.length > longest) return undefined;
  const variants = expression === undefined ? [text] : alternatives(expression);
  const parsed = variants?.map((one) => (expression === undefined ? globTokens(one) : tokens(one)));
  if (!parsed || parsed.some((one) => one === undefined)) return undefined;
  return (name) => parsed.some((one) => one !== undefined && matches(one.tokens, name, one.whole));
}

interface Parsed {
  readonly tokens: readonly Token[];
  /** The name must end where the pattern does. */
  readonly whole: boolean;
}

function globTokens(text: string): Parsed {
  const one = (character: string): Token =>
    character === "*"
      ? { takes: () => true, optional: true, repeated: true }
      : { takes: (other) => other === character, optional: false, repeated: false };
  return { tokens: Array.from(text, one), whole: true };
}

/** `a(b|c)d` as `abd` and `acd`; undefined for a group that is repeated or has groups inside. */
function alternatives(expression: string): readonly string[] | undefined {
  const open = expression.search(/(?<!\\)\(/);
  if (open < 0) return [expression];
  const close = expression.indexOf(")", open);
  const inner = expression.slice(open + 1, close).replace(/^\?:/, "");
  if (close < 0 || inner.includes("(") || /^[*+?{]/.test(expression.slice(close + 1))) return undefined;
  const rest = alternatives(expression.slice(close + 1));
  const expanded = rest && inner.split("|").flatMap((choice) => rest.map((tail) => expression.slice(0, open) + choice + tail));
  return expanded && expanded.length <= mostAlternatives ? expanded : undefined;
}

function tokens(expression: string): Parsed | undefined {
  const found: Token[] = [];
  let at = expression.startsWith("^") ? 1 : 0;
  while (at < expression.length) {
    if (expression[at] === "$" && at === expression.length - 1) return { tokens: found, whole: true };
    const atom = /^(?:\\(.)|(\[\^?[\w.\-\\]+\])|([^\\[\](){}*+?|^$]))/.exec(expression.slice(at));
    const takes = atom && takesOf(atom);
    if (!takes) return undefined;
    at += atom[0].length;
    const quantifier = /^[*+?]/.exec(expression.slice(at))?.[0] ?? "";
    at += quantifier.length;
    // A lazy repetition takes the same names.
    if (quantifier !== "" && expression[at] === "?") at++;
    found.push({ takes, optional: quantifier === "*" || quantifier === "?", repeated: quantifier === "*" || quantifier === "+" });
  }
  return { tokens: found, whole: false };
}

function takesOf([, escaped, characters, plain]: RegExpExecArray): Token["takes"] | undefined {
  if (characters !== undefined) return classOf(characters.slice(1, -1));
  if (escaped === "d") return (other) => other >= "0" && other <= "9";
  if (escaped === "w") return (other) => /\w/.test(other);
  if (escaped !== undefined) return /[a-z]/i.test(escaped) ? undefined : (other) => other === escaped;
  return plain === "." ? () => true : (other) => other === plain;
}

function classOf(text: string): Token["takes"] {
  const negated = text.startsWith("^");
  const members = (negated ? text.slice(1) : text).replace(/\\d/g, "0-9").replace(/\\/g, "");
  const ranges = [...members.matchAll(/(.)-(.)|(.)/g)].map(([, from, to, single = ""]) => [from ?? single, to ?? single] as const);
  return (other) => ranges.some(([from, to]) => other >= from && other <= to) !== negated;
}

/** All ways at once: after each character, the set of tokens that may come next. */
function matches(pattern: readonly Token[], name: string, whole: boolean): boolean {
  let states = reachable(pattern, new Set([0]));
  if (!whole && states.has(pattern.length)) return true;
  for (const character of name) {
    const next = new Set<number>();
    for (const state of states) {
      const token = pattern[state];
      if (!token?.takes(character)) continue;
      next.add(state + 1);
      if (token.repeated) next.add(state);
    }
    states = reachable(pattern, next);
    if (!whole && states.has(pattern.length)) return true;
    if (states.size === 0) return false;
  }
  return states.has(pattern.length);
}

function reachable(pattern: readonly Token[], states: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(states);
  for (const state of all) if (pattern[state]?.optional) all.add(state + 1);
  return all;
}
