import type { FlagTable } from "../catalog/facts.ts";
import type { Pool } from "../deployment/deployment.ts";
import type { JudgedEngine } from "../deployment/settled.ts";
import { atLeast, compareVersions, parseVersion, type Version } from "../deployment/version.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { RuleContext, Severity } from "./rule.ts";

/** The engine's version where somebody said it; an assumed one never carries an error. */
export function saidVersion({ engine }: Pool): Version | undefined {
  return engine.version && !/^(engine-default|inferred)$/.test(engine.version.origin) ? engine.version.value : undefined;
}

/** The engine's version, also where only an image named after the engine suggests it. */
export function likelyVersion({ engine }: Pool): Version | undefined {
  return engine.version && engine.version.origin !== "engine-default" ? engine.version.value : undefined;
}

/** A refusal read in releases from `since` on: an error where the said version is one of them, nothing in older ones, else a warning. */
export function refusedSince(pool: Pool, since: string): Severity | undefined {
  const version = saidVersion(pool);
  if (!version) return "warning";
  return atLeast(version, since) ? "error" : undefined;
}

/** A refusal as old as the flags that meet it: every release that knows them refuses, older ones do not know them. */
export function refusedWithFlag(pool: Pool, since: string): Severity | undefined {
  return saidVersion(pool) ? refusedSince(pool, since) : "error";
}

const samples = new WeakMap<FlagTable, readonly Version[]>();

/** The releases that a table was sampled at, in order. */
function sampledVersions(table: FlagTable): readonly Version[] {
  const before = samples.get(table);
  if (before) return before;
  const versions = table.versions.flatMap((text) => parseVersion(text) ?? []);
  samples.set(table, versions);
  return versions;
}

/** Whether the said version lies in what the flag tables cover: from their oldest to their newest sample. */
export function inTables(version: Version, table: FlagTable): boolean {
  const versions = sampledVersions(table);
  const oldest = versions[0];
  const newest = versions.at(-1);
  return oldest !== undefined && newest !== undefined && compareVersions(version, oldest) >= 0 && compareVersions(version, newest) <= 0;
}

/** Whether the tables hold this very release; its later builds count as it. */
export function isSample({ major, minor, patch }: Version, table: FlagTable): boolean {
  return sampledVersions(table).some((one) => one.major === major && one.minor === minor && one.patch === patch);
}

/** `0.18` of 0.18.0, `0.18.1` as it stands. */
export function shortVersion(text: string): string {
  return text.replace(/^(\d+\.\d+)\.0$/, "$1");
}

/** Releases at which the memory law or its defaults change, beside the newest the tables know (VERSIONED-DEFAULTS). */
const turningPoints: Readonly<Record<JudgedEngine, readonly string[]>> = {
  vllm: ["0.9.2", "0.11.2", "0.16.0", "0.18.1", "0.19.1", "0.20.2", "0.28.0"],
  sglang: ["0.4.3", "0.4.6.post5", "0.4.9", "0.5.3", "0.5.9", "0.5.12", "0.5.15"],
  "tensorrt-llm": [],
};

/** Whether the plan is refused under the said version, or, where none is said, under every version that it could be. */
export function refusedForSure(context: RuleContext, refused: (plan: MemoryPlan) => boolean): boolean {
  if (!context.memory || !refused(context.memory)) return false;
  if (saidVersion(context.pool)) return true;
  const engine = context.settledPool?.budget.engine;
  return (engine ? turningPoints[engine] : []).every((version) => {
    const plan = context.tryVersion(version);
    return plan === undefined || refused(plan);
  });
}
