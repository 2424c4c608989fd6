import { lastOfEach, parseArguments } from "../../arguments.ts";
import type { Flags } from "../../flag-sizes.ts";
import type { Launch } from "../../launch.ts";
import type { ReaderContext } from "../context.ts";

/** The flags of a command line under their canonical names, for what a reader must know before units are joined. */
export function launchFlags({ engine, words, style }: Launch, { source, lines, names }: ReaderContext): Flags {
  return lastOfEach(parseArguments(words, { source, lines, names: names(engine), style }).flags);
}
