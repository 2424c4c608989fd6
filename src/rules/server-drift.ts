import type { LiveRule } from "./live-rule.ts";

export const serverDrift: LiveRule = {
  code: "server-drift",
  severity: "warning",
  summary: "The server that is attached for a deployment runs other settings than its file says.",
  facts: ["server answers"],
};
