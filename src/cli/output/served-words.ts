import { plain } from "../../deployment/message.ts";
import type { ServedBy } from "../../simulation/placement/first-token.ts";

/** Which system served, where its first tokens come from, and what it did beside. */
export function servedWords({ system, firstToken, figures }: ServedBy): string {
  return [`${system}.`, ...[firstToken, ...figures].map(plain)].join(" ");
}
