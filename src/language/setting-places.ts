import type { Deployment, Pool } from "../deployment/deployment.ts";
import { settingNames } from "../deployment/setting-names.ts";

/** What of a pool a place in the file decides: the pool itself, its GPU, the number of its instances, or a setting of its engine. */
export type SettingKey = "pool" | "gpu" | "instances" | "sequences" | "batchedTokens" | "share" | "tensor" | "shiftThreshold" | "transfer";

/** Where a pool's setting is written. */
export interface SettingPlace {
  /** Of the deployment's pools. */
  readonly pool: number;
  readonly key: SettingKey;
  /** As the engine calls it; empty for the pool itself. */
  readonly name: string;
  /** null = the file does not write it, and the engine's default holds. */
  readonly line: number | null;
}

/** Names of the setting that says how caches move between pools, as the engines have it. */
const transferFlags = ["kv-transfer-config", "disaggregation-transfer-backend", "cache_transceiver_config"];

/** Where a deployment writes what its runs come from, pool by pool. */
export function settingPlaces({ pools, engine }: Deployment): readonly SettingPlace[] {
  const names = settingNames(engine);
  return pools.flatMap((pool, index): readonly SettingPlace[] => {
    const written = (key: SettingKey, name: string | undefined): SettingPlace[] =>
      name === undefined ? [] : [{ pool: index, key, name, line: lineOf(pool, name) }];
    const { gpu } = pool.hardware;
    const { instances } = pool;
    return [
      { pool: index, key: "pool", name: "", line: pool.extent.start.line },
      { pool: index, key: "gpu", name: gpu?.value ?? "", line: gpu?.range?.start.line ?? null },
      { pool: index, key: "instances", name: "replicas", line: instances?.range?.start.line ?? null },
      ...written("sequences", names?.sequences),
      ...written("batchedTokens", names?.batchedTokens),
      ...written("share", names?.share),
      ...written("tensor", names?.tensor),
      ...written("shiftThreshold", names?.shiftThreshold),
      ...written(
        "transfer",
        transferFlags.find((name) => pool.engine.flags.has(name)),
      ),
    ];
  });
}

function lineOf({ engine }: Pool, name: string): number | null {
  return engine.flags.get(name)?.flagRange.start.line ?? null;
}
