/** One condition on a label, as PromQL writes it. */
export interface Matcher {
  readonly label: string;
  readonly compares: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

const condition = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^,"]*?)\s*(,|$)/y;

/**
 * Reads `model_name=llama,namespace=prod`; PromQL's other comparisons and quotes may be used too. undefined where it makes no sense: a
 * condition that is dropped would mix in servers that nobody asked for.
 */
export function readMatchers(text: string): readonly Matcher[] | undefined {
  const inner = text
    .trim()
    .replace(/^\{(.*)\}$/s, "$1")
    .trim();
  const found: Matcher[] = [];
  condition.lastIndex = 0;
  while (condition.lastIndex < inner.length) {
    const [, label, compares, value] = condition.exec(inner) ?? [];
    if (label === undefined || value === undefined || !isComparison(compares) || label === "__name__") return undefined;
    found.push({ label, compares, value: value.startsWith('"') ? unquoted(value) : value });
  }
  return found;
}

/** Matchers that hold for exactly these labels. */
export function equalTo(labels: Readonly<Record<string, string>>): readonly Matcher[] {
  return Object.entries(labels).map(([label, value]) => ({ label, compares: "=", value }));
}

/** Holds where a label has one of these values. */
export function oneOf(label: string, values: readonly string[]): Matcher {
  const value = values.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return { label, compares: "=~", value };
}

/** `name{job="vllm"}`. */
export function selector(name: string, matchers: readonly Matcher[]): string {
  return matchers.length === 0 ? name : `${name}{${written(matchers)}}`;
}

/** One selector for all of these names: `{__name__=~"a|b",job="vllm"}`. */
export function selectorOfAll(names: readonly string[], matchers: readonly Matcher[]): string {
  return selectorOfPattern(oneOf("__name__", names).value, matchers);
}

/** A selector for all names that a regular expression matches as a whole. */
export function selectorOfPattern(pattern: string, matchers: readonly Matcher[]): string {
  return `{${written([{ label: "__name__", compares: "=~", value: pattern }, ...matchers])}}`;
}

/** What stands between the braces; `readMatchers` reads it. */
export function written(matchers: readonly Matcher[]): string {
  return matchers.map(({ label, compares, value }) => `${label}${compares}${quoted(value)}`).join(",");
}

/** Text inside the double quotes of PromQL, which reads them as Go does. */
function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function isComparison(text: string | undefined): text is Matcher["compares"] {
  return text === "=" || text === "!=" || text === "=~" || text === "!~";
}
