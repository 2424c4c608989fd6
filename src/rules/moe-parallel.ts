import type { Rule } from "./rule.ts";
import { sglangMoeParallel } from "./sglang-moe-parallel.ts";
import { trtllmMoeParallel } from "./trtllm-moe-parallel.ts";

export const moeParallel: Rule = {
  code: "moe-parallel",
  severity: "error",
  summary: "The ranks that share the experts, or the dense layers between them, do not fit the tensor ranks.",
  facts: ["SW09", "SW12", "TR02", "TR03", "TR05", "TR06"],
  engines: ["sglang", "tensorrt-llm"],
  check: (context) => (context.deployment.engine === "sglang" ? sglangMoeParallel(context) : trtllmMoeParallel(context)),
};
