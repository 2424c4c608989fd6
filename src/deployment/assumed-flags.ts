import type { Flag } from "./deployment.ts";
import type { FlagNames } from "./flag-names.ts";
import type { Origin } from "./located.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Range } from "./text.ts";

/** Flags set from outside: an argument replaces what the file says, project and setting only fill what it leaves out. */
export function withAssumedFlags(
  written: ReadonlyMap<string, Flag>,
  { argument, project, setting }: Surroundings,
  names: FlagNames,
  anchor: Range,
): ReadonlyMap<string, Flag> {
  if (!argument.flags && !project.flags && !setting.flags) return written;
  const flags = new Map(written);
  const add = (given: Readonly<Record<string, string>> | undefined, origin: Origin, replaces: boolean): void => {
    for (const [key, value] of Object.entries(given ?? {})) {
      const flag = assumedFlag(key, value, origin, names, anchor);
      if (replaces || !flags.has(flag.name)) flags.set(flag.name, flag);
    }
  };
  add(project.flags, "project", false);
  add(setting.flags, "setting", false);
  add(argument.flags, "argument", true);
  return flags;
}

function assumedFlag(key: string, value: string, origin: Origin, names: FlagNames, anchor: Range): Flag {
  const { name, facts, negated } = names.resolve(key.startsWith("-") ? key : `--${key}`);
  const isSwitch = facts?.type === "bool" && /^(true|false|)$/i.test(value);
  return {
    name,
    spelled: key,
    negated: negated !== (isSwitch && value.toLowerCase() === "false"),
    value: { value: isSwitch ? null : value, origin },
    flagRange: anchor,
    valueRange: undefined,
    wholeRange: { start: anchor.start, end: anchor.start },
    known: facts !== undefined,
    oneWord: false,
  };
}
