import { describe, expect, test } from "vitest";
import { type Import, importsOf, sources, textOf } from "./imports.ts";

/** From the ground up: a room imports only itself and rooms before it. */
const order = [
  "catalog",
  "deployment",
  "memory",
  "timing",
  "simulation",
  "planning",
  "rules",
  "live",
  "language",
  "protocol",
  "platform",
  "worker",
  "extension",
  "cli",
  "demo",
];
const pure = order.slice(0, order.indexOf("platform"));
const hosts = ["worker", "extension", "cli", "demo"];
/** Hosts never import each other, but for these two that start the demo server. */
const exceptions = new Set(["extension demo", "cli demo"]);

const roomOf = (path: string): string => path.split("/")[1] ?? "";
const all = sources("src");
const imports = all.flatMap(importsOf);

describe("rooms", () => {
  test("every file lies in a room", () => {
    expect(all.filter((file) => !order.includes(roomOf(file)))).toEqual([]);
    expect(all.length).toBeGreaterThan(200);
  });

  test("a room imports only rooms before it, and hosts do not import each other", () => {
    const wrong = imports.flatMap(({ file, path }) => {
      // The command line says its own version.
      if (path === undefined || path === "package.json") return [];
      const from = roomOf(file);
      const to = path.startsWith("src/") ? roomOf(path) : path;
      const isBelow = order.indexOf(to) <= order.indexOf(from) && order.includes(to);
      const isPeer = hosts.includes(from) && hosts.includes(to) && from !== to;
      const isAllowed = (isBelow && !isPeer) || exceptions.has(`${from} ${to}`);
      return isAllowed ? [] : [`${file} → ${path}`];
    });
    expect(wrong).toEqual([]);
  });

  test("pure rooms import no Node, no editor and no page", () => {
    const allowed = new Set(["yaml", "unbash", "pure-rand", "d3-random", "papaparse"]);
    const isOutside = ({ path, target }: Import): boolean => path === undefined && !allowed.has(target.split("/")[0] ?? "");
    const wrong = imports.filter((one) => pure.includes(roomOf(one.file)) && isOutside(one));
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  test("pure rooms read no clock and no global random source", () => {
    const forbidden =
      /\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bprocess\.(?:env|argv|cwd|exit|hrtime|stdout|stderr|platform|memoryUsage)\b|\bsetTimeout\b|\bfetch\(/;
    expect(all.filter((file) => pure.includes(roomOf(file)) && forbidden.test(withoutComments(textOf(file))))).toEqual([]);
  });

  test("only the extension imports the editor's API", () => {
    expect(imports.filter(({ file, target }) => target === "vscode" && roomOf(file) !== "extension")).toEqual([]);
    expect(imports.some(({ target }) => target === "vscode")).toBe(true);
  });

  test("imports name files, and no file does nothing but pass on others", () => {
    const relative = [...imports, ...sources("webview").flatMap(importsOf)].filter(({ path }) => path !== undefined);
    expect(relative.filter(({ target }) => !/\.(ts|css|json)$/.test(target)).map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
    const barrels = all.filter((file) => {
      const text = withoutComments(textOf(file)).trim();
      return (
        text !== "" && text.split(/;\s*/).every((statement) => statement === "" || /^export (type )?(\*|\{)[\s\S]*from/.test(statement))
      );
    });
    expect(barrels).toEqual([]);
  });
});

describe("pages", () => {
  const pages = sources("webview").flatMap(importsOf);

  test("the toolkit is imported below webview/ui alone", () => {
    const wrong = pages.filter(({ file, target }) => target.includes("webview-ui-toolkit") && !file.startsWith("webview/ui/"));
    expect(wrong).toEqual([]);
    expect(pages.some(({ target }) => target.includes("webview-ui-toolkit"))).toBe(true);
    expect(imports.filter(({ target }) => target.includes("webview-ui-toolkit"))).toEqual([]);
  });

  test("pages import pure rooms and the protocol, no host and no platform", () => {
    const wrong = pages.filter(({ path }) => path?.startsWith("src/") === true && !pure.includes(roomOf(path)));
    expect(wrong.map(({ file, path }) => `${file} → ${path}`)).toEqual([]);
  });
});

describe("files", () => {
  const every = [...all, ...sources("webview"), ...sources("test")];
  const lines = (file: string): number => textOf(file).split("\n").length;

  test("none passes 600 lines, and half of the sources stay below 120", () => {
    expect(every.filter((file) => lines(file) > 600)).toEqual([]);
    const sorted = [...all, ...sources("webview")].map(lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(120);
  });

  test("names are kebab-case", () => {
    expect(every.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(file.split("/").at(-1) ?? ""))).toEqual([]);
  });

  test("the extension's entry is a list", () => {
    expect(lines("src/extension/extension.ts")).toBeLessThan(150);
    expect(importsOf("src/extension/extension.ts").map(({ target }) => target)).not.toContain("../language/analysis.ts");
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:])\/\/.*$/gm, "$1");
}
