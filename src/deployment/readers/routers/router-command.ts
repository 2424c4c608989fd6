import { type Mapped, spanOf } from "../../mapped.ts";
import { splitCommand } from "../../shell-words.ts";
import type { Variables } from "../../variables.ts";
import type { WrittenRouting } from "../../written-routing.ts";
import { dynamoRouting, routerFlags, sglangRouting, stackRouting } from "./router-flags.ts";

/** Shells within shells. */
const deepest = 3;

/** What a command line that starts a router says of its policy; undefined where it starts none, or one whose policy is not known. */
export function routerCommand(words: readonly Mapped[], variables: Variables, depth = 0): WrittenRouting | undefined {
  const script = depth < deepest ? scriptOf(words) : undefined;
  if (script) {
    for (const command of splitCommand(script, variables)) {
      const found = routerCommand(command.words, new Map([...variables, ...command.variables, ...command.assignments]), depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  const at = words.findIndex(({ value }) => program(value) !== undefined);
  const name = words[at];
  if (!name) return undefined;
  const flags = routerFlags(words.slice(at + 1));
  switch (program(name.value)) {
    case "sglang":
      return sglangRouting(flags, spanOf(name));
    case "dynamo":
      return dynamoRouting(flags, variables, spanOf(name));
    case "vllm":
      return flags.has("routing-logic")
        ? stackRouting(flags.get("routing-logic"))
        : flags.has("policy")
          ? sglangRouting(flags, spanOf(name))
          : undefined;
    default:
      return undefined;
  }
}

function program(word: string): "sglang" | "dynamo" | "vllm" | undefined {
  if (/(^|\/)sglang[-_]router(\.launch_router|\.launch_server)?$/.test(word)) return "sglang";
  if (/^dynamo\.frontend$/.test(word)) return "dynamo";
  return /(^|\/)(vllm-router|vllm_router(\.app)?)$/.test(word) ? "vllm" : undefined;
}

/** What a shell is given to run. */
function scriptOf(words: readonly Mapped[]): Mapped | undefined {
  const shell = words.findIndex(({ value }) => /(^|\/)(ba|da|z)?sh$/.test(value));
  if (shell < 0) return undefined;
  const option = words.findIndex(({ value }, i) => i > shell && /^-[a-z]*c$/.test(value));
  return option < 0 ? undefined : words[option + 1];
}
