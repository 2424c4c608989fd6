import type { Catalog } from "../catalog/catalog.ts";
import { isTooDeep } from "../catalog/nesting.ts";
import { directivesFor } from "./assigned-directives.ts";
import { overChartValues } from "./chart-values.ts";
import type { Deployment, EngineId, Reading, ReadProblem } from "./deployment.ts";
import { checkDirectives } from "./directive-check.ts";
import { type Directives, readDirectives } from "./directives.ts";
import { type FlagNames, flagNames } from "./flag-names.ts";
import { joinUnits } from "./join-units.ts";
import { JoinedText } from "./joined-text.ts";
import { spanOf } from "./mapped.ts";
import { type Message, message } from "./message.ts";
import { ReaderContext } from "./readers/context.ts";
import { rootAnchor } from "./readers/pods/workload.ts";
import { readDocument } from "./readers/read-document.ts";
import type { Recognised } from "./readers/reader.ts";
import { longestText, looksLikeDeployment } from "./sniff.ts";
import type { Surroundings } from "./surroundings.ts";
import type { LineMap, Span } from "./text.ts";
import type { YamlDocument, YamlError } from "./yaml-document.ts";

export interface ReadOptions {
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** Path or name of the file; the name helps to recognise the shortest config files. */
  readonly fileName: string;
}

const nothing: Reading = { formats: [], deployments: [], companions: [], problems: [], ignoredLines: new Map() };

/** Reads every engine deployment that a YAML text holds. Never throws: what cannot be read is unknown, or a problem at its place. */
export function read(text: string, { catalog, surroundings, fileName }: ReadOptions): Reading {
  if (!looksLikeDeployment(text) || text.includes("\0")) return nothing;
  if (text.length > longestText) {
    return refused(message("Too long to be read: {0} characters, at most {1} are.", text.length, longestText));
  }
  const joined = new JoinedText(text);
  const { documents, lines } = joined;
  if (documents.length === 0 && isTooDeep(joined.masked)) return refused(message("Nested too deeply to be read."));
  const names = (engine: EngineId): FlagNames => flagNames(catalog.flags(engine), undefined);
  const context = new ReaderContext(joined, surroundings.neighbours, names, fileName);
  const found = withRouting(documents.map((document): Found => ({ document, recognised: recognisedIn(document, context) })));
  const recognised = found.flatMap((one) => one.recognised);
  const units = recognised.flatMap((one) => one.units);
  const directives = readDirectives(text, lines);
  const spans = documents.map(({ span }) => span);
  const assigned = directivesFor(units, spans, directives.all, text, lines);
  const inDocuments = recognised.map((one) => one.units);
  const deployments = joinUnits(inDocuments, assigned, { source: joined.original, lines, catalog, surroundings });
  const formats = new Set(recognised.flatMap(({ format }) => format ?? []));
  const companions = formats.size === 0 ? [] : recognised.flatMap((one) => one.companions ?? []);
  return {
    formats: [...formats],
    deployments,
    companions: companions.map(({ kind, name, span }) => ({ kind, name, range: lines.range(span) })),
    problems: [...problemsOf(found, lines), ...directiveProblems(directives, deployments, catalog, lines)],
    ignoredLines: directives.ignoredLines,
  };
}

/** What a document holds, together with the files it names; what was found in these stands under the document's own first key. */
function recognisedIn(document: YamlDocument, context: ReaderContext): Recognised[] {
  const { root, span } = document;
  const anchor = rootAnchor(root, span);
  const isElsewhere = ({ start }: Span): boolean => start < span.start || start > span.end;
  return readDocument(overChartValues(document, context).root, span, context).map((one) => ({
    ...one,
    units: one.units.map((unit) => (isElsewhere(unit.anchor) ? { ...unit, anchor, extent: span } : unit)),
    companions: (one.companions ?? []).map((unit) => (isElsewhere(unit.span) ? { ...unit, span: anchor } : unit)),
  }));
}

/** Engines are behind the router of their own document, else behind the only one of the text. */
function withRouting(found: readonly Found[]): readonly Found[] {
  const all = found.flatMap(({ recognised }) =>
    recognised.flatMap(({ companions = [] }) => companions.flatMap(({ routing }) => routing ?? [])),
  );
  if (all.length === 0) return found;
  return found.map(({ document, recognised }) => ({
    document,
    recognised: recognised.map((one) => {
      const own = one.companions?.find(({ routing }) => routing !== undefined)?.routing ?? (all.length === 1 ? all[0] : undefined);
      return own ? { ...one, units: one.units.map((unit) => ({ ...unit, routing: own })) } : one;
    }),
  }));
}

function refused(why: Message): Reading {
  const start = { line: 0, character: 0 };
  return { ...nothing, problems: [{ message: why, range: { start, end: start } }] };
}

interface Found {
  readonly document: YamlDocument;
  readonly recognised: readonly Recognised[];
}

/** YAML errors and lost options of documents that hold, or would hold, a deployment; other YAML is none of our business. */
function problemsOf(found: readonly Found[], lines: LineMap): ReadProblem[] {
  return found.flatMap(({ document, recognised }) => {
    const units = recognised.flatMap((one) => one.units);
    // What a template will become is not known, so nothing is wrong with it.
    if (document.templated) return [];
    const error = units.length > 0 || wouldServe(document) ? certainError(document) : undefined;
    const broken = error ? [{ message: message("Not valid YAML: {0}", error.text), range: lines.range(error.span) }] : [];
    const stray = units.flatMap(({ strayOptions }) =>
      strayOptions.map((word) => ({
        message: message("“{0}” does not reach the engine: a comment or a missing backslash above ends the command.", word.value),
        range: lines.range(spanOf(word)),
      })),
    );
    return [...broken, ...stray];
  });
}

/** Kubernetes' own reader takes quoted lines at their parent's indentation, this one stops there: neither that nor what follows is reported. */
function certainError({ errors }: YamlDocument): YamlError | undefined {
  const [first] = errors;
  return first && !/closing .?quote/i.test(first.text) ? first : undefined;
}

/** A workload that names an engine, broken so far that no engine was found in it. */
function wouldServe(document: YamlDocument): boolean {
  const { root } = document;
  return root.at("apiVersion").exists && root.at("spec").exists && document.mentions(/vllm|sglang/);
}

/** Directives are ours wherever they stand; their values are checked where a deployment can use them. */
function directiveProblems(directives: Directives, deployments: readonly Deployment[], catalog: Catalog, lines: LineMap): ReadProblem[] {
  if (deployments.length === 0) return [];
  return [...directives.problems, ...checkDirectives(directives.all, catalog, lines)];
}
