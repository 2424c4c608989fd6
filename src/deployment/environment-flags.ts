import type { Flag } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import { spanOf } from "./mapped.ts";
import type { LineMap } from "./text.ts";
import type { Unit } from "./units.ts";

/** Settings that an engine takes from its environment where no flag sets them, under the flags' names. */
export function environmentFlags({ engine, environment }: Unit, lines: LineMap): Flag[] {
  return Object.entries(dialects[engine].variables).flatMap(([variable, name]) => {
    const text = environment.get(variable);
    if (!environment.has(variable)) return [];
    const at = lines.range(text ? spanOf(text) : { start: 0, end: 0 });
    const flag: Flag = {
      name,
      spelled: variable,
      negated: false,
      value: text && { value: text.value, origin: "file", range: at },
      flagRange: at,
      valueRange: text && at,
      wholeRange: at,
      known: true,
      oneWord: false,
    };
    return [flag];
  });
}
