import type { Catalog } from "../catalog/catalog.ts";
import type { EngineId } from "../deployment/deployment.ts";
import { dialects } from "../deployment/engines/dialect.ts";
import { type LaunchToken, launchToken } from "../deployment/launch-tokens.ts";
import type { LineMap, Position, Range } from "../deployment/text.ts";
import { flagFacts } from "./flag-facts.ts";
import { lineText } from "./line-text.ts";
import { mappingSite } from "./mapping-site.ts";
import { contains, poolAt } from "./position.ts";
import type { Analysis } from "./results.ts";
import { type WordPlace, wordPlaceAt } from "./word-place.ts";

/** A flag to come. */
export interface FlagSite {
  readonly kind: "flag";
  readonly engine: EngineId;
  /** How its name is spelled: `--name`, a config file's `name`, or a field's `name_of_it`. */
  readonly spelling: "dashes" | "mapping" | "fields";
  /** The mapping it stands in, with a dot behind: `kv_cache_config.`. */
  readonly prefix: string;
  /** What stands between it and its value. */
  readonly assign: "=" | " " | ": ";
  /** What goes around the whole word. */
  readonly quote: string;
  readonly range: Range;
}

/** A flag's value; an empty flag stands for the model. */
export interface ValueSite {
  readonly kind: "value";
  readonly engine: EngineId;
  readonly flag: string;
  readonly quote: string;
  /** A list item of its own: what YAML would take for a number or a switch needs quotes. */
  readonly isItem: boolean;
  readonly range: Range;
}

/** What is being typed at a position. */
export type CompletionSite =
  | { readonly kind: "directive-key"; readonly range: Range }
  | { readonly kind: "directive-value"; readonly key: string; readonly range: Range }
  | { readonly kind: "gpu"; readonly written: string; readonly range: Range }
  | FlagSite
  | ValueSite;

export function siteAt(lines: LineMap, position: Position, analysis: Analysis, catalog: Catalog): CompletionSite | undefined {
  const { text } = lines;
  const line = lineText(text, lines, position.line);
  const directive = directiveSite(line, position);
  if (directive) return directive;
  const field = mappingSite(lines, position, analysis);
  if (field) return field;
  const gpu = gpuSite(lines, position, analysis);
  if (gpu) return gpu;
  const place = wordPlaceAt(text, lines, position);
  return place && wordSite(place, line, position, poolAt(analysis, position)?.analysis.deployment.engine, catalog);
}

/** The word that names a GPU, wherever a format has it. */
function gpuSite(lines: LineMap, position: Position, { deployments }: Analysis): CompletionSite | undefined {
  for (const { hardware } of deployments.flatMap(({ deployment }) => deployment.pools)) {
    const range = hardware.gpu?.range ?? hardware.gpuAsWritten?.range;
    if (!range || !contains(range, position)) continue;
    const { start, end } = lines.span(range);
    const written = lines.text.slice(start, end);
    if (/^[\w.-]+$/.test(written)) return { kind: "gpu", written, range };
  }
  return undefined;
}

function directiveSite(line: string, position: Position): CompletionSite | undefined {
  const before = line.slice(0, position.character);
  const directive = /#\s*inference-lens:(.*)$/.exec(before);
  if (!directive) return undefined;
  const word = /[^\s]*$/.exec(directive[1] ?? "")?.[0] ?? "";
  const equals = word.indexOf("=");
  if (equals < 0) return { kind: "directive-key", range: wordRange(line, position, before.length - word.length) };
  const key = word.slice(0, equals);
  // Codes stand in a list; the one at the caret is replaced.
  const value = word.slice(Math.max(equals, word.lastIndexOf(",")) + 1);
  return { kind: "directive-value", key, range: wordRange(line, position, before.length - value.length) };
}

/** Keys of lists that hold arguments: `args`, `command`, `extraArgs`, `vllm_args` … */
const argumentKey = /(^|[a-z_-])(args|arguments|commands?|cmd)$/i;

function wordSite(
  place: WordPlace,
  line: string,
  position: Position,
  owner: EngineId | undefined,
  catalog: Catalog,
): CompletionSite | undefined {
  const { before, word, column, form } = place;
  const launch = lastLaunch(before);
  const engine = launch?.token.engine ?? owner ?? "vllm";
  const quote = place.quote === "" ? place.habit : "";
  const range = (from: number): Range => wordRange(line, position, from);
  if (word.startsWith("-")) {
    const equals = word.indexOf("=");
    if (equals < 0) return flagSite(place, engine, range(column));
    return value(engine, word.slice(0, equals), "", false, range(column + equals + 1), catalog);
  }
  const previous = before.at(-1) ?? "";
  const isValue = previous.startsWith("-") && !previous.includes("=") && flagFacts(catalog, engine, previous)?.type !== "bool";
  if (isValue) return value(engine, previous, quote, form !== "shell" && place.quote === "", range(column), catalog);
  const isModel = launch?.token.positionalModel === true && launch.end === before.length;
  if (isModel && word !== "") return value(engine, "", quote, false, range(column), catalog);
  const isArguments = form === "shell" ? launch !== undefined : argumentKey.test(place.key) || before.some((one) => one.startsWith("--"));
  if (!isArguments) return undefined;
  if (isModel) return value(engine, "", quote, false, range(column), catalog);
  if (word === "") return flagSite(place, engine, range(column));
  // The first word of a container's arguments is the model, unless it is a flag.
  return before.length === 0 ? value(engine, "", quote, false, range(column), catalog) : undefined;
}

function flagSite({ form, before, quote, habit }: WordPlace, engine: EngineId, range: Range): FlagSite {
  const spaced = before.some((one, index) => /^--[^=]+$/.test(one) && /^[^-]/.test(before[index + 1] ?? ""));
  const joined = before.some((one) => /^--[^=]+=/.test(one));
  return {
    kind: "flag",
    engine,
    spelling: "dashes",
    prefix: "",
    assign: form === "shell" && spaced && !joined ? " " : "=",
    quote: quote === "" && form !== "shell" ? habit : "",
    range,
  };
}

function value(engine: EngineId, spelled: string, quote: string, isItem: boolean, range: Range, catalog: Catalog): ValueSite {
  const name = flagFacts(catalog, engine, spelled)?.name ?? spelled.replace(/^-+/, "").replaceAll("_", "-");
  const flag = dialects[engine].modelFlags.includes(name) ? "" : name;
  return { kind: "value", engine, flag: spelled === "" ? "" : flag, quote, isItem, range };
}

/** The last thing that the words start, and the word behind it. */
function lastLaunch(words: readonly string[]): { readonly token: LaunchToken; readonly end: number } | undefined {
  for (let at = words.length - 1; at >= 0; at--) {
    const token = launchToken(words, at);
    if (token) return { token, end: at + token.words };
  }
  return undefined;
}

/** From a column to the end of the word at the caret: the rest of it is replaced, what stands behind `=` or `:` stays. */
function wordRange(line: string, { line: at, character }: Position, from: number): Range {
  const rest = /^[\w./-]*/.exec(line.slice(character))?.[0].length ?? 0;
  return { start: { line: at, character: from }, end: { line: at, character: character + rest } };
}
