import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId, Flag } from "../../deployment.ts";
import { engineInImage } from "../../images.ts";
import { findLaunches, type Launch } from "../../launch.ts";
import { isReadable, type Mapped, slice } from "../../mapped.ts";
import { splitCommand } from "../../shell-words.ts";
import type { MappingFlags } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { recognise } from "../pods/recognise.ts";
import { trussModel } from "./truss-model.ts";

/** The engine of a Truss with what the file says of it. */
export interface TrussEngine {
  readonly engine: EngineId;
  readonly launcher: string | null;
  readonly launch?: Launch;
  readonly mapping: MappingFlags;
  readonly installedVersion?: Mapped | undefined;
  readonly precision?: Mapped | undefined;
}

/** The first of its ways to name an engine that a file uses; undefined for a model without one. */
export function trussEngine(root: YamlValue, environment: Variables, context: ReaderContext): TrussEngine | undefined {
  return (
    builtEngine(root, context) ??
    inferenceStack(root, context) ??
    modelServer(root, context) ??
    startedServer(root, environment, context) ??
    ownServer(root, context)
  );
}

const noFlags = { flags: [], site: undefined, complete: true, readBy: "platform" } as const;

/** Baseten's fields by the options of TensorRT-LLM that they become (truss/base/trt_llm_config.py). */
const buildFields = {
  tensor_parallel_count: "tensor_parallel_size",
  pipeline_parallel_count: "pipeline_parallel_size",
  max_batch_size: "max_batch_size",
  max_num_tokens: "max_num_tokens",
  max_seq_len: "max_seq_len",
  max_beam_width: "max_beam_width",
};
const runtimeFields = {
  ...buildFields,
  tensor_parallel_size: "tensor_parallel_size",
  pipeline_parallel_size: "pipeline_parallel_size",
  moe_expert_parallel_size: "moe_expert_parallel_size",
  kv_cache_free_gpu_mem_fraction: "free_gpu_memory_fraction",
  enable_chunked_context: "enable_chunked_prefill",
  enable_chunked_prefill: "enable_chunked_prefill",
  served_model_name: "served_model_name",
};

/** `trt_llm`: Baseten builds the engine, or serves the checkpoint itself by its second stack. */
function builtEngine(root: YamlValue, context: ReaderContext): TrussEngine | undefined {
  const block = root.at("trt_llm");
  if (!block.isMap) return undefined;
  const [build, runtime] = [block.at("build"), block.at("runtime")];
  const patched = runtime.at("patch_kwargs");
  const flags: Flag[] = [
    ...fieldFlags(build, buildFields, "tensorrt-llm", context),
    ...fieldFlags(runtime, runtimeFields, "tensorrt-llm", context),
    ...engineMapping(patched.at("engine_config"), "tensorrt-llm", "platform", context).flags,
    ...fieldFlags(patched, runtimeFields, "tensorrt-llm", context),
  ];
  // The second stack may load what `weights` mounts; the checkpoint it must name is then a place-holder.
  const served = patched.at("model_path").text();
  const model = served
    ? (trussModel(root, served.value) ?? served)
    : (build.at("checkpoint_repository", "repo").text() ?? trussModel(root, undefined));
  const precision = build.at("quantization_type").text();
  // Unquantised means that the checkpoint stays as it is.
  const isKept = precision?.value === "no_quant";
  return {
    engine: "tensorrt-llm",
    launcher: "baseten",
    mapping: { ...noFlags, flags, model },
    precision: isKept ? undefined : precision,
  };
}

const stackEngines: Readonly<Record<string, EngineId>> = wordTable({
  vllm: "vllm",
  sglang: "sglang",
  trt_llm: "tensorrt-llm",
  trtllm: "tensorrt-llm",
});
const stackFields = {
  tensor_parallel_size: "tensor-parallel-size",
  pipeline_parallel_size: "pipeline-parallel-size",
  data_parallel_size: "data-parallel-size",
};

/** `bis_llm`: an engine's own configuration handed through to Baseten's inference stack. */
function inferenceStack(root: YamlValue, context: ReaderContext): TrussEngine | undefined {
  const config = root.at("bis_llm", "config");
  const named = config.at("engine_backend").string;
  const engine = Object.hasOwn(stackEngines, named) ? stackEngines[named] : undefined;
  if (!engine) return undefined;
  const own = engineMapping(config.at("engine_config"), engine, "platform", context);
  const model = config.at("checkpoint_name").text() ?? trussModel(root, undefined);
  return {
    engine,
    launcher: "baseten",
    mapping: { ...own, flags: [...fieldFlags(config, stackFields, engine, context), ...own.flags], model },
  };
}

const modelServers: Readonly<Record<string, EngineId>> = wordTable({ VLLM: "vllm", TGI: "tgi", TRT_LLM: "tensorrt-llm" });
const countedFields = { tensor_parallel_count: "tensor_parallel_size", pipeline_parallel_count: "pipeline_parallel_size" };

/** `build.model_server`: the engines that earlier releases started themselves, and Triton's images with the sizes of their engines. */
function modelServer(root: YamlValue, context: ReaderContext): TrussEngine | undefined {
  const build = root.at("build");
  const written = build.at("arguments");
  const server = build.at("model_server").string;
  const counted = fieldFlags(written, countedFields, "tensorrt-llm", context);
  const engine = Object.hasOwn(modelServers, server) ? modelServers[server] : counted.length > 0 ? "tensorrt-llm" : undefined;
  if (!engine) return undefined;
  const own = engineMapping(written, engine, "platform", context);
  const model = written.at("model").text() ?? written.at("model_id").text();
  const flags = engine === "tensorrt-llm" ? counted : own.flags.filter(({ name }) => name !== "endpoint");
  return { engine, launcher: "baseten", mapping: { ...own, flags, model } };
}

/** `docker_server`: a command, or what its image starts; a script beside the file hides its flags. */
function startedServer(root: YamlValue, environment: Variables, context: ReaderContext): TrussEngine | undefined {
  const server = root.at("docker_server");
  if (!server.isMap) return undefined;
  const image = root.at("base_image", "image").text();
  const command = server.at("start_command").text();
  const words = command ? splitCommand(command, environment).flatMap((one) => one.words) : [];
  const found = command
    ? findLaunches(words, environment, command)
    : recognise({ command: undefined, args: [], image, environment }, context.names);
  const [launch] = found.launches;
  if (launch) {
    const named = launch.words.find(({ value }) => value.startsWith("/"));
    const mapping = { ...noFlags, model: trussModel(root, named?.value) };
    return { engine: launch.engine, launcher: launch.launcher, launch, mapping, installedVersion: found.installedVersion };
  }
  const engine = image && engineInImage(image.value);
  return engine && { engine, launcher: null, mapping: { ...noFlags, model: trussModel(root, undefined), complete: false } };
}

const packages: readonly (readonly [RegExp, EngineId])[] = [
  [/^(?:vllm(?:\[[\w,-]*\])?\s*(?:==\s*([\w.+]+))?(?:[<>=!~].*)?$|git\+https?:\/\/\S*\/vllm(?:\.git)?(?:@|$))/, "vllm"],
  [/^(?:sglang(?:\[[\w,-]*\])?\s*(?:==\s*([\w.+]+))?(?:[<>=!~].*)?$|git\+https?:\/\/\S*\/sglang(?:\.git)?(?:@|$))/, "sglang"],
];
const metadataFields = { tensor_parallel: "tensor-parallel-size", tensor_parallel_size: "tensor-parallel-size" };

/** An engine that the Truss's own code starts: by its packages or its image, with what the metadata hands on. */
function ownServer(root: YamlValue, context: ReaderContext): TrussEngine | undefined {
  const image = root.at("base_image", "image").text();
  const installed = installedEngine(root);
  const engine = installed?.engine ?? (image && engineInImage(image.value));
  if (!engine) return undefined;
  const metadata = root.at("model_metadata");
  const settings = ["vllm_config", "engine_args", "sglang_config", "arguments"].map((key) => metadata.at(key)).find((one) => one.isMap);
  const own = settings && engineMapping(settings, engine, "platform", context).flags.filter(({ known }) => known);
  const flags = [...fieldFlags(metadata, metadataFields, engine, context), ...(own ?? [])];
  const mapping = { ...noFlags, flags, model: trussModel(root, undefined), complete: false };
  return { engine, launcher: null, mapping, installedVersion: installed?.version };
}

function installedEngine(root: YamlValue): { readonly engine: EngineId; readonly version: Mapped | undefined } | undefined {
  for (const item of root.at("requirements").items()) {
    const text = item.text();
    if (!text || !isReadable(text.value)) continue;
    for (const [pattern, engine] of packages) {
      const match = pattern.exec(text.value);
      if (!match) continue;
      const at = match[1] === undefined ? -1 : text.value.indexOf(match[1], text.value.indexOf("=="));
      return { engine, version: at < 0 ? undefined : slice(text, at, at + (match[1] ?? "").length) };
    }
  }
  return undefined;
}
