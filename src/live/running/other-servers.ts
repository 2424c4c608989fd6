import { countOf, dtypeOf, told, valueAt, wordOf } from "./answer.ts";
import type { Told } from "./running-server.ts";
import { type ToldPart, toldSettings } from "./told-part.ts";

/** `/version` of vLLM, TensorRT-LLM and SGLang. */
export function versionAnswer(answer: unknown): ToldPart {
  return { version: told("/version", wordOf(valueAt(answer, "version"))) };
}

/** `/v1/models` of every server that speaks OpenAI's protocol; the first model is the base, others are its adapters. */
export function modelsAnswer(answer: unknown): ToldPart {
  const from = "/v1/models";
  const models = valueAt(answer, "data");
  const list: readonly unknown[] = Array.isArray(models) ? models : [];
  const base = list.find((one) => valueAt(one, "parent") === null) ?? list[0];
  return {
    model: told(from, wordOf(valueAt(base, "id"))),
    modelRoot: told(from, wordOf(valueAt(base, "root"))),
    settings: toldSettings(from, {
      maxModelLen: countOf(valueAt(base, "max_model_len")) ?? countOf(valueAt(base, "meta", "n_ctx")),
    }),
  };
}

/** `/props` of llama.cpp; each slot has the context for itself. */
export function llamaProps(answer: unknown): ToldPart {
  const from = "/props";
  return {
    version: told(from, wordOf(valueAt(answer, "build_info"))),
    model: told(from, wordOf(valueAt(answer, "model_alias"))),
    modelRoot: told(from, wordOf(valueAt(answer, "model_path"))),
    settings: toldSettings(from, {
      maxNumSeqs: countOf(valueAt(answer, "total_slots")),
      maxModelLen: countOf(valueAt(answer, "default_generation_settings", "n_ctx")),
    }),
  };
}

const tgiFlags = [
  "max_concurrent_requests",
  "max_best_of",
  "max_stop_sequences",
  "max_input_tokens",
  "max_input_length",
  "max_total_tokens",
  "max_batch_total_tokens",
  "max_client_batch_size",
  "validation_workers",
] as const;

/** `/info` of TGI: its limits are its launcher's options (router/src/lib.rs, Info). */
export function tgiInfo(answer: unknown): ToldPart {
  const from = "/info";
  const flags = tgiFlags.flatMap((name): (readonly [string, Told])[] => {
    const value = countOf(valueAt(answer, name));
    return value === null ? [] : [[name.replaceAll("_", "-"), { value, from }]];
  });
  return {
    version: told(from, wordOf(valueAt(answer, "version"))),
    modelRoot: told(from, wordOf(valueAt(answer, "model_id"))),
    settings: toldSettings(from, {
      maxModelLen: countOf(valueAt(answer, "max_total_tokens")),
      dtype: dtypeOf(valueAt(answer, "model_dtype")),
    }),
    tokens: told(from, countOf(valueAt(answer, "max_batch_total_tokens"))),
    flags: new Map(flags),
  };
}

/** `/v1/version` of NIM: its own release, which is not that of the engine inside. */
export function nimVersion(answer: unknown): ToldPart {
  return { version: told("/v1/version", wordOf(valueAt(answer, "release"))) };
}

/** `/v1/metadata` of NIM. */
export function nimMetadata(answer: unknown): ToldPart {
  const from = "/v1/metadata";
  return {
    version: told(from, wordOf(valueAt(answer, "version"))),
    modelRoot: told(from, wordOf(valueAt(answer, "modelInfo", 0, "shortName"))),
  };
}

/** `/v2` of Triton. */
export function tritonServer(answer: unknown): ToldPart {
  return { version: told("/v2", wordOf(valueAt(answer, "version"))) };
}

/** `/v2/models/<m>/config` of Triton: with the TensorRT-LLM backend a batch is what the engine was built for. */
export function tritonModel(answer: unknown): ToldPart {
  const from = "/v2/models/config";
  return {
    model: told(from, wordOf(valueAt(answer, "name"))),
    settings: toldSettings(from, { maxNumSeqs: countOf(valueAt(answer, "max_batch_size")) }),
  };
}
