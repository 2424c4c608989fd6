import type { Flag } from "../deployment.ts";
import type { Launch } from "../launch.ts";
import type { Mapped } from "../mapped.ts";
import { message } from "../message.ts";
import { splitCommand } from "../shell-words.ts";
import type { Variables } from "../variables.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { containerEnvironment } from "./environment.ts";
import { fieldFlags } from "./field-flags.ts";
import { impliedFlag } from "./implied-flag.ts";
import { containerUnit, expandedWords, type PodUnit } from "./pod.ts";
import { withFields } from "./with-fields.ts";

/** What a workload of an LLMInferenceService shares with the others of its service. */
export interface ServiceFields {
  readonly spec: YamlValue;
  /** A pod that says no command runs KServe's own template; a config alone starts nothing then. */
  readonly isService: boolean;
  /** False where further fields come from objects that nobody sees. */
  readonly complete: boolean;
}

/** One text of arguments that KServe's templates put behind their own (config/llmisvcconfig). */
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
const adapterLimits = { maxRank: "max-lora-rank", maxAdapters: "max-loras", maxCpuAdapters: "max-cpu-loras" };

/** KServe's own template of vLLM, with the container that is merged into it. */
export function presetUnit(
  container: YamlValue,
  workload: YamlValue,
  service: ServiceFields,
  platform: Variables,
  context: ReaderContext,
): PodUnit {
  const { spec, complete } = service;
  const environment = containerEnvironment(container, platform, context);
  const unit = containerUnit(container, workload.at("template"), environment, context);
  const extra = environment.variables.get(argumentsVariable);
  const { launch, stray } = templateArguments(extra, expandedWords(container.at("args"), environment.variables), environment.variables);
  const isHidden = environment.variables.has(argumentsVariable) && !extra;
  return {
    ...unit,
    container: "main",
    containerAnchor: undefined,
    engine: "vllm",
    launch,
    mapping: withFields(undefined, { flags: presetFlags(workload, spec, context), model: spec.at("model", "uri").text() }),
    complete: unit.complete && complete && !isHidden,
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

function presetFlags(workload: YamlValue, spec: YamlValue, context: ReaderContext): Flag[] {
  const lora = spec.at("model", "lora");
  const adapters = lora.at("adapters");
  return [
    ...fieldFlags(workload.at("parallelism"), workload.at("worker").exists ? groupSizes : singleSizes, "vllm", context),
    ...(adapters.key ? [impliedFlag("enable-lora", null, adapters.key, message("the model has adapters"), context)] : []),
    ...fieldFlags(lora, adapterLimits, "vllm", context),
    ...fieldFlags(spec, { trustRemoteCode: "trust-remote-code" }, "vllm", context),
  ];
}

/** The template evaluates all of it as one command line: blanks split an argument of `args` too. */
function templateArguments(
  extra: Mapped | undefined,
  args: readonly Mapped[],
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
      engine: "vllm",
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
