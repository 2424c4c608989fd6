import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from "yaml";
import { isTooDeep } from "../catalog/nesting.ts";
import { writtenBytesPerSecond } from "../catalog/written-quantity.ts";
import type { ReadProblem, Slo } from "./deployment.ts";
import { seconds } from "./directives.ts";
import { matchesGlob, specificity } from "./glob.ts";
import { type Message, message } from "./message.ts";
import type { Assumptions } from "./surroundings.ts";
import { emptyRange, LineMap, type Range } from "./text.ts";
import { parseVersion } from "./version.ts";

/** `.inference-lens.yaml`: what the files of a workspace do not say. */
export interface Project {
  readonly defaults: Assumptions;
  /** In the order written. */
  readonly files: readonly { readonly glob: string; readonly assumptions: Assumptions }[];
}

export interface ReadProject {
  readonly project: Project;
  readonly problems: readonly ReadProblem[];
}

const keys = "gpu, gpusPerNode, link, engineVersion, workload, slo, price, ignore, flags";

/** Reads the project file. Never throws: what means nothing is left out and told at its place. */
export function readProject(text: string): ReadProject {
  const problems: ReadProblem[] = [];
  const lines = new LineMap(text);
  const place = (node: unknown): Range => {
    const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
    const [start, end] = Array.isArray(range) ? range : [];
    return typeof start === "number" && typeof end === "number" ? lines.range({ start, end }) : emptyRange;
  };
  const report = (words: Message, node: unknown): void => {
    problems.push({ message: words, range: place(node) });
  };
  if (isTooDeep(text)) {
    report(message("Nested too deeply to be read."), undefined);
    return { project: { defaults: {}, files: [] }, problems };
  }
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  for (const { message: words, pos } of document.errors.slice(0, 5)) {
    problems.push({ message: message("Not valid YAML: {0}", words), range: lines.range({ start: pos[0], end: pos[1] }) });
  }
  const files: { glob: string; assumptions: Assumptions }[] = [];
  let defaults: Assumptions = {};
  const root = document.contents;
  if (root !== null && !isMap(root)) report(message("The project file must hold “defaults” and “files”."), root);
  for (const [key, value, keyNode] of entries(root)) {
    if (key === "defaults") defaults = readAssumptions(value, report);
    else if (key === "files") {
      if (!isMap(value)) report(message("“files” must map path patterns to values."), value ?? keyNode);
      for (const [glob, one] of entries(value)) files.push({ glob, assumptions: readAssumptions(one, report) });
    } else report(message("Unknown key “{0}”. Known: {1}.", key, "defaults, files"), keyNode);
  }
  return { project: { defaults, files }, problems };
}

/** What the project says of one file, given by its path from the project file's folder. More closely named entries win, later ones among equals. */
export function assumptionsFor({ defaults, files }: Project, path: string): Assumptions {
  const matching = files
    .map((entry, order) => ({ ...entry, order }))
    .filter(({ glob }) => matchesGlob(glob, path))
    .sort((a, b) => specificity(a.glob) - specificity(b.glob) || a.order - b.order);
  return matching.reduce((merged, { assumptions }) => merge(merged, assumptions), defaults);
}

function merge(base: Assumptions, over: Assumptions): Assumptions {
  const ignore = [...new Set([...(base.ignore ?? []), ...(over.ignore ?? [])])];
  return {
    ...base,
    ...over,
    ...(base.slo || over.slo ? { slo: { ...base.slo, ...over.slo } } : {}),
    ...(base.gpuPrices || over.gpuPrices ? { gpuPrices: { ...base.gpuPrices, ...over.gpuPrices } } : {}),
    ...(base.flags || over.flags ? { flags: { ...base.flags, ...over.flags } } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
  };
}

type Report = (words: Message, node: unknown) => void;

function entries(node: unknown): readonly (readonly [string, Node | null, unknown])[] {
  if (!isMap(node)) return [];
  return node.items.map((pair: Pair<unknown, unknown>) => {
    const value = pair.value;
    return [wordsOf(pair.key) ?? "", isMap(value) || isSeq(value) || isScalar(value) ? value : null, pair.key];
  });
}

/** A scalar's words; undefined for collections, null and dates. */
function wordsOf(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  const { value } = node;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value).trim() : undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readAssumptions(node: Node | null, report: Report): Assumptions {
  const result: Mutable<Assumptions> = {};
  if (node !== null && !isMap(node)) {
    if (!(isScalar(node) && node.value === null)) report(message("Values must be written as “key: value”."), node);
    return result;
  }
  for (const [key, value, keyNode] of entries(node)) {
    const words = wordsOf(value);
    switch (key) {
      case "gpu":
      case "workload":
        if (words) result[key] = words;
        else report(message("“{0}” must be a name.", key), value ?? keyNode);
        break;
      case "gpusPerNode":
        if (words && /^[1-9]\d{0,4}$/.test(words)) result.gpusPerNode = Number(words);
        else report(message("“{0}” is no number of GPUs.", words ?? ""), value ?? keyNode);
        break;
      case "link": {
        const speed = words === undefined ? undefined : writtenBytesPerSecond(words);
        if (speed === undefined) report(message("“{0}” is no link speed; write it like 400Gbps.", words ?? ""), value ?? keyNode);
        else result.networkBytesPerSecond = speed;
        break;
      }
      case "engineVersion": {
        // 0.20 without quotes is the number 0.2 to YAML: the word as written counts.
        const written = isScalar(value) && typeof value.source === "string" ? value.source.trim() : words;
        if (written && parseVersion(written)) result.engineVersion = written;
        else report(message("“{0}” is no version; write it like 0.19.0.", words ?? ""), value ?? keyNode);
        break;
      }
      case "price": {
        const price = isMap(value) ? undefined : readPrice(value, keyNode, report);
        if (isMap(value)) result.gpuPrices = readPrices(value, report);
        else if (price !== undefined) result.gpuHourPrice = price;
        break;
      }
      case "slo":
        result.slo = readSlo(value, report);
        break;
      case "ignore":
        result.ignore = isSeq(value) ? value.items.flatMap((item) => wordsOf(item) ?? []) : words ? words.split(",") : [];
        break;
      case "flags":
        result.flags = Object.fromEntries(
          entries(value).flatMap(([name, one]) => {
            const word = wordsOf(one);
            return word === undefined ? [] : [[name, word]];
          }),
        );
        break;
      default:
        report(message("Unknown key “{0}”. Known: {1}.", key, keys), keyNode);
    }
  }
  return result;
}

function readPrice(node: Node | null, keyNode: unknown, report: Report): number | undefined {
  const words = wordsOf(node);
  if (words && /^\d+(\.\d+)?$/.test(words)) return Number(words);
  report(message("“{0}” is no price; write it like 2.50.", words ?? ""), node ?? keyNode);
  return undefined;
}

/** A table of one's own: a price of each GPU by its name. */
function readPrices(node: Node, report: Report): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entries(node).flatMap(([name, value, keyNode]) => {
      const price = readPrice(value, keyNode, report);
      return price === undefined ? [] : [[name, price]];
    }),
  );
}

function readSlo(node: Node | null, report: Report): Partial<Slo> {
  const result: Mutable<Partial<Slo>> = {};
  if (!isMap(node)) {
    report(message("Limits are written like {0}.", "{ ttft: 500ms, tpot: 50ms, percentile: 95 }"), node);
    return result;
  }
  for (const [key, value, keyNode] of entries(node)) {
    const words = wordsOf(value) ?? "";
    if (key === "percentile") {
      const percentile = Number(words);
      if (percentile > 0 && percentile < 100) result.percentile = percentile;
      else report(message("“{0}” is no percentile; write it like 95.", words), value ?? keyNode);
    } else if (key === "ttft" || key === "tpot" || key === "e2e") {
      const limit = seconds(words);
      if (limit === undefined) report(message("“{0}” is no duration; write it like 500ms or 2s.", words), value ?? keyNode);
      else result[`${key}Seconds`] = limit;
    } else report(message("Unknown key “{0}”. Known: {1}.", key, "ttft, tpot, e2e, percentile"), keyNode);
  }
  return result;
}
