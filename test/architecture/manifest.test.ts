import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandIds, fullId } from "../../src/extension/command-ids.ts";
import { root, sources, textOf } from "./imports.ts";

const json = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
const manifest = json("package.json");
const { contributes } = manifest;
const english: Record<string, string> = json("package.nls.json");
const chinese: Record<string, string> = json("package.nls.zh-cn.json");

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly markdownDescription: string;
}

describe("manifest", () => {
  test("every command of the manifest is registered, and every registered one is in the manifest", () => {
    const declared: string[] = contributes.commands.map((one: { readonly command: string }) => one.command);
    expect([...declared].sort()).toEqual(commandIds.map(fullId).sort());
    expect(contributes.commands.every((one: { readonly category: string }) => one.category === "Inference Lens")).toBe(true);
  });

  test("menus, views and walkthroughs name only commands that exist", () => {
    const named = JSON.stringify([contributes.menus, contributes.walkthroughs, english]).match(/inferenceLens\.[a-zA-Z]+/g) ?? [];
    const known = new Set([...commandIds.map(fullId), ...Object.keys(contributes.configuration.properties), ...contextKeys()]);
    const prefixes = [...known].flatMap((name) => [name, name.split(".").slice(0, 2).join(".")]);
    expect(named.filter((name) => !prefixes.includes(name))).toEqual([]);
  });

  test("lenses run only commands that exist", () => {
    const used = sources("src/language").flatMap((file) => textOf(file).match(/"inferenceLens\.[a-zA-Z]+"/g) ?? []);
    expect(used.length).toBeGreaterThan(5);
    expect(used.map((word) => word.slice(1, -1)).filter((word) => !commandIds.map(fullId).includes(word))).toEqual([]);
  });

  test("every setting has a default of its type, a scope and a description", () => {
    const settings: readonly [string, Setting][] = Object.entries(contributes.configuration.properties);
    expect(settings.length).toBe(19);
    for (const [name, { type, default: value, scope, markdownDescription }] of settings) {
      expect(typeof value, name).toBe(type);
      // Which programs run is for the machine to say, not for a folder that was opened.
      expect(scope, name).toMatch(name.startsWith("inferenceLens.tools.") ? /^machine-overridable$/ : /^(resource|window|machine)$/);
      expect(english[markdownDescription.slice(1, -1)]?.length ?? 0, name).toBeGreaterThan(20);
    }
  });

  test("settings that the code reads are declared, and the other way round", () => {
    const text = textOf("src/extension/settings.ts");
    const read = [...text.matchAll(/this\.(?:read|text|number)\("([\w.]+)"/g)].map((match) => `inferenceLens.${match[1]}`);
    expect([...new Set(read)].sort()).toEqual(Object.keys(contributes.configuration.properties).sort());
  });

  test("every text of the manifest is said in both languages", () => {
    const slots = [...JSON.stringify(manifest).matchAll(/"%([\w.-]+)%"/g)].map((match) => match[1] ?? "");
    expect(slots.filter((slot) => english[slot] === undefined)).toEqual([]);
    expect(Object.keys(english).filter((key) => !slots.includes(key) && key !== "displayName")).toEqual([]);
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
    const same = Object.keys(english).filter((key) => english[key] === chinese[key] && key !== "displayName");
    expect(same).toEqual([]);
  });

  test("colours stand for all four themes", () => {
    const ids = contributes.colors.map((one: { readonly id: string }) => one.id);
    expect(ids).toEqual([1, 2, 3, 4, 5, 6].map((series) => `inferenceLens.series${series}`).concat("inferenceLens.good"));
    for (const { defaults } of contributes.colors) {
      for (const theme of ["dark", "light", "highContrast", "highContrastLight"]) expect(defaults[theme]).toMatch(/^#[0-9A-F]{6}$/);
    }
  });

  test("nothing runs before a file of its languages, a page or a click", () => {
    const allowed = /^on(Language:(yaml|dockercompose|helm)|WebviewPanel:inferenceLens\.(report|live|memory|timeline|bench))$/;
    expect(manifest.activationEvents.filter((event: string) => !allowed.test(event))).toEqual([]);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
  });

  test("the walkthrough has five steps, each with one action", () => {
    const [walkthrough] = contributes.walkthroughs;
    expect(walkthrough.steps.length).toBe(5);
    for (const step of walkthrough.steps) {
      expect(english[step.description.slice(1, -1)]?.match(/\]\(command:/g)?.length, step.id).toBe(1);
    }
  });
});

/** Keys that the code sets for `when` clauses, and ids of views and colours. */
function contextKeys(): string[] {
  const set = sources("src/extension").flatMap((file) =>
    [...textOf(file).matchAll(/"(inferenceLens\.[a-zA-Z]+)"/g)].map((match) => match[1] ?? ""),
  );
  const views = contributes.views.inferenceLens.map((view: { readonly id: string }) => view.id);
  return [...set, ...views];
}
