import { atLeast } from "../../src/deployment/version.ts";
import { isAbsent, isJsonObject, remove, replaceAt, set, sliceOf } from "./change.ts";
import type { Mutation, Site } from "./mutation.ts";

const loraOrder: Mutation = {
  name: "fewer LoRAs on the CPU than in a batch",
  refusal: "VL01",
  expected: ["lora"],
  make: ({ engine }) =>
    engine === "vllm"
      ? { what: "max-loras 8, max-cpu-loras 4", changes: [set("enable-lora", null), set("max-loras", "8"), set("max-cpu-loras", "4")] }
      : undefined,
};

const loraRank: Mutation = {
  name: "LoRA rank that is no choice",
  refusal: "VL02",
  expected: ["flag-value", "lora"],
  make: ({ engine }) =>
    engine === "vllm" ? { what: "max-lora-rank 48", changes: [set("enable-lora", null), set("max-lora-rank", "48")] } : undefined,
};

const toolsWithoutParser: Mutation = {
  name: "tool choice without a parser",
  refusal: "VF01",
  expected: ["tool-parser", "unknown-flag"],
  make(site) {
    const { flags, complete } = site.pool.engine;
    if (site.engine !== "vllm") return undefined;
    if (flags.has("tool-call-parser") && flags.has("enable-auto-tool-choice") && complete)
      return { what: "without --tool-call-parser", changes: [remove("tool-call-parser")] };
    return isAbsent(site, "tool-call-parser")
      ? { what: "--enable-auto-tool-choice", changes: [set("enable-auto-tool-choice", null)] }
      : undefined;
  },
};

/** VM22: a connector that nobody told its side. */
const roleRemoved: Mutation = {
  name: "KV connector without its role",
  refusal: "VM22",
  expected: ["kv-transfer-config", "kv-transfer-pools"],
  make: (site) => roleMutant(site, /\\?"kv_role\\?"\s*:\s*\\?"\w+\\?"\s*,?\s*/, "", "without kv_role"),
};

const roleUnknown: Mutation = {
  name: "KV connector with a role that is none",
  refusal: "VM22",
  expected: ["kv-transfer-config", "kv-transfer-pools"],
  make: (site) => roleMutant(site, /kv_(producer|consumer|both)/, "kv_sender", "kv_role kv_sender"),
};

function roleMutant({ engine, pool, text }: Site, pattern: RegExp, newText: string, what: string) {
  const flag = pool.engine.flags.get("kv-transfer-config");
  if (engine !== "vllm" || !flag?.valueRange || !isJsonObject(flag.value?.value) || !flag.value?.value?.includes("kv_role"))
    return undefined;
  const word = sliceOf(text, flag.valueRange);
  const changed = word.replace(pattern, newText).replace(/,(\s*)\}$/, "$1}");
  return changed === word || pool.engine.site?.style === "mapping" ? undefined : { what, changes: [replaceAt(flag.valueRange, changed)] };
}

const bf16OnOldGpu: Mutation = {
  name: "bfloat16 below compute capability 8.0",
  refusal: "VQ01",
  expected: ["dtype-unsupported"],
  make({ engine, gpu, catalog }) {
    const capability = gpu === undefined ? undefined : catalog.gpu(gpu)?.computeCapability;
    return engine === "vllm" && typeof capability === "number" && capability < 8
      ? { what: "dtype bfloat16", changes: [set("dtype", "bfloat16")] }
      : undefined;
  },
};

const otherQuantization: Mutation = {
  name: "quantization other than the checkpoint's",
  refusal: "VQ04",
  expected: ["quantization-unsupported"],
  make({ engine, model }) {
    const method = model?.weights.method;
    const exact = method === "fp8" ? "awq" : method === "awq" ? "fp8" : undefined;
    return engine === "vllm" && exact !== undefined ? { what: `quantization ${exact}`, changes: [set("quantization", exact)] } : undefined;
  },
};

/** VQ03: these models overflow in float16. */
const halfOnGemma: Mutation = {
  name: "float16 on a model that overflows",
  refusal: "VQ03",
  expected: ["dtype-unsupported"],
  make: ({ engine, model }) =>
    engine === "vllm" && model && /^(Gemma2|Gemma3|Glm4)For/.test(model.architecture)
      ? { what: "dtype float16", changes: [set("dtype", "float16")] }
      : undefined,
};

const logWithoutRequests: Mutation = {
  name: "outputs logged without requests",
  refusal: "VF05",
  expected: ["log-outputs", "unknown-flag"],
  // 0.10.2 had both flags and did not ask; where no version is said, one of those may run.
  make: (site) =>
    site.engine === "vllm" && isAbsent(site, "enable-log-requests") && site.version && atLeast(site.version, "0.11.2")
      ? { what: "--enable-log-outputs", changes: [set("enable-log-outputs", null)] }
      : undefined,
};

/** What vLLM checks of LoRA, tools, connectors and number formats. */
export const modelSettingMutations: readonly Mutation[] = [
  loraOrder,
  loraRank,
  toolsWithoutParser,
  logWithoutRequests,
  roleRemoved,
  roleUnknown,
  bf16OnOldGpu,
  halfOnGemma,
  otherQuantization,
];
