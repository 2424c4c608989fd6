import { type Message, message } from "../../deployment/message.ts";
import type { ServerKind, Snapshot } from "../snapshot.ts";
import { runsModels, serverNames } from "./server-kinds.ts";

const mostNamed = 5;

/** The models that figures are of, in order, as a server tells them. */
export function modelsOf(names: Iterable<string>): Pick<Snapshot["server"], "model" | "models"> {
  const models = [...new Set(names)].sort();
  return { model: models.length > 0 ? models.join(", ") : null, ...(models.length > 1 ? { models } : {}) };
}

/** What stands together in the figures of a server that a person may take for one thing; empty where nothing does. */
export function mixedIn({ kind, models = [], beside = [] }: Snapshot["server"]): readonly Message[] {
  // Triton writes some names of vLLM's itself.
  const others = beside.filter((other) => runsModels(kind) && runsModels(other) && !(kind === "triton" && other === "vllm"));
  return [
    ...(models.length > 1 ? [message("figures of {0} models are added up: {1}", models.length, shortened(models))] : []),
    ...others.map((other) => message("{0} is on this page too: only what {1} does not tell is read of it", nameOf(other), nameOf(kind))),
  ];
}

function shortened(names: readonly string[]): string {
  return names.length > mostNamed ? `${names.slice(0, mostNamed).join(", ")}, …` : names.join(", ");
}

function nameOf(kind: ServerKind): string {
  return kind === "unknown" ? "" : serverNames[kind];
}
