import type { Model } from "../catalog/facts.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { EngineSettings, Layout } from "./settled.ts";

/**
 * Experts are placed by load: `--enable-eplb`, in SGLang a placement written beforehand too, in TensorRT-LLM a balancer's file. Within
 * nodes where these divide the model's groups, unless SGLang is told otherwise (eplb_algorithms/__init__.py).
 */
export function expertsBalanced(flags: FlagReader, { layout }: EngineContext): Pick<EngineSettings, "expertsBalanced"> {
  const isPlaced = flags.has("init-expert-location") && flags.text("init-expert-location") !== "trivial";
  const isOn = flags.on("enable-eplb") === true || isPlaced || balancer(flags) !== undefined;
  if (!isOn || layout.expert <= 1) return {};
  return { expertsBalanced: flags.text("eplb-algorithm") === "deepseek" ? "anywhere" : "by-group" };
}

/** VD11, VD13: copies beside the model's own experts, in each engine's words. */
export function redundantExperts(flags: FlagReader, model: Model | undefined): Pick<Layout, "redundantExperts"> {
  const slots = counted(flags.member("moe_config", "load_balancer.num_slots") ?? memberOf(balancer(flags), "num_slots"));
  const further = slots === undefined ? undefined : slots - (model?.moe?.experts ?? slots);
  const written =
    counted(flags.member("eplb-config", "num_redundant_experts")) ??
    flags.integer("num-redundant-experts") ??
    flags.integer("ep-num-redundant-experts") ??
    further;
  return written !== undefined && written > 0 ? { redundantExperts: written } : {};
}

/** TensorRT-LLM's, a file's path or what stands in it. */
function balancer(flags: FlagReader): unknown {
  return flags.member("moe_config", "load_balancer") ?? flags.member("moe_config", "load_balancer.num_slots");
}

/** A count of experts as a JSON member has it: engines take those in quotes as well. */
export function counted(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,6}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) ? number : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}
