import type { Range } from "../deployment/text.ts";
import { proposals } from "../live/proposals/proposals.ts";
import { filesBeside } from "./files-beside.ts";
import { plainWords } from "./plain-words.ts";
import { type AttachWay, normalised } from "./server-choice.ts";
import type { Subject } from "./subject.ts";
import { translated } from "./translate.ts";

/** Where the file and those beside it say that its engines are reached, as proposals: nothing is asked before a person takes one. */
export async function fileAddresses({ document, analysis }: Subject): Promise<readonly AttachWay[]> {
  const own = document.uri.path.split("/").at(-1) ?? "";
  const found = proposals(document.getText(), await filesBeside(document.uri), analysis.deployment);
  return found.map(({ address, why, at }) => ({
    label: address,
    description: plainWords(translated(why)),
    ...(at ? { detail: placeOf(at, own) } : {}),
    choose: async () => normalised(address),
  }));
}

/** `llama.yaml:42` */
function placeOf({ file, start }: Range, own: string): string {
  return `${file ?? own}:${start.line + 1}`;
}
