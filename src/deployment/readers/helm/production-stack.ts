import { opaque, spanOf } from "../../mapped.ts";
import { type CompanionUnit, plainUnit, type Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { extraArguments, listWords } from "../fields/extra-arguments.ts";
import { containerEnvironment, type Environment } from "../pods/environment.ts";
import { nodeHints, termHints } from "../pods/node-hints.ts";
import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { stackRouting } from "../routers/router-flags.ts";
import { imageOf } from "./chart-image.ts";
import { modelSpecFlags } from "./production-stack-flags.ts";
import { lmcacheVariables } from "./production-stack-lmcache.ts";
import { modelSpecScale } from "./production-stack-scale.ts";

/** Values of vLLM's production stack: each entry of `modelSpec` is a Deployment, a Ray cluster or a LeaderWorkerSet of its own. */
export const productionStackReader: Reader = (root, _extent, context) => {
  const engines = root.at("servingEngineSpec");
  if (!engines.isMap || root.at("apiVersion").exists) return undefined;
  const specs = engines.at("enableEngine").boolean === false ? [] : engines.at("modelSpec").items();
  const roles = routedRoles(root.at("routerSpec"));
  const chart = { engines, cacheServer: root.at("cacheserverSpec") };
  const units = specs.filter((spec) => spec.isMap).map((spec): Unit => modelUnit(spec, chart, roleOf(spec, roles), context));
  return { format: "helm-production-stack", units: paired(units), companions: companions(root) };
};

/** What all models of a chart share. */
interface Chart {
  readonly engines: YamlValue;
  readonly cacheServer: YamlValue;
}

function modelUnit(spec: YamlValue, { engines, cacheServer }: Chart, role: Unit["role"], context: ReaderContext): Unit {
  const { document, span } = spec;
  const extent = span ?? document.span;
  const repository = spec.at("repository").text();
  const { variables, complete } = environment(spec, engines, cacheServer);
  const { gpus, hardware, ...scale } = modelSpecScale(spec, context);
  return {
    ...plainUnit,
    ...scale,
    format: "helm-production-stack",
    name: spec.at("name").string || "vllm",
    anchor: rootAnchor(spec, extent),
    extent,
    engine: "vllm",
    launch: extraArguments(spec.at("vllmConfig", "extraArgs"), "vllm"),
    mapping: modelSpecFlags(spec, context),
    image: repository && imageOf(undefined, repository, spec.at("tag").text()),
    environment: variables,
    environmentComplete: complete,
    complete: !document.structuralTemplate && document.errors.length === 0,
    role,
    hardware,
    gpuHints: [...nodeHints(spec), ...nodeHints(engines), ...termHints(spec.at("nodeSelectorTerms")), ...gpus.hints],
  };
}

/** The container's variables, and those that the chart makes of other fields (deployment-vllm-multi.yaml). */
function environment(spec: YamlValue, engines: YamlValue, cacheServer: YamlValue): Environment {
  const { variables } = containerEnvironment(spec, new Map());
  const all = new Map(variables);
  const devices = spec.at("lmcacheConfig", "cudaVisibleDevices").text();
  if (devices) all.set("CUDA_VISIBLE_DEVICES", devices);
  for (const [name, value] of lmcacheVariables(spec, cacheServer)) all.set(name, value);
  const v0 = spec.at("vllmConfig", "v0").text();
  if (v0?.value === "1") all.set("VLLM_USE_V1", opaque("0", v0.span));
  return { variables: all, complete: engines.at("configs").entries().length === 0 && spec.at("envFromSecret").entries().length === 0 };
}

/** Prefill and decode, by the KV role, else by the labels that the router looks for. */
function roleOf(spec: YamlValue, roles: ReadonlyMap<string, Unit["role"]>): Unit["role"] {
  const kvRole = spec.at("lmcacheConfig", "kvRole").string;
  if (kvRole === "kv_producer") return "prefill";
  if (kvRole === "kv_consumer") return "decode";
  return roles.get(spec.at("labels", "model").string) ?? roles.get(spec.at("name").string) ?? "mixed";
}

/** `--prefill-model-labels a,b --decode-model-labels c` of the router's arguments. */
function routedRoles(router: YamlValue): ReadonlyMap<string, Unit["role"]> {
  const words = listWords(router.at("extraArgs")).flatMap(({ value }) => value.split(/[=\s]/));
  const roles = new Map<string, Unit["role"]>();
  for (const [i, word] of words.entries()) {
    const role = /^--(prefill|decode)-model-labels$/.exec(word)?.[1];
    if (role !== "prefill" && role !== "decode") continue;
    for (const label of words[i + 1]?.split(",") ?? []) roles.set(label, role);
  }
  return roles;
}

/** Prefill and decode engines of one model are the pools of one deployment. */
function paired(units: readonly Unit[]): Unit[] {
  const has = (role: Unit["role"], model: string): boolean => units.some((unit) => unit.role === role && modelOf(unit) === model);
  return units.map((unit) => {
    const model = modelOf(unit);
    const isPair = unit.role !== "mixed" && model !== "" && has("prefill", model) && has("decode", model);
    return isPair ? { ...unit, deployment: model } : unit;
  });
}

function modelOf({ mapping }: Unit): string {
  return mapping?.model?.value ?? "";
}

function companions(root: YamlValue): CompanionUnit[] {
  const found = (key: string, kind: CompanionUnit["kind"], name: string, isOn: boolean): CompanionUnit[] => {
    const written = root.at(key).key;
    return written && isOn ? [{ kind, name, span: spanOf(written) }] : [];
  };
  const routing = stackRouting(root.at("routerSpec", "routingLogic").text());
  const routers = found("routerSpec", "router", "router", root.at("routerSpec", "enableRouter").boolean !== false);
  return [
    ...routers.map((router) => ({ ...router, ...(routing ? { routing } : {}) })),
    ...found("cacheserverSpec", "cache", "cache server", root.at("cacheserverSpec", "enabled").boolean !== false),
  ];
}
