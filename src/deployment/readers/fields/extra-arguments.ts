import type { EngineId } from "../../deployment.ts";
import type { Launch } from "../../launch.ts";
import type { Mapped } from "../../mapped.ts";
import { splitCommand } from "../../shell-words.ts";
import type { YamlValue } from "../../yaml-document.ts";

/** Arguments that a platform hands to an engine which it starts itself, a list or one text; undefined where there are none. */
export function extraArguments(value: YamlValue, engine: EngineId): Launch | undefined {
  const script = value.isList ? undefined : value.text();
  const words = script ? splitCommand(script).flatMap((command) => command.words) : listWords(value);
  if (words.length === 0) return undefined;
  return {
    engine,
    launcher: null,
    positionalModel: false,
    words,
    assignments: new Map(),
    style: script ? "shell" : "list",
    token: undefined,
    script,
  };
}

/** A list's items as they stand. */
export function listWords(value: YamlValue): Mapped[] {
  return value
    .items()
    .map((item) => item.text())
    .filter((text) => text !== undefined);
}
