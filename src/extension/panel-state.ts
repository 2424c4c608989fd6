/** What a page was about, as its kept state says: the id that its shell was given. undefined = it kept nothing of ours. */
export function panelId(state: unknown): string | undefined {
  return typeof state === "object" && state !== null && "panel" in state && typeof state.panel === "string" ? state.panel : undefined;
}
