import { tensorrtLocalPrompts } from "../../local-prompts.ts";
import { spanOf } from "../../mapped.ts";
import type { RoutingRule } from "../../routing.ts";
import type { CompanionUnit, Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { overlaid } from "../../yaml-merge.ts";
import type { ReaderContext } from "../context.ts";
import { configUnit } from "../fields/config-unit.ts";
import { engineMapping } from "../fields/engine-mapping.ts";
import { wholeNumber } from "../pods/resources.ts";
import type { Reader } from "../reader.ts";

/** What of a disaggregated set-up is about its own server or its workers' places, and no field of the engine. */
const orchestration = new Set([
  "conditional_disagg_config",
  "context_servers",
  "disagg_cluster",
  "generation_servers",
  "hostname",
  "max_retries",
  "num_instances",
  "otlp_config",
  "perf_metrics_max_requests",
  "port",
  "router",
  "schedule_style",
  "urls",
]);

/** TensorRT-LLM's disaggregated serving: context and generation servers; what stands beside them holds for both (disagg_utils.py). */
export const trtllmDisaggReader: Reader = (root, extent, context) => {
  const prefill = root.at("context_servers");
  const generation = root.at("generation_servers");
  if (!prefill.isMap || !generation.isMap) return undefined;
  const whole = configUnit("trtllm-disagg-config", "tensorrt-llm", root, extent, context);
  const roles = [
    { role: "prefill", servers: prefill },
    { role: "decode", servers: generation },
  ] as const;
  const units = roles
    .filter(({ servers }) => servers.at("num_instances").string !== "0")
    .map(({ role, servers }): Unit => {
      const start = servers.key?.span.start ?? extent.start;
      return {
        ...whole,
        name: `${whole.name}/${role}`,
        deployment: whole.name,
        role,
        extent: { start, end: servers.span?.end ?? extent.end },
        mapping: serverMapping(root, servers, context),
        ...local(root, context),
        instances: wholeNumber(servers.at("num_instances"), context.lines),
      };
    });
  return { format: "trtllm-disagg-config", units, companions: routers(prefill, generation) };
};

/** Each pool's router of the server between them: requests in turn, or by their number or tokens (llmapi/disagg_utils.py, router.py of 1.1). */
function routers(prefill: YamlValue, generation: YamlValue): CompanionUnit[] {
  const { key } = prefill.at("router");
  const rule = routerRule(prefill.at("router"));
  if (!key || !rule) return [];
  const decode = routerRule(generation.at("router"));
  return [
    {
      kind: "router",
      name: "disaggregated server",
      span: spanOf(key),
      routing: { rule, ...(decode ? { decode } : {}), span: spanOf(key) },
    },
  ];
}

function routerRule(router: YamlValue): RoutingRule | undefined {
  switch (router.at("type").string) {
    case "round_robin":
      return "round-robin";
    case "load_balancing":
      return router.at("use_tokens").boolean === true ? "join-shortest-queue" : "least-requests";
    default:
      return undefined;
  }
}

function local(root: YamlValue, { lines }: ReaderContext): Pick<Unit, "localPrompts"> {
  const written = wholeNumber(root.at("conditional_disagg_config", "max_local_prefill_length"), lines);
  return written ? { localPrompts: { ...written, value: tensorrtLocalPrompts(written.value) } } : {};
}

/** Servers without sizes are started elsewhere, with settings of their own. */
function serverMapping(root: YamlValue, servers: YamlValue, context: ReaderContext): Unit["mapping"] {
  const mapping = engineMapping(overlaid(root, servers), "tensorrt-llm", "engine", context);
  const flags = mapping.flags.filter(({ name }) => !orchestration.has(name.split(".")[0] ?? ""));
  const { site } = engineMapping(servers, "tensorrt-llm", "engine", context);
  return { ...mapping, flags, site, complete: mapping.complete && servers.at("tensor_parallel_size").exists };
}
