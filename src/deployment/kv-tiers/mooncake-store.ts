import { asBytes, GiB, type TierWords } from "./asked-tiers.ts";
import type { WrittenTier } from "./kv-tiers.ts";

/** DEFAULT_GLOBAL_SEGMENT_SIZE of vLLM's mooncake_store_worker.py and of SGLang's mooncake_store.py. */
const segmentBytes = 4 * GiB;

/**
 * The part of Mooncake's store that one engine brings: a size told in place, else in the file that a variable names, else in a variable.
 * Nothing where a server of its own holds the memory, and a file that nobody sees leaves it unknown.
 */
export function mooncakeTier(
  { environment, storeSettings }: TierWords,
  told: unknown,
  fileVariable: string,
  segments: number,
): WrittenTier {
  const file = storeSettings.get(fileVariable);
  const isHidden = told === undefined && !file && environment.has(fileVariable);
  if (isHidden) return { kind: "remote" };
  const written = told ?? (file ? file.get("global_segment_size")?.value : environment.get("MOONCAKE_GLOBAL_SEGMENT_SIZE")?.value);
  const isUnreadable = written === undefined && (file ?? environment).has(file ? "global_segment_size" : "MOONCAKE_GLOBAL_SEGMENT_SIZE");
  const bytes = written === undefined ? segmentBytes : asBytes(written);
  if (bytes === undefined || isUnreadable) return { kind: "remote" };
  return { kind: "remote", shared: "pooled", size: { kind: "bytes", bytes: bytes * segments } };
}
