import { findScriptLaunches } from "../../launch.ts";
import { type Mapped, spanOf } from "../../mapped.ts";
import { type CompanionUnit, type MappingFlags, plainUnit, type Unit, unknownHardware } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments } from "../fields/extra-arguments.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { copies } from "../pods/copies.ts";
import { listedVariables } from "../pods/environment.ts";
import { imageEngine } from "../pods/image-engine.ts";
import { affinityHint, labelWords, nodeHints } from "../pods/node-hints.ts";
import { groupGpus, leaderWorkerVariables } from "../pods/pod-group.ts";
import { gpuCount, wholeNumber } from "../pods/resources.ts";
import type { Reader } from "../reader.ts";
import { pickerText } from "../routers/picker-config.ts";
import { chartImage } from "./chart-image.ts";
import { localUnits } from "./llmd-benchmark-local.ts";
import { type BenchmarkRole, BenchmarkStack } from "./llmd-benchmark-stack.ts";

/** A scenario of llm-d-benchmark: stacks of engines over defaults that stand elsewhere, with the command that starts each role. */
export const llmdBenchmarkReader: Reader = (root, _extent, context) => {
  if (root.at("apiVersion").exists) return undefined;
  const written = isOverlay(root) ? [root] : root.at("scenario").items().filter(isStack);
  if (written.length === 0) return undefined;
  const stacks = written.map((stack) => new BenchmarkStack(stack, root.at("shared")));
  const units = stacks.flatMap((stack) => {
    const roles = stack.roles();
    return [...roles.map((role) => roleUnit(new Role(stack, role, roles.includes("prefill")), context)), ...localUnits(stack, context)];
  });
  // One harness loads all stacks.
  const harness = stacks.map((stack) => stack.setting("harness")).find(({ key }) => key !== undefined);
  const name = harness?.at("name").string || "harness";
  return {
    format: "llmd-benchmark-scenario",
    units,
    companions: [
      ...(harness?.key ? [{ kind: "benchmark", name, span: spanOf(harness.key) } as const] : []),
      ...stacks.flatMap((stack) => picker(stack)),
    ],
  };
};

/** The endpoint picker in front of a stack: one of the configurations that its chart is given. */
function picker(stack: BenchmarkStack): CompanionUnit[] {
  const epp = stack.setting("router", "epp");
  const file = epp.at("pluginsConfigFile").string;
  const configs = epp.at("pluginsCustomConfig");
  const key = epp.key;
  if (!key) return [];
  const text = file === "" ? configs.entries()[0] : configs.at(file);
  const rules = text && pickerText(text.string);
  return [{ kind: "router", name: "epp", span: spanOf(key), ...(rules ? { routing: { ...rules, span: spanOf(key) } } : {}) }];
}

function isStack(stack: YamlValue): boolean {
  return stack.at("name").exists && ["model", "common", "modelservice", "standalone", "decode", "nok8s"].some((key) => stack.at(key).isMap);
}

/** Defaults, and what lies over them, are one stack without a name. */
function isOverlay(root: YamlValue): boolean {
  return root.at("harness").isMap && root.at("model").isMap && (root.at("decode").isMap || root.at("standalone").isMap);
}

/** One kind of engine of a stack. */
class Role {
  constructor(
    readonly stack: BenchmarkStack,
    readonly kind: BenchmarkRole,
    /** The stack has prefill engines beside its decode engines. */
    private readonly isSplit: boolean,
  ) {}

  at(...path: readonly string[]): YamlValue {
    return this.stack.setting(this.kind, ...path);
  }

  get pool(): Unit["role"] {
    return this.isSplit && this.kind !== "standalone" ? this.kind : "mixed";
  }
}

function roleUnit(role: Role, context: ReaderContext): Unit {
  const { document } = role.at();
  const variables = listedVariables(role.at("extraEnvVars"), platformVariables(role, context));
  const script = role.at("vllm", "customCommand").text();
  const found = script ? findScriptLaunches(script, variables).launches[0] : undefined;
  const image = chartImage(role.at("image")) ?? chartImage(role.stack.setting("images", "vllm"));
  const { engine, launcher } = found ?? imageEngine(image, context) ?? { engine: "vllm", launcher: null };
  return {
    ...plainUnit,
    format: "llmd-benchmark-scenario",
    name: role.kind,
    deployment: role.stack.name,
    ...role.stack.place(role.at()),
    engine,
    launcher,
    // The path under which the model is mounted says less than its name.
    launch: found ? { ...found, positionalModel: false } : extraArguments(role.at("vllm", "additionalFlags"), engine),
    mapping: mapping(role, engine, script === undefined, context),
    image,
    environment: variables,
    complete: !document.structuralTemplate && document.errors.length === 0,
    role: role.pool,
    instances: copies(role.at("replicas"), context),
    ...scale(role, context),
    gpuHints: hints(role),
  };
}

/** Sizes are fields of every role; the other settings are flags only of the chart's own command. Defaults may add to both. */
function mapping(role: Role, engine: Unit["engine"], isGenerated: boolean, context: ReaderContext): MappingFlags {
  const settings = { maxModelLen: "max-model-len", blockSize: "block-size", gpuMemoryUtilization: "gpu-memory-utilization" };
  const sizes = { tensor: "tensor-parallel-size", data: "data-parallel-size" };
  const model = role.stack.setting("model");
  return {
    flags: [
      ...(isGenerated ? fieldFlags(model, settings, engine, context) : []),
      ...fieldFlags(role.at("parallelism"), sizes, engine, context),
    ],
    site: undefined,
    model: model.at("name").text(),
    complete: false,
    readBy: "platform",
  };
}

/** What the benchmark puts into every container (set_llmdbench_environment.py, parallelismEnv of the model service's chart). */
function platformVariables(role: Role, context: ReaderContext): Variables {
  const model = role.stack.setting("model");
  const sizes = role.at("parallelism");
  const workers = sizes.at("workers");
  const written: readonly (readonly [string, Mapped | undefined])[] = [
    ["MODEL_NAME", model.at("name").text()],
    ["TP_SIZE", sizes.at("tensor").text()],
    ["VLLM_TENSOR_PARALLELISM", sizes.at("tensor").text()],
    ["DP_SIZE", sizes.at("data").text()],
    ["DP_SIZE_LOCAL", sizes.at("dataLocal").text()],
    ["VLLM_MAX_MODEL_LEN", model.at("maxModelLen").text()],
    ["VLLM_BLOCK_SIZE", model.at("blockSize").text()],
    ["VLLM_ACCELERATOR_MEM_UTIL", model.at("gpuMemoryUtilization").text()],
    ["VLLM_MAX_NUM_SEQ", model.at("maxNumSeq").text()],
    ["VLLM_MAX_NUM_BATCHED_TOKENS", model.at("maxNumBatchedTokens").text()],
    // On by default.
    ["VLLM_ALLOW_LONG_MAX_MODEL_LEN", role.stack.setting("vllmCommon", "flags", "allowLongMaxModelLen").text()],
  ];
  return new Map([...leaderWorkerVariables(wholeNumber(workers, context.lines), workers), ...written]);
}

/** A group of `workers` machines where the stack spans several, each with the accelerators that the role counts. */
function scale(role: Role, { lines }: ReaderContext): Pick<Unit, "hardware" | "groupSize"> {
  const asked = gpuCount(role.at(), lines);
  const own = role.at("accelerator", "count");
  const counted = wholeNumber(own.exists ? own : role.stack.setting("accelerator", "count"), lines);
  const count = asked.count ?? (counted?.value === 0 ? undefined : counted);
  const hardware = { ...unknownHardware, gpusPerNode: count, resource: asked.resource };
  if (role.stack.setting("multinode", "enabled").boolean !== true) return { hardware, groupSize: "one-pod" };
  const nodes = wholeNumber(role.at("parallelism", "workers"), lines);
  return { hardware: { ...hardware, nodes, gpusPerInstance: groupGpus(count, count, nodes) }, groupSize: "group" };
}

function hints(role: Role): Unit["gpuHints"] {
  const type = role.at("acceleratorType");
  return [
    ...nodeHints(role.stack.setting("affinity")),
    ...nodeHints(role.at()),
    ...affinityHint(labelWords(type.at("labelKey").string, [type.at("labelValue"), ...type.at("labelValues").items()])),
  ];
}
