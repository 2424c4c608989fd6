import { readPage } from "../page/read-page.ts";
import type { Answer, Ask, LiveSource, Look } from "../source.ts";
import { refusalWords } from "./no-metrics.ts";

/** One metrics page. `address` is asked as it stands; `name` is what people see. */
export function metricsUrl(address: string, name: string): LiveSource {
  return { kind: "metrics-url", name, identityAt: [address], look: async (ask) => lookAt(await ask.text(address), ask) };
}

/** What the answer of a metrics page says. */
export function lookAt(answer: Answer, { say }: Pick<Ask, "say">): Look {
  if (answer.kind === "failed") {
    const why = answer.why === "needs-key" || answer.why === "wrong-page" || answer.why === "cancelled" ? answer.why : "lost";
    return { kind: "none", why, detail: say(refusalWords(answer)), ...answer.at, problems: [] };
  }
  const page = readPage(answer.text, answer.at.time);
  if (page.kind === "snapshot") {
    const { snapshot, problems, limit } = page;
    const scraped = { ...snapshot, steady: answer.at.steady };
    return { kind: "scrape", snapshot: scraped, problems, ...(limit === undefined ? {} : { limits: [limit] }) };
  }
  const why = page.kind === "cut-off" ? "lost" : "wrong-page";
  return { kind: "none", why, detail: say(page.detail), ...answer.at, problems: page.problems };
}
