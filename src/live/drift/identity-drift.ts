import type { EngineId } from "../../deployment/deployment.ts";
import { compareVersions, parseVersion } from "../../deployment/version.ts";
import type { RunningServer, Told } from "../running/running-server.ts";
import type { Drift, DriftSite } from "./drift.ts";
import { driftRow } from "./drift-row.ts";

/** Engines by the servers that cannot be anything else. */
const engines: Readonly<Partial<Record<string, EngineId>>> = {
  vllm: "vllm",
  sglang: "sglang",
  "trtllm-serve": "tensorrt-llm",
  tgi: "tgi",
  "llama.cpp": "llama.cpp",
};

/** Engine, release and model: what explains every other difference. */
export function identityDrift(server: RunningServer, site: DriftSite): readonly Drift[] {
  return [...engineDrift(server, site), ...versionDrift(server, site), ...modelDrift(server, site)];
}

function engineDrift(server: RunningServer, site: DriftSite): readonly Drift[] {
  const runs = engines[server.engine];
  const { engine } = site.deployment;
  if (!runs || runs === engine || !Object.values(engines).includes(engine)) return [];
  return [driftRow(site, { setting: "engine", file: engine, server: { value: runs, from: "metrics" }, verdict: "different" })];
}

/** A release that nobody wrote is no claim of the file. */
function versionDrift({ engine, version: told }: RunningServer, site: DriftSite): readonly Drift[] {
  const { version } = site.pool.engine;
  const isWritten = version && ["file", "directive", "project", "argument"].includes(version.origin);
  const runs = told && engines[engine] === site.deployment.engine ? parseVersion(told.value) : undefined;
  if (!isWritten || !runs) return [];
  const verdict = compareVersions(version.value, runs) === 0 ? "equal" : "different";
  return [driftRow(site, { setting: "version", file: version.value.text, server: told, verdict, place: version.range ?? null })];
}

function modelDrift(server: RunningServer, site: DriftSite): readonly Drift[] {
  const { model } = site.deployment;
  const told = server.modelRoot ?? server.model;
  if (!model || !told) return [];
  const { value, range } = model;
  const row = (one: Told<string>, verdict: Drift["verdict"]): readonly Drift[] => [
    driftRow(site, { setting: "model", file: value.name, server: one, verdict, place: range ?? null }),
  ];
  const names = [server.modelRoot, server.model].filter((one) => one !== null);
  const same = names.find((one) => sameName(one.value, value.name) || servedNames(site).some((name) => name === one.value));
  if (same) return row(same, "equal");
  // Paths inside a container and names that may stand for any model say nothing.
  const named = server.modelRoot ?? (canBeRenamed(site) ? null : server.model);
  return named && !isPath(named.value) && !isPath(value.name) && !named.value.includes(",") ? row(named, "different") : [];
}

/** Re-uploaders keep the name. */
function sameName(a: string, b: string): boolean {
  const last = (name: string): string => name.toLowerCase().split("/").at(-1) ?? "";
  return last(a) === last(b);
}

/** A path inside a container or of a bucket is no name. */
function isPath(name: string): boolean {
  return /^[./~]|^\w:|:\/\//.test(name);
}

function servedNames({ pool }: DriftSite): readonly string[] {
  return (
    pool.engine.flags
      .get("served-model-name")
      ?.value?.value?.split(/[\s,]+/)
      .filter((name) => name !== "") ?? []
  );
}

/** The name in requests is written where it cannot be read, or may be written out of sight. */
function canBeRenamed({ pool }: DriftSite): boolean {
  const flag = pool.engine.flags.get("served-model-name");
  return flag ? !flag.value : !pool.engine.complete;
}
