import type { Assumption } from "../../src/deployment/settled.ts";
import { h, link } from "../parts/dom.ts";
import { said, words } from "../parts/words.ts";

export interface AssumedEvents {
  readonly command: (command: string) => void;
}

/** What changes an assumed value, by its name; the others are written in the file. */
const changedBy: Readonly<Record<string, string>> = { gpu: "inferenceLens.selectGpu", engineVersion: "inferenceLens.selectVersion" };

/** Values nobody wrote down, dotted; a click changes those that a command can. */
export function assumedList(assumed: readonly Assumption[], { command }: AssumedEvents): HTMLElement {
  if (assumed.length === 0) return h("p", { class: "secondary-text", text: words("Nothing: all that the sum rests on is written down.") });
  const head = [words("Value"), words("Taken as"), words("Because")].map((title, at) => {
    const made = h("th", { text: title, class: at === 2 ? "secondary" : "" });
    made.setAttribute("scope", "col");
    return made;
  });
  const rows = assumed.map(({ what, value, why }) => {
    const name = h("th", { text: nameOf(what) });
    name.setAttribute("scope", "row");
    const change = changedBy[what];
    const shown = change
      ? link(value, () => command(change), { class: "assumed", title: words("Assumed: a click changes it") })
      : h("span", { text: value, class: "assumed" });
    return h("tr", {}, name, h("td", {}, shown), h("td", { class: "secondary", text: said(why) }));
  });
  return h("table", { aria: { label: words("Assumed values") } }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

function nameOf(what: string): string {
  switch (what) {
    case "gpu":
      return words("GPU");
    case "engineVersion":
      return words("Engine version");
    case "instances":
      return words("Replicas");
    default:
      return what;
  }
}
