import type { EngineId } from "../deployment.ts";
import type { FlagNames } from "../flag-names.ts";
import type { JoinedText } from "../joined-text.ts";
import type { Neighbours } from "../neighbours.ts";
import type { LineMap } from "../text.ts";
import type { YamlDocument, YamlValue } from "../yaml-document.ts";

/** Another file's documents, under the name by which the files it names in turn are found. */
export interface OtherFile {
  readonly file: string;
  readonly documents: readonly YamlDocument[];
}

/** What a reader needs besides the document: the text, the flags' names, and what else of the workspace belongs to it. */
export class ReaderContext {
  private byKind: ReadonlyMap<string, readonly YamlValue[]> | undefined;

  constructor(
    private readonly text: JoinedText,
    private readonly neighbours: Neighbours,
    /** An engine's flags of all versions: to recognise arguments that come without image or command, and keys that are flags. */
    readonly names: (engine: EngineId) => FlagNames,
    readonly fileName: string,
  ) {}

  /** The original text, other files' behind it; positions in the parsed text are the same. */
  get source(): string {
    return this.text.original;
  }

  get lines(): LineMap {
    return this.text.lines;
  }

  /** All documents of the text: one may name another (a ConfigMap, a runtime, a base). */
  get documents(): readonly YamlDocument[] {
    return this.text.documents;
  }

  /** The text's own objects of a kind, in the order written; sorted once, however many containers ask. */
  ofKind(kind: string): readonly YamlValue[] {
    this.byKind ??= sortedByKind(this.documents);
    return this.byKind.get(kind) ?? [];
  }

  /** The object of one of these kinds with this name: in the text itself, else in the workspace's one file that defines it. */
  object(kinds: readonly string[], name: string): YamlValue | undefined {
    if (name === "") return undefined;
    const here = objectIn(this.documents, kinds, name);
    if (here) return here;
    for (const kind of kinds) {
      const file = this.neighbours.defining(kind, name);
      const there = file && objectIn(this.text.documentsOf(file), kinds, name);
      if (there) return there;
    }
    return undefined;
  }

  /** The file at a path as this text, or another file `from`, writes it. */
  fileAt(path: string, from: string | undefined): OtherFile | undefined {
    const file = this.neighbours.at(path, from);
    return file && { file: file.file, documents: this.text.documentsOf(file) };
  }
}

function sortedByKind(documents: readonly YamlDocument[]): ReadonlyMap<string, readonly YamlValue[]> {
  const sorted = new Map<string, YamlValue[]>();
  for (const { root } of documents) {
    const kind = root.at("kind").string;
    const same = sorted.get(kind);
    if (same) same.push(root);
    else sorted.set(kind, [root]);
  }
  return sorted;
}

function objectIn(documents: readonly YamlDocument[], kinds: readonly string[], name: string): YamlValue | undefined {
  for (const { root } of documents) {
    if (kinds.includes(root.at("kind").string) && root.at("metadata", "name").string === name) return root;
  }
  return undefined;
}
