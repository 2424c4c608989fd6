import { wordTable } from "../../../catalog/word-table.ts";
import type { EngineId, Flag } from "../../deployment.ts";
import type { Known } from "../../located.ts";
import { type Mapped, opaque, unknownMark } from "../../mapped.ts";
import { message } from "../../message.ts";
import type { MappingFlags, Unit } from "../../units.ts";
import { readable, type Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { impliedFlag } from "../fields/implied-flag.ts";
import { writtenEnvironment } from "../pods/environment.ts";
import { wholeNumber } from "../pods/resources.ts";

/** One engine that a Ray Serve application runs. */
export interface ServedEngine {
  readonly name: string;
  /** The block that describes it. */
  readonly block: YamlValue;
  /** Of the application, whose prefill and decode are pools of one. */
  readonly application: string;
  readonly role: Unit["role"];
  readonly engine: EngineId;
  readonly mapping: MappingFlags;
  readonly accelerator: Mapped | undefined;
  readonly instances: Known<number>;
  /** Accelerators that one replica's placement group holds. */
  readonly bundles: Known<number>;
  readonly environment: Variables;
}

/** The engines of a Ray Serve configuration's `applications`: Ray's own LLM deployments, and scripts that are told a model by their environment. */
export function servedEngines(applications: YamlValue, context: ReaderContext): ServedEngine[] {
  return applications.items().flatMap((application, i) => {
    const name = application.at("name").string || `application ${i + 1}`;
    const args = application.at("args");
    const models = [...args.at("llm_configs").items(), args.at("llm_config")].filter((one) => one.exists);
    const roles = [
      { role: "prefill" as const, config: args.at("prefill_config") },
      { role: "decode" as const, config: args.at("decode_config") },
    ].filter(({ config }) => config.isMap);
    if (models.length > 0) return models.map((config) => llmEngine(config, name, "mixed", context));
    if (roles.length > 0) return roles.map(({ role, config }) => llmEngine(config, name, role, context));
    return [rayLlm(application, name) ?? ownScript(application, name, context)].filter((one) => one !== undefined);
  });
}

const engines: Readonly<Record<string, EngineId>> = wordTable({ vllm: "vllm", sglang: "sglang" });
const unknown = { accelerator: undefined, instances: undefined, bundles: undefined, environment: new Map() } as const;

/** An `LLMConfig` of ray.serve.llm: a mapping, or the path of a file that holds it. */
function llmEngine(config: YamlValue, application: string, role: Unit["role"], context: ReaderContext): ServedEngine {
  if (!config.isMap) return { ...unknown, block: config, name: application, application, role, engine: "vllm", mapping: noFlags(false) };
  const engine = engines[config.at("llm_engine").string.toLowerCase()] ?? "vllm";
  const loading = config.at("model_loading_config");
  const id = loading.at("model_id").text();
  const source = loading.at("model_source");
  const own = engineMapping(config.at("engine_kwargs"), engine, "platform", context);
  const deployment = config.at("deployment_config");
  return {
    name: id?.value || application,
    block: config,
    application,
    role,
    engine,
    mapping: {
      ...own,
      flags: [...executor(config, engine, own.flags, context), ...own.flags],
      model: source.text() ?? source.at("bucket_uri").text() ?? id,
    },
    accelerator: config.at("accelerator_type").text(),
    instances: replicas(deployment, context),
    bundles: bundleGpus(config.at("placement_group_config"), context),
    environment: writtenEnvironment(config.at("runtime_env", "env_vars")),
  };
}

/** Ray runs vLLM's workers itself unless told otherwise (ray/llm/_internal/serve/engines/vllm/vllm_models.py). */
function executor(config: YamlValue, engine: EngineId, flags: readonly Flag[], context: ReaderContext): Flag[] {
  const at = config.at("engine_kwargs").key ?? config.entries()[0]?.key;
  if (engine !== "vllm" || !at || flags.some(({ name }) => name === "distributed-executor-backend")) return [];
  return [impliedFlag("distributed-executor-backend", "ray", at, message("Ray Serve's default"), context)];
}

/** A fixed number of replicas; what scales may be any. */
function replicas(deployment: YamlValue, { lines }: ReaderContext): Known<number> {
  const fixed = deployment.at("num_replicas");
  if (fixed.exists) return wholeNumber(fixed, lines);
  const [least, most] = [deployment.at("autoscaling_config", "min_replicas"), deployment.at("autoscaling_config", "max_replicas")];
  return least.exists && least.string === most.string ? wholeNumber(least, lines) : undefined;
}

function bundleGpus(group: YamlValue, { lines }: ReaderContext): Known<number> {
  const bundles = group.at("bundles").items();
  const gpus = bundles.map((bundle) => bundle.at("GPU")).filter((one) => one.exists);
  const counts = gpus.map((one) => wholeNumber(one, lines)?.value);
  const { span } = group;
  if (gpus.length === 0 || counts.includes(undefined) || !span) return undefined;
  const value = counts.reduce<number>((all, one) => all + (one ?? 0), 0);
  return { value, origin: "file", range: lines.range(group.key?.span ?? span) };
}

/** RayLLM of earlier releases: its models are files beside the application. */
function rayLlm(application: YamlValue, name: string): ServedEngine | undefined {
  if (!/^(rayllm|aviary)\./.test(application.at("import_path").string)) return undefined;
  return { ...unknown, block: application, name, application: name, role: "mixed", engine: "vllm", mapping: noFlags(false) };
}

const modelVariables = ["MODEL_ID", "MODEL_NAME", "MODEL", "MODEL_PATH", "LLM_MODEL", "LLM_MODEL_ID", "HF_MODEL_ID"];
const sizeVariables = {
  TENSOR_PARALLELISM: "tensor-parallel-size",
  TENSOR_PARALLEL_SIZE: "tensor-parallel-size",
  TP_SIZE: "tensor-parallel-size",
  PIPELINE_PARALLELISM: "pipeline-parallel-size",
  PIPELINE_PARALLEL_SIZE: "pipeline-parallel-size",
  PP_SIZE: "pipeline-parallel-size",
};

/** A deployment in somebody's own code, which its environment tells a model and sizes, or whose packages hold an engine. */
function ownScript(application: YamlValue, name: string, context: ReaderContext): ServedEngine | undefined {
  const written = application.at("runtime_env", "env_vars");
  const model = modelVariables.map((variable) => written.at(variable)).find((one) => one.exists);
  if (!model && !installsEngine(application)) return undefined;
  const { document } = application;
  const engine: EngineId = document.mentions(/vllm/i) ? "vllm" : document.mentions(/sglang/i) ? "sglang" : "other";
  const text = model?.text();
  const deployments = application.at("deployments").items();
  return {
    ...unknown,
    block: application,
    name,
    application: name,
    role: "mixed",
    engine,
    mapping: {
      ...noFlags(false),
      flags: fieldFlags(written, sizeVariables, engine, context),
      model: text && readable(filledIn(text)),
    },
    instances: deployments.length === 1 && deployments[0] ? replicas(deployments[0], context) : undefined,
    environment: writtenEnvironment(written, filledIn),
  };
}

/** `pip: [vllm==0.5.4]`, with or without a further `packages` between. */
function installsEngine(application: YamlValue): boolean {
  const pip = application.at("runtime_env", "pip");
  return [...pip.items(), ...pip.at("packages").items()].some((one) => /^(vllm|sglang)(\[[\w,-]*\])?\s*([=<>~!].*)?$/.test(one.string));
}

/** What stands as `$MODEL_ID` is filled in before the file is applied. */
function filledIn(text: Mapped): Mapped {
  return text.value.includes("$") ? opaque(unknownMark, text.span) : text;
}

function noFlags(complete: boolean): MappingFlags {
  return { flags: [], site: undefined, model: undefined, complete, readBy: "platform" };
}
