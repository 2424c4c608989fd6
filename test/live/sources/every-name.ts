import { aliasesOf } from "../../../src/live/page/aliases.ts";
import type { ServerKind } from "../../../src/live/page/server-kinds.ts";

/** Names of a store that scrapes a server: all that the table of names knows, as the wire spells them. */
export function everyName(server: ServerKind): readonly string[] {
  return aliasesOf(server).flatMap(({ name, wire }) => {
    if (wire === "gauge" || wire === "counter") return [name];
    return wire === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [`${name}_sum`, `${name}_count`];
  });
}
