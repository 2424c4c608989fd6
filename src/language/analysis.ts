import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment, Reading, ReadProblem } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { read } from "../deployment/read.ts";
import { settle } from "../deployment/settle.ts";
import type { Settlement } from "../deployment/settled.ts";
import { noSurroundings, type Surroundings } from "../deployment/surroundings.ts";
import { fittedLengths, memoryPlan } from "../memory/memory-plan.ts";
import { check } from "../rules/check.ts";
import { textRules } from "../rules/registry.ts";
import type { Finding } from "../rules/rule.ts";
import { estimateOf } from "./estimates.ts";
import type { Analysis, DeploymentAnalysis } from "./results.ts";
import { sameData } from "./same-data.ts";
import { planUnder, planWith } from "./variants.ts";

export interface AnalyseOptions {
  readonly catalog: Catalog;
  readonly surroundings?: Surroundings;
  readonly fileName?: string;
  /** What the text said a moment ago, read with the same catalogue: deployments that did not change are not judged again. */
  readonly before?: Analysis | undefined;
}

/** All that a text says and what follows from it. Never throws: what fails inside one deployment becomes a problem at its place. */
export function analyse(text: string, options: AnalyseOptions): Analysis {
  const surroundings = options.surroundings ?? noSurroundings;
  const reading = read(text, { catalog: options.catalog, surroundings, fileName: options.fileName ?? "" });
  const analysis = analyseReading(reading, options.catalog, options.before);
  const ofText = textFindings(text, reading);
  return ofText.length === 0 ? analysis : { ...analysis, findings: [...analysis.findings, ...ofText].sort(byPlace) };
}

/** What is wrong with a text as a text, where it is one of ours. */
export function textFindings(text: string, { formats, problems, ignoredLines }: Reading): readonly Finding[] {
  if (formats.length === 0 && problems.length === 0) return [];
  return textRules.flatMap((rule) => rule.check(text)).filter((one) => !isSilenced(one, ignoredLines));
}

/** The same for what was already read, such as a bare command line. */
export function analyseReading(reading: Reading, catalog: Catalog, before?: Analysis): Analysis {
  const old = before && sameData(before.ignoredLines, reading.ignoredLines) ? before.deployments : [];
  const attempts = reading.deployments.map((deployment): Attempt => {
    const known = old.find((one) => one.deployment.id === deployment.id);
    if (known && isAlone(deployment) && sameData(known.deployment, deployment)) return { analysis: known };
    return attempt(deployment, () => withEstimate(judged(deployment, reading, catalog), catalog));
  });
  const deployments = attempts.map(({ analysis }) => analysis);
  const problems = [...reading.problems, ...attempts.flatMap(({ problem }) => problem ?? [])];
  const findings = deployments.flatMap((one) => one.findings).sort(byPlace);
  return { formats: reading.formats, deployments, problems, ignoredLines: reading.ignoredLines, findings };
}

/** Engines that are told which cards to use are judged together with those beside them; the others are not. */
function isAlone({ pools }: Deployment): boolean {
  return pools.every(({ hardware }) => hardware.devices === undefined);
}

/** All that follows from one deployment but its speed, which takes the longest. */
export function judge(deployment: Deployment, reading: Reading, catalog: Catalog): Attempt {
  return attempt(deployment, () => judged(deployment, reading, catalog));
}

/** A mistake of ours in one deployment becomes a problem at its place. */
interface Attempt {
  readonly analysis: DeploymentAnalysis;
  readonly problem?: ReadProblem;
}

function attempt(deployment: Deployment, make: () => DeploymentAnalysis): Attempt {
  try {
    return { analysis: make() };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const problem = { message: message("This deployment could not be analysed: {0}", why), range: deployment.anchor };
    return { analysis: unanalysed(deployment, why), problem };
  }
}

function withEstimate(analysis: DeploymentAnalysis, catalog: Catalog): DeploymentAnalysis {
  const { settled, memory } = analysis;
  return settled ? { ...analysis, estimate: estimateOf(settled, memory, catalog) } : analysis;
}

function judged(deployment: Deployment, reading: Reading, catalog: Catalog): DeploymentAnalysis {
  const settlement = fittedLengths(settle(deployment, catalog));
  const { settled } = settlement;
  const memory = settled ? settled.pools.map((pool) => memoryPlan(settled.model, pool)) : [];
  const findings = deployment.pools.flatMap((pool, index) =>
    check({
      deployment,
      pool,
      settled,
      settledPool: settled?.pools[index],
      memory: memory[index],
      catalog,
      // Asked for by few rules, and only where a pool names its cards.
      get beside() {
        return reading.deployments.flatMap((one) => one.pools.map((other) => ({ deployment: one, pool: other })));
      },
      tryWith: (changes) => planWith(deployment, index, changes, catalog),
      tryVersion: (version) => planUnder(deployment, index, version, catalog),
    }),
  );
  const kept = distinct(findings).filter((one) => !isSilenced(one, reading.ignoredLines));
  return {
    deployment,
    settlement,
    settled,
    memory,
    estimate: undefined,
    findings: kept.sort(byPlace),
  };
}

/** A directive on its line or the line above. */
export function isSilenced({ code, range }: Finding, ignoredLines: Reading["ignoredLines"]): boolean {
  if (range.file !== undefined) return false;
  const { line } = range.start;
  return ignoredLines.get(line)?.has(code) === true || ignoredLines.get(line - 1)?.has(code) === true;
}

/** Pools that share a word (one set of flags, two roles) report it once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, range, message: { text, args } }) => {
    const key = JSON.stringify([code, range, text, args]);
    return !seen.has(key) && seen.add(key);
  });
}

function byPlace(a: Finding, b: Finding): number {
  return a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character || a.code.localeCompare(b.code, "en");
}

function unanalysed(deployment: Deployment, why: string): DeploymentAnalysis {
  const settlement: Settlement = { missing: [{ what: "settings", message: message("could not be analysed: {0}", why) }] };
  return { deployment, settlement, settled: undefined, memory: [], estimate: undefined, findings: [] };
}
