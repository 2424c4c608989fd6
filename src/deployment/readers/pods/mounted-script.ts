import { findLaunches, type Launches } from "../../launch.ts";
import { type Mapped, opaque } from "../../mapped.ts";
import { splitCommand } from "../../shell-words.ts";
import type { Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { mountedFile } from "./mounted-file.ts";

/** More paths than a command line names. */
const mostPaths = 50;

/** The engines that a script starts which a ConfigMap holds and the container's words name; the words behind its path are its arguments. */
export function mountedScript(
  words: readonly Mapped[],
  container: YamlValue,
  pod: YamlValue,
  environment: Variables,
  context: ReaderContext,
): Launches | undefined {
  // A script of the command line itself may start the other.
  const inScripts = words.filter(({ value }) => /\/\S*\s|\s\//.test(value)).flatMap((word) => splitCommand(word, environment));
  let left = mostPaths;
  for (const command of [words, ...inScripts.map((one) => one.words)]) {
    for (const [i, word] of command.entries()) {
      if (!/^\/[\w./-]+$/.test(word.value)) continue;
      if (--left < 0) return undefined;
      const script = mountedFile(word.value, container, pod, context)?.text();
      const shell = ["sh", "-c"].map((one) => opaque(one, word.span));
      const found = script && findLaunches([...shell, script, ...command.slice(i)], environment);
      if (found && found.launches.length > 0) return found;
    }
  }
  return undefined;
}
