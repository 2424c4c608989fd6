import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { serverContext } from "../../src/extension/server-context.ts";

interface Item {
  readonly command: string;
  readonly when: string;
}

const { contributes }: { contributes: { menus: { "view/item/context": readonly Item[] } } } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

/** Commands that the manifest shows for an item. */
function offered(viewItem: string): readonly string[] {
  const shown = contributes.menus["view/item/context"].filter(({ when }) => {
    const pattern = /^viewItem =~ \/(.*)\/$/.exec(when)?.[1];
    return pattern === undefined ? when === `viewItem == ${viewItem}` : new RegExp(pattern).test(viewItem);
  });
  return [...new Set(shown.map(({ command }) => command.replace("inferenceLens.", "")))].sort();
}

const plain = { isRecorded: false, isReplay: false, isCompared: false, isPods: false };

it("an attached server's menu offers what makes sense for it", () => {
  expect(offered(serverContext(plain))).toEqual(["detach", "openLive", "record"]);
  expect(offered(serverContext({ ...plain, isRecorded: true }))).toEqual(["detach", "openLive", "stopRecording"]);
  expect(offered(serverContext({ ...plain, isCompared: true }))).toEqual(["calibrate", "detach", "openLive", "record", "useLoad"]);
  expect(offered(serverContext({ ...plain, isCompared: true, isPods: true, isRecorded: true }))).toEqual([
    "calibrate",
    "detach",
    "openLive",
    "readPods",
    "stopRecording",
    "useLoad",
  ]);
  expect(offered(serverContext({ ...plain, isReplay: true, isCompared: true }))).toEqual([]);
});
