import type { EngineId, Flag } from "../../deployment.ts";
import type { Launch } from "../../launch.ts";
import { type Mapped, spanOf } from "../../mapped.ts";
import { message } from "../../message.ts";
import { splitCommand } from "../../shell-words.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { hiddenFlag, impliedFlag } from "../fields/implied-flag.ts";
import { withFields } from "../fields/with-fields.ts";
import { containerEnvironment } from "../pods/environment.ts";
import { containerUnit, expandedWords, type PodUnit } from "../pods/pod.ts";
import { offloadingFlags } from "./kserve-offloading.ts";

/** What a workload of an LLMInferenceService shares with the others of its service. */
export interface ServiceFields {
  readonly spec: YamlValue;
  /** Of the template that its runtime selects. */
  readonly engine: EngineId;
  /** A pod that says no command runs KServe's own template; a config without a model starts nothing then. */
  readonly usesTemplates: boolean;
  /** False where further fields come from objects that nobody sees. */
  readonly complete: boolean;
}

/** One text of arguments that KServe's templates of vLLM put behind their own (config/llmisvcconfig). */
const argumentsVariable = "VLLM_ADDITIONAL_ARGS";

/** What the templates hand on: of a single pod's sizes the tensor size alone, of a group's all. */
const singleSizes = { tensor: "tensor-parallel-size" };
const groupSizes = {
  ...singleSizes,
  pipeline: "pipeline-parallel-size",
  data: "data-parallel-size",
  dataLocal: "data-parallel-size-local",
  dataRPCPort: "data-parallel-rpc-port",
  expert: "enable-expert-parallel",
};
/** Fields of which KServe writes an argument of its own, whatever is in them. */
const hiding = { speculator: "speculative-config", speculativeDecoding: "speculative-config" };
const adapterLimits = { maxRank: "max-lora-rank", maxAdapters: "max-loras", maxCpuAdapters: "max-cpu-loras" };

/** KServe's own template of the engine, with the container that is merged into it. */
export function presetUnit(
  container: YamlValue,
  workload: YamlValue,
  service: ServiceFields,
  platform: Variables,
  context: ReaderContext,
): PodUnit {
  const { spec, complete, engine } = service;
  const environment = containerEnvironment(container, platform, context);
  const unit = containerUnit(container, workload.at("template"), environment, context);
  const isRead = engine === "vllm" && environment.variables.has(argumentsVariable);
  const extra = isRead ? environment.variables.get(argumentsVariable) : undefined;
  const args = expandedWords(container.at("args"), environment.variables);
  const { launch, stray } = templateArguments({ engine, extra, args }, environment.variables);
  return {
    ...unit,
    container: "main",
    containerAnchor: undefined,
    engine,
    launch,
    mapping: withFields(undefined, { flags: presetFlags(workload, service, context), model: spec.at("model", "uri").text() }),
    complete: unit.complete && complete && !(isRead && !extra),
    strayOptions: stray,
    hardware: {
      ...unit.hardware,
      sharedMemory: unit.hardware.sharedMemory ?? {
        value: 2 ** 30,
        origin: "engine-default",
        why: message("what KServe's template mounts"),
      },
      sharedMemorySites: [],
    },
  };
}

function presetFlags(workload: YamlValue, { spec, engine }: ServiceFields, context: ReaderContext): Flag[] {
  const sizes = workload.at("worker").exists ? groupSizes : singleSizes;
  const common = [
    ...fieldFlags(workload.at("parallelism"), sizes, engine, context),
    ...fieldFlags(spec, { trustRemoteCode: "trust-remote-code" }, engine, context),
  ];
  if (engine !== "vllm") return common;
  const lora = spec.at("model", "lora");
  const adapters = lora.at("adapters");
  return [
    ...common,
    ...(adapters.key ? [impliedFlag("enable-lora", null, adapters.key, message("the model has adapters"), context)] : []),
    ...fieldFlags(lora, adapterLimits, engine, context),
    ...offloadingFlags(spec, context),
    ...Object.entries(hiding).flatMap(([field, flag]) => {
      const { key } = spec.at(field);
      return key ? [hiddenFlag(flag, spanOf(key), context)] : [];
    }),
  ];
}

/** The template evaluates all of it as one command line: blanks split an argument of `args` too. */
function templateArguments(
  { engine, extra, args }: { readonly engine: EngineId; readonly extra: Mapped | undefined; readonly args: readonly Mapped[] },
  variables: Variables,
): { readonly launch: Launch | undefined; readonly stray: readonly Mapped[] } {
  const [first, ...others] = extra ? splitCommand(extra, variables) : [];
  const given = args.flatMap((word) => (/^--[\w-]+\s/.test(word.value) ? (splitCommand(word, variables)[0]?.words ?? []) : [word]));
  const words = [...(first?.words ?? []), ...given];
  const stray = others.flatMap((command) => command.words.filter(({ value }) => value.startsWith("--")).slice(0, 1));
  if (words.length === 0) return { launch: undefined, stray };
  return {
    stray,
    launch: {
      engine,
      launcher: null,
      positionalModel: false,
      words,
      assignments: new Map(),
      style: given.length > 0 ? "list" : "shell",
      token: undefined,
      script: given.length > 0 ? undefined : extra,
    },
  };
}
