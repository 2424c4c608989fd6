import {
  type Alias,
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  parseDocument,
  type Scalar,
} from "yaml";
import { isTooDeep } from "../catalog/nesting.ts";
import { literalPlace, type Mapped, unknownMark } from "./mapped.ts";
import type { Masked } from "./templates.ts";
import type { Span } from "./text.ts";
import { scalarText, scalarValue } from "./yaml-scalar.ts";

/** An error of the YAML reader, at its place. */
export interface YamlError {
  readonly text: string;
  readonly span: Span;
}

/** The text that documents stand in, as written and with its template markers masked; it may grow at its end. */
export interface Texts {
  readonly original: string;
  readonly masked: string;
}

/** One document of a file: its tree behind typed access that follows aliases and merge keys without ever expanding them. */
export class YamlDocument {
  readonly errors: readonly YamlError[];
  readonly span: Span;
  /** A template marker stands alone on a line of this document. */
  readonly structuralTemplate: boolean;
  /** It holds any template marker. */
  readonly templated: boolean;
  private readonly anchors = new Map<Alias, Node>();

  constructor(
    private readonly document: Document,
    private readonly texts: Texts,
    span: Span,
    private readonly masked: Masked,
  ) {
    this.span = span;
    this.errors = document.errors.map(({ message, pos }) => ({ text: message, span: this.within(pos[0], pos[1]) }));
    this.structuralTemplate = masked.structural.some(({ start }) => start >= span.start && start < span.end);
    this.templated = this.structuralTemplate || (masked.markers > 0 && this.source.slice(span.start, span.end).includes(unknownMark));
    this.bindAliases();
  }

  /** A place the YAML reader told, which for what is never closed may lie behind the last character. */
  private within(start: number, end: number): Span {
    const last = this.texts.masked.length;
    return { start: Math.min(start, last), end: Math.min(Math.max(start, end), last) };
  }

  /** The text with its template markers masked; all places are offsets into it. */
  get source(): string {
    return this.texts.masked;
  }

  get root(): YamlValue {
    return new YamlValue(this, this.document.contents ?? undefined, undefined);
  }

  /**
   * YAML inside a literal block scalar (`data: {config.yaml: |`), every place that of the file itself; undefined for other values, whose
   * text stands elsewhere than it reads.
   */
  embedded(value: YamlValue): YamlDocument | undefined {
    const { literalSpan } = value;
    return literalSpan && this.inside(literalSpan, this.source.slice(literalSpan.start, literalSpan.end));
  }

  /** YAML inside a text that stands in the document line by line (a script's here-document); what of it is unknown stays so. */
  embeddedText(text: Mapped): YamlDocument | undefined {
    const place = literalPlace(text, this.source);
    return place && this.inside(place.span, place.text);
  }

  private inside(span: Span, text: string): YamlDocument | undefined {
    if (isTooDeep(text)) return undefined;
    const parsed = parseDocument(text, parsing);
    shift(parsed, span.start);
    return new YamlDocument(parsed, this.texts, span, this.masked);
  }

  /** Does the document's text hold it, template markers included? */
  mentions(words: RegExp): boolean {
    return words.test(this.texts.original.slice(this.span.start, this.span.end));
  }

  /** The tree's topmost node. */
  get contents(): Node | undefined {
    return this.document.contents ?? undefined;
  }

  /** The same document with another tree, made of its own nodes and another's. */
  with(contents: Node | undefined, other: YamlDocument): YamlDocument {
    const tree = new Document(undefined, parsing);
    tree.contents = contents ?? null;
    tree.errors = [...this.document.errors, ...other.document.errors];
    const made = new YamlDocument(tree, this.texts, this.span, this.masked);
    for (const [alias, node] of [...this.anchors, ...other.anchors]) made.anchors.set(alias, node);
    return made;
  }

  /** The node an alias stands for; undefined when it names nothing, or only itself. */
  resolve(node: unknown): Node | undefined {
    let found = node;
    for (let hops = 0; isAlias(found); hops++) {
      if (hops > 16) return undefined;
      found = this.anchors.get(found);
    }
    return isScalar(found) || isCollection(found) ? found : undefined;
  }

  /** An alias means the nearest anchor of that name before it; one walk over the tree, deep trees included. */
  private bindAliases(): void {
    const byName = new Map<string, Node>();
    const stack: unknown[] = [this.document.contents];
    while (stack.length > 0) {
      const node = stack.pop();
      if (isAlias(node)) {
        const target = byName.get(node.source);
        if (target) this.anchors.set(node, target);
      } else if (isPair(node)) {
        stack.push(node.value, node.key);
      } else if (isScalar(node) || isCollection(node)) {
        if (node.anchor) byName.set(node.anchor, node);
        if (isCollection(node)) for (let i = node.items.length - 1; i >= 0; i--) stack.push(node.items[i]);
      }
    }
  }
}

/** A value somewhere in a document, or nothing: every step of a path may be missing. */
export class YamlValue {
  constructor(
    readonly document: YamlDocument,
    private readonly written: Node | undefined,
    private readonly keyNode: Scalar | undefined,
  ) {}

  /** The key it stands under. */
  get key(): Mapped | undefined {
    return this.keyNode && scalarText(this.keyNode, this.document.source);
  }

  private get node(): Node | undefined {
    return this.document.resolve(this.written);
  }

  /** Its node, as far as it is more than an alias to nothing. */
  get contents(): Node | undefined {
    return this.node;
  }

  get exists(): boolean {
    return this.node !== undefined;
  }

  /** Where it is written; an alias's own place. */
  get span(): Span | undefined {
    const range = this.written?.range;
    return range ? { start: range[0], end: range[1] } : undefined;
  }

  /** The lines of a literal block scalar; undefined for anything else. */
  get literalSpan(): Span | undefined {
    const { node } = this;
    if (!isScalar(node) || node.type !== "BLOCK_LITERAL" || !node.range) return undefined;
    const [start, end] = node.range;
    const header = this.document.source.indexOf("\n", start);
    return header < 0 || header >= end ? undefined : { start: header + 1, end };
  }

  get isMap(): boolean {
    return isMap(this.node);
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  /** `[a, b]` or `{a: b}` */
  get isFlow(): boolean {
    const { node } = this;
    return isCollection(node) && node.flow === true;
  }

  /** Value under the path's keys. The last of repeated keys counts, a merged mapping fills what is missing. */
  at(...path: readonly string[]): YamlValue {
    return path.reduce<YamlValue>((value, name) => value.member(name, 0), this);
  }

  private member(name: string, depth: number): YamlValue {
    const { node } = this;
    if (!isMap(node) || depth > 8) return new YamlValue(this.document, undefined, undefined);
    for (let i = node.items.length - 1; i >= 0; i--) {
      const pair = node.items[i];
      if (pair && isScalar(pair.key) && keyText(pair.key.value, pair.key.source) === name) return this.child(pair);
    }
    for (const base of this.bases()) {
      const found = base.member(name, depth + 1);
      if (found.exists || found.keyNode) return found;
    }
    return new YamlValue(this.document, undefined, undefined);
  }

  private child(pair: Pair<unknown, unknown>): YamlValue {
    const key = isScalar(pair.key) ? pair.key : undefined;
    const value = isAlias(pair.value) || isScalar(pair.value) || isCollection(pair.value) ? pair.value : undefined;
    return new YamlValue(this.document, value, key);
  }

  /** Entries of a mapping in the order written, merge keys left out. */
  entries(): YamlValue[] {
    const { node } = this;
    if (!isMap(node)) return [];
    return node.items.filter((pair) => isScalar(pair.key) && pair.key.value !== "<<").map((pair) => this.child(pair));
  }

  /** Entries with those that merge keys bring in under names of their own. */
  allEntries(): YamlValue[] {
    const found = this.entries();
    const names = new Set(found.map(({ key }) => key?.value));
    const queue = this.bases();
    const seen = new Set<Node>();
    for (let base = queue.shift(); base; base = queue.shift()) {
      const { node } = base;
      if (!node || seen.has(node)) continue;
      seen.add(node);
      const added = base.entries().filter(({ key }) => !names.has(key?.value));
      for (const entry of added) names.add(entry.key?.value);
      found.push(...added);
      queue.push(...base.bases());
    }
    return found;
  }

  /** What the merge keys of a mapping name. */
  private bases(): YamlValue[] {
    const { node } = this;
    if (!isMap(node)) return [];
    const merged = this.document.resolve(node.items.find((pair) => isScalar(pair.key) && pair.key.value === "<<")?.value);
    const nodes: readonly unknown[] = isSeq(merged) ? merged.items : [merged];
    return nodes.map((one) => new YamlValue(this.document, this.document.resolve(one), undefined));
  }

  items(): YamlValue[] {
    const { node } = this;
    if (!isSeq(node)) return [];
    return node.items.map((item) => {
      const value = isAlias(item) || isScalar(item) || isCollection(item) ? item : undefined;
      return new YamlValue(this.document, value, undefined);
    });
  }

  /** A scalar's text, numbers and booleans as written; undefined for mappings, lists, nothing and null. */
  text(): Mapped | undefined {
    const { node } = this;
    if (!isScalar(node) || node.value === null) return undefined;
    return scalarText(node, this.document.source);
  }

  /** A scalar's text or "". */
  get string(): string {
    const { node } = this;
    return isScalar(node) ? scalarValue(node) : "";
  }

  /** True for the words that YAML 1.1 and 1.2 take as booleans; undefined for anything else, quoted words included. */
  get boolean(): boolean | undefined {
    const { node } = this;
    if (!isScalar(node) || (node.type !== "PLAIN" && node.type !== undefined)) return undefined;
    const word = String(node.source ?? node.value).toLowerCase();
    if (word === "true" || word === "yes" || word === "on") return true;
    return word === "false" || word === "no" || word === "off" ? false : undefined;
  }

  /** A number or switch written without quotes. */
  get isBare(): boolean {
    const { node } = this;
    return isScalar(node) && (typeof node.value === "number" || typeof node.value === "boolean");
  }

  get isNull(): boolean {
    const { node } = this;
    return isScalar(node) && node.value === null;
  }

  /** Plain data, for values handed on as JSON; undefined when aliases make it cyclic or too large. */
  data(limit = 10_000): unknown {
    let left = limit;
    const convert = (value: unknown, depth: number): unknown => {
      const node = this.document.resolve(value);
      if (--left < 0 || depth > 40) return undefined;
      if (isScalar(node)) return node.value;
      if (isSeq(node)) return node.items.map((item) => convert(item, depth + 1));
      if (isMap(node))
        return Object.fromEntries(
          node.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : ""), convert(pair.value, depth + 1)]),
        );
      return null;
    };
    const result = convert(this.written, 0);
    return left < 0 ? undefined : result;
  }
}

function keyText(value: unknown, source: string | undefined): string {
  return typeof value === "string" ? value : (source ?? String(value));
}

const parsing = { uniqueKeys: false, strict: false, logLevel: "silent", prettyErrors: false, version: "1.2" } as const;

/** Moves every place of a parsed text, which stands at `offset` of another. */
function shift(document: Document, offset: number): void {
  for (const error of document.errors) error.pos = [error.pos[0] + offset, error.pos[1] + offset];
  const stack: unknown[] = [document.contents];
  while (stack.length > 0) {
    const node = stack.pop();
    if (isPair(node)) stack.push(node.key, node.value);
    if (!isNode(node)) continue;
    if (node.range) node.range = [node.range[0] + offset, node.range[1] + offset, node.range[2] + offset];
    if (isCollection(node)) stack.push(...node.items);
  }
}

/**
 * All documents of a text, none where it nests too deep to be parsed. A broken one keeps its errors to itself; what could be read of it
 * is still there. `place` tells where the text stands in a longer one.
 */
export function parseYaml(
  masked: Masked,
  place: { readonly texts: Texts; readonly offset: number } = { texts: { original: masked.text, masked: masked.text }, offset: 0 },
): YamlDocument[] {
  const { text } = masked;
  if (isTooDeep(text)) return [];
  const { texts, offset } = place;
  const parsed = parseAllDocuments(text, parsing);
  const documents = Array.isArray(parsed) ? parsed : [];
  const moved: Masked = {
    ...masked,
    structural: masked.structural.map(({ start, end }) => ({ start: start + offset, end: end + offset })),
  };
  const ends = documents.map((document) => document.range?.[2] ?? 0);
  return documents.map((document, i) => {
    const start = i === 0 ? 0 : (ends[i - 1] ?? 0);
    const end = i === documents.length - 1 ? text.length : (ends[i] ?? text.length);
    if (offset > 0) shift(document, offset);
    return new YamlDocument(document, texts, { start: start + offset, end: Math.max(start, end) + offset }, moved);
  });
}
