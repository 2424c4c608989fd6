import type { RelatedFile } from "./neighbours.ts";
import { maskTemplates } from "./templates.ts";
import { LineMap, type Position, type Range, type Span } from "./text.ts";
import { parseYaml, type YamlDocument } from "./yaml-document.ts";

interface Part {
  readonly start: number;
  readonly end: number;
  readonly file: string;
  readonly lines: LineMap;
  readonly documents: readonly YamlDocument[];
}

/** More characters of other files than one deployment is made of. */
const mostRelated = 2_000_000;

/**
 * A text and the files it is read together with, one behind the other: an offset tells the file too, so that readers need not know of
 * files. The text itself comes first and keeps its offsets; others are added while it is read.
 */
export class JoinedText {
  /** As written, and with its template markers masked. */
  original: string;
  masked: string;
  /** The documents of the text itself. */
  readonly documents: readonly YamlDocument[];
  /** Positions in all of them, those added later included. */
  readonly lines: LineMap;
  private readonly parts: Part[] = [];

  constructor(main: string) {
    const masked = maskTemplates(main);
    this.original = main;
    this.masked = masked.text;
    this.lines = new JoinedLines(main, this.parts);
    this.documents = parseYaml(masked, { texts: this, offset: 0 });
  }

  /** The documents of another file, parsed when it is first asked for; none where all of them are too long together. */
  documentsOf({ file, text }: RelatedFile): readonly YamlDocument[] {
    const before = this.parts.find((part) => part.file === file);
    if (before) return before.documents;
    if (this.original.length + text.length > mostRelated || text.includes("\0")) return [];
    const start = this.original.length + 1;
    const masked = maskTemplates(text);
    this.original += `\n${text}`;
    this.masked += `\n${masked.text}`;
    const documents = parseYaml(masked, { texts: this, offset: start });
    this.parts.push({ start, end: start + text.length, file, lines: new LineMap(text), documents });
    return documents;
  }
}

/** Positions of the first text as ever, of the others in their own files. */
class JoinedLines extends LineMap {
  constructor(
    main: string,
    private readonly parts: readonly Part[],
  ) {
    super(main);
  }

  override position(offset: number): Position {
    const part = this.partAt(offset);
    return part ? part.lines.position(offset - part.start) : super.position(offset);
  }

  override range(span: Span): Range {
    const part = this.partAt(span.start);
    if (!part) return super.range(span);
    const end = Math.min(span.end, part.end);
    return { ...part.lines.range({ start: span.start - part.start, end: end - part.start }), file: part.file };
  }

  private partAt(offset: number): Part | undefined {
    return offset <= this.text.length ? undefined : this.parts.findLast(({ start }) => start <= offset);
  }
}
