import { type Message, message } from "../../deployment/message.ts";
import { isPair } from "../../deployment/pool-pair.ts";
import type { Settled } from "../../deployment/settled.ts";
import { systemTitles } from "../../deployment/systems/system.ts";
import { handedOver } from "../../timing/collectives/kv-transfer.ts";

/** Which system served, and what its time to the first token is made of. */
export interface ServedBy {
  readonly system: string;
  /** A sentence. */
  readonly firstToken: Message;
  /** What it did beside, in numbers; a sentence each. */
  readonly figures: readonly Message[];
}

/** Undefined where one instance computes prompt and answer: nothing moves before the first token. */
export function servedBy(settled: Settled, figures: readonly Message[]): ServedBy | undefined {
  const { system } = settled;
  if (system)
    return {
      system: systemTitles[system.kind],
      firstToken:
        system.kind === "sarathi"
          ? message("The first token comes from the instance that computes the prompt and keeps its KV cache: nothing moves.")
          : system.kind === "infinite-llm"
            ? message("The first token comes from the instance that computes the prompt, wherever parts of its KV cache lie.")
            : message(
                "The first token comes from the instance that computes the prompt; TTFT does not include the transfer of its KV cache.",
              ),
      figures,
    };
  if (!isPair(settled)) return undefined;
  if (settled.localPrompts)
    return {
      system: "Conditional disaggregation",
      figures,
      firstToken: message(
        "The first token comes from the decode instance. It computes prompts of fewer than {0} tokens beyond its cache itself; of the others TTFT includes the transfer of the KV cache.",
        settled.localPrompts.belowTokens,
      ),
    };
  return {
    system: "Router",
    figures,
    firstToken:
      handedOver(settled.engine) === "cache"
        ? message(
            "The first token comes from the decode instance, which computes the prompt's last token again; TTFT includes the transfer of the KV cache.",
          )
        : message("The first token comes from the decode instance, which got it with the KV cache; TTFT includes their transfer."),
  };
}
