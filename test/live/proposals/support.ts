import { plain } from "../../../src/deployment/message.ts";
import type { RelatedFile } from "../../../src/deployment/neighbours.ts";
import { read } from "../../../src/deployment/read.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { proposals } from "../../../src/live/proposals/proposals.ts";
import { testCatalog } from "../../support/catalog.ts";

/** What is proposed for all deployments of a text: `address | why | the word that says it`. */
export function proposed(text: string, beside: readonly RelatedFile[] = []): readonly string[] {
  const { deployments } = read(text, { catalog: testCatalog(), surroundings: noSurroundings, fileName: "serving.yaml" });
  return deployments.flatMap((deployment) =>
    proposals(text, beside, deployment).map(({ address, why, at }) => {
      const lines = (at?.file === undefined ? text : (beside.find(({ file }) => file === at.file)?.text ?? "")).split("\n");
      const word = at ? (lines[at.start.line] ?? "").slice(at.start.character, at.end.character) : "default";
      return `${address} | ${plain(why)} | ${at?.file === undefined ? "" : `${at.file}: `}${word}`;
    }),
  );
}

/** The addresses alone. */
export function addressesOf(text: string, beside: readonly RelatedFile[] = []): readonly string[] {
  return proposed(text, beside).map((one) => one.replace(/ \|.*$/, ""));
}
