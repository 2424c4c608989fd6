import { closedLoopWorkload } from "./closed-loop-workload.ts";
import type { DisaggregatedRow, Workers } from "./disaggregated-rows.ts";
import { disaggregatedSettings } from "./disaggregated-settings.ts";

/** TensorRT-LLM in the containers whose tags the table tells for its version (release notes of Dynamo). */
const containers: Readonly<Record<string, string>> = { "0.5": "1.1.0", "0.8": "1.2.0" };

/** A run as a case, with the lengths and rounds of closed-loop runs (reference/SOURCES.md). */
export function disaggregatedCase(row: DisaggregatedRow) {
  const { prefill, decode } = row;
  const { kvCacheDtype, ...settings } = disaggregatedSettings(row);
  const pool = (role: "prefill" | "decode", workers: Workers) => {
    const { count, tensor, attentionData, expert } = workers;
    return { role, instances: count, parallel: { tensor, attentionData, expert }, settings: settings[role] };
  };
  return {
    id: String(row.line),
    deployment: {
      engine: row.engine,
      engineVersion: row.engine === "trtllm" ? (containers[row.version.slice(0, 3)] ?? null) : row.version,
      model: row.model,
      gpu: row.gpu,
      pools: [pool("prefill", prefill), pool("decode", decode)],
      weightQuantization: row.quantization,
      ...(kvCacheDtype === undefined ? {} : { kvCacheDtype }),
      // Racks were reached through several front ends, each of which took turns on its own.
      ...(row.gpu === "gb200" ? { routing: "random" } : {}),
    },
    workload: closedLoopWorkload(row),
    seed: 1,
  };
}
