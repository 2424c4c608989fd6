import type { Deployment, Pool } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import { finding } from "./finding.ts";
import { jsonFlag } from "./json-flag.ts";
import { flagOf, wordOf } from "./place.ts";
import { type Finding, laidOutEngines, type Rule } from "./rule.ts";

const code = "kv-transfer-pools";

export const kvTransferPools: Rule = {
  code,
  severity: "warning",
  summary: "Prefill and decode pools are set up so that they cannot hand the KV cache over.",
  facts: ["VM22", "handshake"],
  engines: laidOutEngines,
  check({ deployment, pool }) {
    if (pool.role !== "decode") return [];
    return deployment.pools.filter(({ role }) => role === "prefill").flatMap((prefill) => compared(deployment, prefill, pool));
  },
};

/** Settings on which both sides must agree, by engine; each names what the handshake compares. */
const shared: Readonly<Partial<Record<Deployment["engine"], readonly string[]>>> = {
  vllm: ["kv-cache-dtype", "block-size"],
  sglang: ["disaggregation-transfer-backend", "kv-cache-dtype", "page-size"],
  "tensorrt-llm": ["cache_transceiver_config.backend", "kv_cache_config.dtype", "kv_cache_config.tokens_per_block"],
};

function compared(deployment: Deployment, prefill: Pool, decode: Pool): Finding[] {
  if (!prefill.engine.complete || !decode.engine.complete) return [];
  const differing = (shared[deployment.engine] ?? []).flatMap((name) => differs(name, prefill, decode) ?? []);
  const tensor = tensorMismatch(deployment, prefill, decode);
  return [...differing, ...(deployment.engine === "vllm" ? connectors(prefill, decode) : []), ...(tensor ? [tensor] : [])];
}

/** Both written and readable, and not the same. */
function differs(name: string, prefill: Pool, decode: Pool): Finding | undefined {
  const one = flagOf(prefill, name);
  const other = flagOf(decode, name);
  const [before, after] = [one?.value?.value, other?.value?.value];
  if (!one || !other || typeof before !== "string" || typeof after !== "string" || before === after) return undefined;
  return mismatch(wordOf(other), `${other.spelled} ${after}`, `${one.spelled} ${before}`, wordOf(one));
}

/** vLLM's connectors: one kind on both sides, and none that stands alone. */
function connectors(prefill: Pool, decode: Pool): Finding[] {
  const one = flagOf(prefill, "kv-transfer-config");
  const other = flagOf(decode, "kv-transfer-config");
  const alone = one && other ? undefined : (one ?? other);
  if (alone) {
    const text = message(
      "Only one side has a KV connector: the {0} pool sets no --kv-transfer-config, so every prompt is computed twice.",
      one ? "decode" : "prefill",
    );
    return [finding(code, "warning", alone.flagRange, text)];
  }
  if (!one || !other) return [];
  const before = jsonFlag(prefill, "kv-transfer-config")?.members.get("kv_connector");
  const after = jsonFlag(decode, "kv-transfer-config")?.members.get("kv_connector");
  if (typeof before?.value !== "string" || typeof after?.value !== "string" || before.value === after.value) return [];
  return [mismatch(wordOf(other), after.value, before.value, wordOf(one))];
}

/** Ranks of one side read from ranks of the other in equal shares: one tensor-parallel size must divide the other. */
function tensorMismatch(deployment: Deployment, prefill: Pool, decode: Pool): Finding | undefined {
  const before = prefill.engine.parallel;
  const after = decode.engine.parallel;
  if (before.unreadable.has("tensor") || after.unreadable.has("tensor")) return undefined;
  const [small, large] = [before.tensor.value, after.tensor.value].sort((a, b) => a - b);
  if (!small || !large || large % small === 0) return undefined;
  const range = after.tensor.range ?? deployment.anchor;
  return mismatch(range, `TP ${after.tensor.value}`, `TP ${before.tensor.value}`, before.tensor.range);
}

function mismatch(range: Range, decode: string, prefill: string, other: Range | undefined): Finding {
  return finding(
    code,
    "warning",
    range,
    message(
      "The decode pool has {0}, the prefill pool {1}: the KV cache of one cannot be read by the other, and requests fail at the handover.",
      decode,
      prefill,
    ),
    { related: [{ range: other, message: message("the prefill pool's") }] },
  );
}
