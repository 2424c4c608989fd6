import type { Analysis } from "./results.ts";

interface Entry {
  readonly version: number;
  readonly analysis: Analysis;
  /** The last analysis that found deployments in a text that could be read. */
  readonly lastGood: Analysis | undefined;
}

/** One analysis a document version. Clear a document when it is closed, everything when settings or project files change. */
export class AnalysisCache {
  private readonly entries = new Map<string, Entry>();

  /** The analysis of this version, made by `make` at its first use. */
  get(uri: string, version: number, make: () => Analysis): Analysis {
    const entry = this.entries.get(uri);
    if (entry?.version === version) return entry.analysis;
    const analysis = make();
    const lastGood = analysis.deployments.length > 0 ? analysis : analysis.broken ? entry?.lastGood : undefined;
    this.entries.set(uri, { version, analysis, lastGood });
    return analysis;
  }

  /** What lenses and hints show: this version's, or the last good one while the text is broken. */
  shown(uri: string): Analysis | undefined {
    const entry = this.entries.get(uri);
    return entry?.lastGood ?? entry?.analysis;
  }

  /** Forgets the versions, keeps what is shown until the next analysis. */
  invalidate(): void {
    for (const [uri, entry] of this.entries) this.entries.set(uri, { ...entry, version: Number.NaN });
  }

  delete(uri: string): void {
    this.entries.delete(uri);
  }

  clear(): void {
    this.entries.clear();
  }
}
