import type { Flag } from "../../deployment.ts";
import { message } from "../../message.ts";
import type { MappingFlags } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { fieldFlags } from "../fields/field-flags.ts";
import { impliedFlag } from "../fields/implied-flag.ts";
import { lmcacheFlags } from "./production-stack-lmcache.ts";

/** Passed on only where they say yes. */
const switches = { enableLoRA: "enable-lora", enableTool: "enable-auto-tool-choice" } as const;
/** Passed on only where they say something. */
const words = { toolCallParser: "tool-call-parser", modelRevision: "revision" } as const;
const settings = {
  enableChunkedPrefill: "enable-chunked-prefill",
  enablePrefixCaching: "enable-prefix-caching",
  maxModelLen: "max-model-len",
  dtype: "dtype",
  tensorParallelSize: "tensor-parallel-size",
  maxNumSeqs: "max-num-seqs",
  gpuMemoryUtilization: "gpu-memory-utilization",
  maxLoras: "max-loras",
  runner: "runner",
  convert: "convert",
} as const;
/** What only Ray clusters and LeaderWorkerSets are given (ray-cluster.yaml, lws-vllm.yaml). */
const groupSettings = { pipelineParallelSize: "pipeline-parallel-size", revision: "revision" } as const;

/** The flags that the chart makes of one `modelSpec` entry, in front of its extra arguments. */
export function modelSpecFlags(spec: YamlValue, context: ReaderContext): MappingFlags {
  const config = spec.at("vllmConfig");
  const ray = spec.at("raySpec", "enabled").boolean === true;
  const group = ray || spec.at("lwsSpec", "enabled").boolean === true;
  const isSaid = ({ negated, value }: Flag): boolean => !negated && value?.value !== "" && value?.value !== "None";
  const flags = [
    ...fieldFlags(spec, { ...switches, ...words }, "vllm", context).filter(isSaid),
    ...chartDefaults(spec, ray, context),
    ...lmcacheFlags(spec, context),
    ...fieldFlags(config, group ? { ...settings, ...groupSettings } : settings, "vllm", context),
  ];
  return { flags, site: undefined, model: spec.at("modelURL").text(), complete: true, readBy: "platform" };
}

/** Flags that stand in the chart's templates themselves. */
function chartDefaults(spec: YamlValue, ray: boolean, context: ReaderContext): Flag[] {
  const config = spec.at("vllmConfig").key;
  const flags: Flag[] = [];
  if (config && !ray) {
    const why = message("the chart switches prefix caching off unless enablePrefixCaching says otherwise");
    flags.push({ ...impliedFlag("enable-prefix-caching", null, config, why, context), negated: true });
  }
  for (const [owner, backend] of [
    ["raySpec", "ray"],
    ["lwsSpec", "mp"],
  ] as const) {
    const key = spec.at(owner, "enabled").key;
    if (!key || spec.at(owner, "enabled").boolean !== true) continue;
    flags.push(impliedFlag("distributed-executor-backend", backend, key, message("the chart's own argument"), context));
  }
  const size = spec.at("lwsSpec", "size").text();
  if (size && spec.at("lwsSpec", "enabled").boolean === true) {
    const why = message("one pipeline stage a node, unless pipelineParallelSize says otherwise");
    flags.push(impliedFlag("pipeline-parallel-size", size.value, size, why, context));
  }
  return flags;
}
