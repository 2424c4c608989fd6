import type { Flag } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { factsOf, misspeltName } from "./flag-table.ts";
import type { Finding, RuleContext } from "./rule.ts";

/** A key of TensorRT-LLM's settings that is a slip away from a known one: its models refuse what they do not know, but not all keys are known here. */
export function trtllmKey({ catalog, deployment }: RuleContext, flag: Flag): Finding | undefined {
  const { options } = catalog.options(deployment.engine);
  const table = catalog.flags(deployment.engine);
  if (options.has(flag.name) || factsOf(table, flag.name) || [...options.keys()].some((key) => key.startsWith(`${flag.name}.`)))
    return undefined;
  const at = flag.name.lastIndexOf(".") + 1;
  const parent = flag.name.slice(0, at);
  const siblings = [...options.keys(), ...(at === 0 ? table.flags.map(({ name }) => name) : [])]
    .filter((key) => key.startsWith(parent))
    .map((key) => key.slice(at).split(".")[0] ?? "");
  const near = misspeltName(flag.name.slice(at), siblings);
  if (near === undefined) return undefined;
  return finding(
    "unknown-flag",
    "information",
    flag.flagRange,
    message("{0} is no key of the TensorRT-LLM known here; close to it is {1}.", flag.name, parent + near),
    // The key's own word stands without its parents.
    { fixes: [{ title: message("Change to {0}", near), edits: [{ range: flag.flagRange, newText: near }], preferred: true }] },
  );
}
