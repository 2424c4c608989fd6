import { words } from "../parts/words.ts";
import { absence, type Teller } from "./live-words.ts";
import type { Panel } from "./panel.ts";
import type { Ring } from "./ring.ts";

/** Why a row has nothing to draw. */
export function absentWords({ word, parts }: Pick<Panel, "word" | "parts">, input: Teller & { readonly ring: Ring }): string {
  if (input.ring.length === 0) return words("waiting for the first answer");
  return absence(parts?.word ?? word, input.ring.answered, input) ?? words("idle, nothing came in");
}
