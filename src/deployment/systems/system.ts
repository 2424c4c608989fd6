import { wordTable } from "../../catalog/word-table.ts";
import { CaseError, type Fields } from "../case-fields.ts";
import { type DistServe, distServe } from "./distserve.ts";
import { type InfiniteLlm, infiniteLlm } from "./infinite-llm.ts";
import { type Mooncake, mooncake } from "./mooncake.ts";
import { type Sarathi, sarathi } from "./sarathi.ts";
import { SystemSettings } from "./settings.ts";
import { type Splitwise, splitwise } from "./splitwise.ts";
import { type Tetriinfer, tetriinfer } from "./tetriinfer.ts";

/** A system that serves otherwise than engines behind a router do, with all that it goes by. */
export type System = DistServe | Splitwise | Tetriinfer | Mooncake | InfiniteLlm | Sarathi;

const readers: Readonly<Record<System["kind"], (settings: SystemSettings) => System>> = {
  distserve: distServe,
  splitwise,
  tetriinfer,
  mooncake,
  "infinite-llm": infiniteLlm,
  sarathi,
};

const names: Readonly<Record<string, System["kind"]>> = wordTable({
  distserve: "distserve",
  splitwise: "splitwise",
  tetriinfer: "tetriinfer",
  mooncake: "mooncake",
  "infinite-llm": "infinite-llm",
  distattention: "infinite-llm",
  sarathi: "sarathi",
  "sarathi-serve": "sarathi",
});

/** The words of a directive or a case, the first of each system. */
export const systemNames: readonly System["kind"][] = ["distserve", "splitwise", "tetriinfer", "mooncake", "infinite-llm", "sarathi"];

/** How a system is called in sentences. */
export const systemTitles: Readonly<Record<System["kind"], string>> = {
  distserve: "DistServe",
  splitwise: "Splitwise",
  tetriinfer: "TetriInfer",
  mooncake: "Mooncake",
  "infinite-llm": "Infinite-LLM",
  sarathi: "Sarathi-Serve",
};

/** The system that a word names, as its authors describe it; undefined for unknown words. */
export function namedSystem(word: string): System | undefined {
  const name = word.trim().toLowerCase().replaceAll("_", "-");
  const kind = Object.hasOwn(names, name) ? names[name] : undefined;
  return kind && readers[kind](new SystemSettings(systemTitles[kind], {}));
}

/** The same with what a case's `systemSettings` change of it. */
export function caseSystem(word: string, fields: Fields): System {
  const system = namedSystem(word);
  if (!system) throw new CaseError("bad-case", `The system “${word}” is not known.`);
  const settings = new SystemSettings(systemTitles[system.kind], fields);
  const read = readers[system.kind](settings);
  settings.refuseOthers();
  return read;
}
