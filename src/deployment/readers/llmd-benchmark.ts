import { findScriptLaunches } from "../launch.ts";
import { type Mapped, spanOf } from "../mapped.ts";
import { type MappingFlags, plainUnit, type Unit, type UnitHardware, unknownHardware } from "../units.ts";
import type { Variables } from "../variables.ts";
import type { YamlValue } from "../yaml-document.ts";
import { chartImage } from "./chart-image.ts";
import type { ReaderContext } from "./context.ts";
import { copies } from "./copies.ts";
import { listedVariables } from "./environment.ts";
import { extraArguments } from "./extra-arguments.ts";
import { fieldFlags } from "./field-flags.ts";
import { affinityHint, labelWords, nodeHints } from "./node-hints.ts";
import { groupGpus, leaderWorkerVariables } from "./pod-group.ts";
import type { Reader } from "./reader.ts";
import { gpuCount, wholeNumber } from "./resources.ts";

/** A scenario of llm-d-benchmark: stacks of engines over defaults that stand elsewhere, with the command that starts each role. */
export const llmdBenchmarkReader: Reader = (root, extent, context) => {
  if (root.at("apiVersion").exists) return undefined;
  const stacks = isOverlay(root) ? [root] : root.at("scenario").items().filter(isStack);
  if (stacks.length === 0) return undefined;
  const units = stacks.flatMap((stack) => {
    const extentOf = (role: YamlValue) => role.span ?? extent;
    const served = roles(stack);
    const isSplit = served.some(({ key }) => key?.value === "prefill");
    return served.map((role) => roleUnit({ stack, role, isSplit }, extentOf(role), context));
  });
  const harness = stacks.flatMap((stack) => {
    const { key } = stack.at("harness");
    return key ? [{ kind: "benchmark" as const, name: stack.at("harness", "name").string || "harness", span: spanOf(key) }] : [];
  });
  return { format: "llmd-benchmark-scenario", units, companions: harness };
};

function isStack(stack: YamlValue): boolean {
  return stack.at("name").exists && ["modelservice", "standalone", "decode", "kustomize"].some((key) => stack.at(key).isMap);
}

/** Defaults, and what lies over them, are one stack without a name. */
function isOverlay(root: YamlValue): boolean {
  return root.at("harness").isMap && root.at("model").isMap && (root.at("decode").isMap || root.at("standalone").isMap);
}

/** Decode engines run unless switched off; prefill and stand-alone ones are off by default. Roles stand in the stack or below its model service. */
function roles(stack: YamlValue): YamlValue[] {
  const isOff = (value: YamlValue): boolean => value.at("enabled").boolean === false || value.at("replicas").string === "0";
  const isOn = (value: YamlValue): boolean => value.at("enabled").boolean === true;
  const isServed = !isOff(stack.at("modelservice"));
  return [...stack.entries(), ...stack.at("modelservice").entries()].filter((role) => {
    switch (role.key?.value) {
      case "decode":
        return isServed && !isOff(role);
      case "prefill":
        return isServed && !isOff(role) && (isOn(role) || role.at("replicas").exists);
      case "standalone":
        return isOn(role) && !isOff(role);
      default:
        return false;
    }
  });
}

/** A setting of the stack, or of what all its roles share. */
function setting(stack: YamlValue, ...path: readonly string[]): YamlValue {
  const shared = stack.at("common", ...path);
  return shared.exists ? shared : stack.at(...path);
}

interface Role {
  readonly stack: YamlValue;
  readonly role: YamlValue;
  /** The stack has prefill engines beside its decode engines. */
  readonly isSplit: boolean;
}

function roleUnit({ stack, role, isSplit }: Role, extent: Unit["extent"], context: ReaderContext): Unit {
  const name = role.key?.value ?? "";
  const variables = listedVariables(role.at("extraEnvVars"), platformVariables(stack, role, context));
  const script = role.at("vllm", "customCommand").text();
  const found = script ? findScriptLaunches(script, variables).launches[0] : undefined;
  // The path under which the model is mounted says less than its name.
  const launch = found ? { ...found, positionalModel: false } : extraArguments(role.at("vllm", "additionalFlags"), "vllm");
  return {
    ...plainUnit,
    format: "llmd-benchmark-scenario",
    name,
    deployment: stack.at("name").string || "benchmark",
    anchor: role.key ? spanOf(role.key) : extent,
    extent,
    engine: launch?.engine ?? "vllm",
    launch,
    mapping: mapping(stack, role, found === undefined, context),
    image: chartImage(setting(stack, "images", "vllm")),
    environment: variables,
    complete: !role.document.structuralTemplate && role.document.errors.length === 0,
    role: isSplit && (name === "prefill" || name === "decode") ? name : "mixed",
    instances: copies(role.at("replicas"), context),
    ...scale(stack, role, context),
    gpuHints: hints(stack, role),
  };
}

/** Sizes are fields of every role; the other settings are flags only of the chart's own command. Defaults may add to both. */
function mapping(stack: YamlValue, role: YamlValue, isGenerated: boolean, context: ReaderContext): MappingFlags {
  const settings = { maxModelLen: "max-model-len", blockSize: "block-size", gpuMemoryUtilization: "gpu-memory-utilization" };
  const sizes = { tensor: "tensor-parallel-size", data: "data-parallel-size" };
  return {
    flags: [
      ...(isGenerated ? fieldFlags(setting(stack, "model"), settings, "vllm", context) : []),
      ...fieldFlags(role.at("parallelism"), sizes, "vllm", context),
    ],
    site: undefined,
    model: setting(stack, "model", "name").text(),
    complete: false,
    readBy: "platform",
  };
}

/** What the benchmark puts into every container (set_llmdbench_environment.py, parallelismEnv of the model service's chart). */
function platformVariables(stack: YamlValue, role: YamlValue, context: ReaderContext): Variables {
  const model = setting(stack, "model");
  const sizes = role.at("parallelism");
  const workers = sizes.at("workers");
  const written: readonly (readonly [string, Mapped | undefined])[] = [
    ["MODEL_NAME", model.at("name").text()],
    ["TP_SIZE", sizes.at("tensor").text()],
    ["DP_SIZE", sizes.at("data").text()],
    ["DP_SIZE_LOCAL", sizes.at("dataLocal").text()],
    ["VLLM_MAX_MODEL_LEN", model.at("maxModelLen").text()],
    ["VLLM_BLOCK_SIZE", model.at("blockSize").text()],
    ["VLLM_ACCELERATOR_MEM_UTIL", model.at("gpuMemoryUtilization").text()],
    ["VLLM_MAX_NUM_SEQ", model.at("maxNumSeq").text()],
    ["VLLM_MAX_NUM_BATCHED_TOKENS", model.at("maxNumBatchedTokens").text()],
  ];
  return new Map([...leaderWorkerVariables(wholeNumber(workers, context.lines), workers), ...written]);
}

/** A group of `workers` machines where the stack spans several, each with the accelerators that the role counts. */
function scale(stack: YamlValue, role: YamlValue, { lines }: ReaderContext): Pick<Unit, "hardware" | "groupSize"> {
  const asked = gpuCount(role, lines);
  const counted = role.at("accelerator", "count");
  const count = asked.count ?? wholeNumber(counted.exists ? counted : setting(stack, "accelerator", "count"), lines);
  const hardware: UnitHardware = { ...unknownHardware, gpusPerNode: count, resource: asked.resource };
  if (setting(stack, "multinode", "enabled").boolean !== true) return { hardware, groupSize: "one-pod" };
  const nodes = wholeNumber(role.at("parallelism", "workers"), lines);
  return { hardware: { ...hardware, nodes, gpusPerInstance: groupGpus(count, count, nodes) }, groupSize: "group" };
}

function hints(stack: YamlValue, role: YamlValue): Unit["gpuHints"] {
  const type = role.at("acceleratorType");
  return [
    ...nodeHints(setting(stack, "affinity")),
    ...nodeHints(role),
    ...affinityHint(labelWords(type.at("labelKey").string, [type.at("labelValue"), ...type.at("labelValues").items()])),
  ];
}
