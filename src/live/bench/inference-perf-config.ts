import { plainYaml } from "../../catalog/plain-yaml.ts";
import type { SharedPrefix } from "../../simulation/workload/workload.ts";
import { at, positive } from "./fields.ts";

/** What prompts of an inference-perf run have in common, from its `config.yaml`; undefined where the text is none, or tells nothing of it. */
export function sharedPrefixOf(text: string): SharedPrefix | undefined {
  if (!text.includes("shared_prefix")) return undefined;
  const { value } = { value: undefined, ...plainYaml(text) };
  const prefix = at(value, "data", "shared_prefix");
  const first = (...names: readonly string[]): number | null =>
    names.map((name) => positive(at(prefix, name))).find((one) => one !== null) ?? null;
  const groups = first("num_unique_system_prompts", "num_groups");
  const usersPerGroup = first("num_users_per_system_prompt", "num_prompts_per_group");
  const systemPromptTokens = first("system_prompt_len");
  const questionTokens = first("question_len");
  const outputTokens = first("output_len");
  if (groups === null || usersPerGroup === null || systemPromptTokens === null || questionTokens === null || outputTokens === null) {
    return undefined;
  }
  return {
    groups,
    usersPerGroup,
    systemPromptTokens,
    questionTokens,
    outputTokens,
    multiTurn: at(prefix, "enable_multi_turn_chat") === true,
  };
}
