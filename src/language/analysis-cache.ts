import type { ReadProblem } from "../deployment/deployment.ts";
import { brokenAt } from "./broken-yaml.ts";
import { contains } from "./position.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";

interface Entry {
  readonly version: number;
  readonly analysis: Analysis;
  /** With the deployments that broken YAML took away. */
  readonly shown: Analysis;
  /** What took them away. */
  readonly broken: ReadProblem | undefined;
  /** Deployments that were found last. */
  readonly remembered: readonly DeploymentAnalysis[];
}

/** One analysis a document version. Clear a document when it is closed, everything when settings or project files change. */
export class AnalysisCache {
  private readonly entries = new Map<string, Entry>();

  /** The analysis of this version, made by `make` at its first use; it is handed the one before, if that still holds. */
  get(uri: string, version: number, text: string, make: (before: Analysis | undefined) => Analysis): Analysis {
    const before = this.entries.get(uri);
    if (before?.version === version) return before.analysis;
    const analysis = make(before && !Number.isNaN(before.version) ? before.analysis : undefined);
    const remembered = before?.remembered ?? [];
    const lost = lostSince(remembered, analysis);
    const broken = lost.length > 0 ? brokenAt(text) : undefined;
    const deployments = broken ? withLast(analysis.deployments, lost) : analysis.deployments;
    this.entries.set(uri, {
      version,
      analysis,
      shown: broken ? { ...analysis, deployments } : analysis,
      broken,
      // Between two strokes a text may be whole and say nothing: an indentation that is not yet what it will be.
      remembered: deployments.length > 0 ? deployments : remembered,
    });
    return analysis;
  }

  /** What lenses and hints show: this version's, and what was last good of the deployments that are not to be read while they are typed. */
  shown(uri: string): Analysis | undefined {
    return this.entries.get(uri)?.shown;
  }

  /** Where the text stopped being YAML, if a deployment is lost by it. */
  broken(uri: string): ReadProblem | undefined {
    return this.entries.get(uri)?.broken;
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

/** Deployments that were found and are not found any more, or are half read; one that stands in another's text was only renamed. */
function lostSince(before: readonly DeploymentAnalysis[], { deployments }: Analysis): readonly DeploymentAnalysis[] {
  const found = new Map(deployments.map((one) => [one.deployment.id, one]));
  const isTaken = ({ deployment: { anchor } }: DeploymentAnalysis): boolean =>
    deployments.some(({ deployment }) => deployment.pools.some(({ extent }) => contains(extent, anchor.start)));
  return before.filter((one) => {
    const now = found.get(one.deployment.id);
    return now ? isWhole(one) && !isWhole(now) : !isTaken(one);
  });
}

/** All that the file says of it could be read. */
function isWhole({ deployment }: DeploymentAnalysis): boolean {
  return deployment.pools.every(({ engine }) => engine.complete);
}

function withLast(deployments: readonly DeploymentAnalysis[], lost: readonly DeploymentAnalysis[]): readonly DeploymentAnalysis[] {
  const ids = new Set(lost.map(({ deployment }) => deployment.id));
  const all = [...deployments.filter(({ deployment }) => !ids.has(deployment.id)), ...lost];
  return all.sort((a, b) => a.deployment.anchor.start.line - b.deployment.anchor.start.line);
}
