import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../architecture/imports.ts";
import { shownTexts } from "./shown-texts.ts";

const bundle: Record<string, string> = JSON.parse(readFileSync(join(root, "l10n/bundle.l10n.zh-cn.json"), "utf8"));
const shown = shownTexts();
const slots = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();

describe("translations", () => {
  test("every text that the editor shows is in the Chinese bundle", () => {
    expect(shown.size).toBeGreaterThan(300);
    const missing = [...shown].filter(([text]) => bundle[text] === undefined).map(([text, file]) => `${file}: ${text}`);
    expect(missing).toEqual([]);
  });

  test("the bundle holds nothing that is no longer said", () => {
    expect(Object.keys(bundle).filter((text) => !shown.has(text))).toEqual([]);
  });

  test("a translation has the slots of its text", () => {
    expect(Object.entries(bundle).filter(([text, said]) => slots(text).join() !== slots(said).join())).toEqual([]);
  });
});
