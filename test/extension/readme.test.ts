import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const manifest: { contributes: { configuration: { properties: Record<string, unknown> } } } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

describe("what a new user reads first", () => {
  it("has a row for every setting, and for no other", () => {
    const written = [...readme.matchAll(/^\| (`inferenceLens\.[^|]*) \|/gm)].flatMap(([, names = ""]) => settingsOf(names));
    expect(written.toSorted()).toEqual(Object.keys(manifest.contributes.configuration.properties).toSorted());
  });

  it("shows commands that the terminal has", () => {
    const has = readdirSync(join(root, "src/cli/commands")).map((file) => file.replace(".ts", ""));
    const shown = [...readme.matchAll(/^ {4}inference-lens (\w+)/gm)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((name) => !has.includes(name ?? ""))).toEqual([]);
  });

  it("leads to files that are there", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path).filter((path) => !path.includes("://"));
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

/** `inferenceLens.slo.ttft`, `.slo.tpot`: the rest of a row is written without the prefix. */
function settingsOf(names: string): readonly string[] {
  return [...names.matchAll(/`(?:inferenceLens)?(\.[\w.]+)`/g)].map(([, name]) => `inferenceLens${name}`);
}
