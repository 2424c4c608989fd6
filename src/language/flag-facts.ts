import type { Catalog } from "../catalog/catalog.ts";
import type { FlagFacts, Gpu, Model } from "../catalog/facts.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { whole } from "../catalog/quantity.ts";
import {
  asyncSchedulingDefault,
  batchDefaults,
  derivedMaxModelLen,
  prefixCachingDefault,
  usesV1,
  utilizationDefault,
} from "../deployment/defaults.ts";
import type { EngineId } from "../deployment/deployment.ts";
import { flagNames } from "../deployment/flag-names.ts";
import { atLeast, type Version } from "../deployment/version.ts";
import { saidVersion } from "../rules/certainty.ts";
import { knownModel } from "../rules/known.ts";
import type { PoolPlace } from "./position.ts";

/** A flag of an engine by any of its spellings, dashes left out or not. */
export function flagFacts(catalog: Catalog, engine: EngineId, spelled: string): FlagFacts | undefined {
  const names = flagNames(catalog.flags(engine), undefined);
  return names.resolve(spelled.startsWith("-") ? spelled : `--${spelled}`).facts;
}

/** A flag's default in words: for the version, GPU and model at hand, else how it varies (VERSIONED-DEFAULTS); undefined where there is none. */
export function defaultWords(
  facts: FlagFacts,
  catalog: Catalog,
  place: Pick<PoolPlace, "analysis" | "pool"> | undefined,
): string | undefined {
  const own = !place || place.analysis.deployment.engine === "vllm" ? vllmDefault(facts.name, catalog, place) : undefined;
  if (own !== undefined) return own;
  if (facts.default === null || facts.default === undefined) return undefined;
  const text = typeof facts.default === "string" ? facts.default : JSON.stringify(facts.default);
  return text.length > 40 || text === "" ? undefined : text;
}

function vllmDefault(name: string, catalog: Catalog, place: Pick<PoolPlace, "analysis" | "pool"> | undefined): string | undefined {
  const version = place && saidVersion(place.pool);
  const gpu = place?.pool.hardware.gpu && catalog.gpu(place.pool.hardware.gpu.value);
  const batch = version && gpu ? batchDefaults(version, gpu) : undefined;
  switch (name) {
    case "gpu-memory-utilization":
      return version ? `${utilizationDefault(version)} in vLLM ${version.text}` : "0.9 up to vLLM 0.19, 0.92 from 0.20";
    case "max-num-batched-tokens":
      return batch && gpu ? `${whole(batch.tokens)} on ${shortGpuName(gpu.id)}` : "by GPU: 2,048, 8,192 or 16,384";
    case "max-num-seqs":
      return batch && gpu ? `${whole(batch.sequences)} on ${shortGpuName(gpu.id)}` : "by GPU: 256 or 1,024";
    case "max-model-len": {
      const model = place && knownModel(place.analysis.deployment);
      return model && version ? `${whole(derivedMaxModelLen(model, version))}, the model's own limit` : "the model's own limit";
    }
    case "enable-prefix-caching":
      return ofPrefixes(place && knownModel(place.analysis.deployment), version) ?? ofV1(version, gpu, "true");
    case "enable-chunked-prefill":
      return ofV1(version, gpu, "true");
    case "async-scheduling":
      return version ? String(asyncSchedulingDefault(version, place.pool.engine.executor?.value)) : "on from vLLM 0.14";
    default:
      return undefined;
  }
}

/** Models with recurrent states keep prefixes from 0.26 on. */
function ofPrefixes(model: Model | undefined, version: Version | undefined): string | undefined {
  if (!model?.recurrent) return undefined;
  return version ? String(prefixCachingDefault(true, model, version)) : "on from vLLM 0.26";
}

/** What holds for the V1 engine, which a release before 0.11 may or may not run. */
function ofV1(version: Version | undefined, gpu: Gpu | undefined, words: string): string | undefined {
  if (!version || atLeast(version, "0.11.0")) return words;
  if (!gpu) return "on in the V1 engine";
  return usesV1(version, gpu, undefined) ? words : "false";
}
