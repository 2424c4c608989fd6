/// <reference types="node" />
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { memoryStates } from "../fixtures/memory-states.ts";

/** Opens the pages in a real browser under the CSP and the theme variables of a real VS Code. Run from the repository's root. */

const pageNames = ["report", "live", "memory", "timeline", "bench"] as const;
export type PageName = (typeof pageNames)[number];
export type ThemeName = "dark-modern" | "light-modern" | "dark-hc" | "light-hc";
export const themes: readonly ThemeName[] = ["dark-modern", "light-modern", "dark-hc", "light-hc"];
/** 350: an editor beside an open side bar in a window of 760. */
export const widths: readonly number[] = [350, 420, 760, 1280];

interface ThemeFile {
  readonly bodyClass: string;
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];
const origin = "http://inference-lens.invalid";
// As the extension's shell sets it: the hash is of the empty style element by which the toolkit probes for :focus-visible.
const policy = `default-src 'none'; img-src ${origin} data:; font-src ${origin}; style-src ${origin} 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; script-src 'nonce-lens'`;

export interface Opened {
  readonly page: Page;
  /** What the page posted to its host, in order. */
  readonly posted: () => Promise<readonly { readonly kind: string }[]>;
  send(state: string): Promise<void>;
  readonly errors: string[];
  close(): Promise<void>;
}

export class Workshop {
  private constructor(
    private readonly browser: Browser,
    private readonly files: ReadonlyMap<string, string>,
    private readonly fixtures: string,
    private readonly themeFile: Readonly<Record<ThemeName, ThemeFile>>,
  ) {}

  /** Bundles pages and fixtures, starts the browser. Throws when there is no Chromium: nothing is skipped. */
  static async start(): Promise<Workshop> {
    const executable =
      process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
    if (!executable || !existsSync(executable))
      throw new Error("No Chromium found. Install it (apt-get install chromium) or set CHROMIUM to its path; npm test does so.");
    const [pages, fixtures, themeText, browser] = await Promise.all([
      bundle(Object.fromEntries(pageNames.map((name) => [name, `webview/${name}.ts`])), "esm"),
      bundle({ fixtures: "test/webview/fixtures/all.ts" }, "iife"),
      readFile(resolve("test/webview/fixtures/themes.json"), "utf8"),
      chromium.launch({ executablePath: executable, headless: true, args: flags }),
    ]);
    const bundled = `${fixtures.get("fixtures.js") ?? ""};(${addMessages.toString()})(${JSON.stringify(memoryMessages())});`;
    return new Workshop(browser, pages, bundled, JSON.parse(themeText));
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }

  /** One page in one theme at one width, with the messages of a fixture sent. */
  async open(
    name: PageName,
    state: string,
    {
      theme = "dark-modern" as ThemeName,
      width = 1280,
      height = 900,
      kept = null as unknown,
      words = {} as Readonly<Record<string, string>>,
    } = {},
  ): Promise<Opened> {
    const context = await this.browser.newContext({
      viewport: { width, height },
      reducedMotion: "reduce",
      timezoneId: "UTC",
      locale: "en-GB",
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await this.serve(context, name, JSON.stringify(words).replaceAll("<", "\\u003c"));
    await page.addInitScript(installHost, { theme: this.themeFile[theme], kept });
    await page.addInitScript({ content: this.fixtures });
    await page.goto(`${origin}/${name}.html`);
    await page.waitForFunction(() => window.lensPosted.some((message) => message.kind === "ready"));
    const opened: Opened = {
      page,
      errors,
      posted: () => page.evaluate(() => window.lensPosted),
      send: (wanted) => page.evaluate(sendFixture, { name, wanted }),
      close: () => context.close(),
    };
    await opened.send(state);
    await page.waitForFunction(() => document.body.dataset.ready === "1");
    await settle(page);
    // The live page draws at most four times a second.
    if (name === "live") await page.waitForTimeout(350);
    return opened;
  }

  /** The same for as long as it is used. */
  async withPage<T>(
    name: PageName,
    state: string,
    options: Parameters<Workshop["open"]>[2],
    use: (opened: Opened) => Promise<T>,
  ): Promise<T> {
    const opened = await this.open(name, state, options);
    try {
      return await use(opened);
    } finally {
      await opened.close();
    }
  }

  /** Changes the theme of an open page as VS Code does: variables on the root, classes on the body. */
  async wear(page: Page, theme: ThemeName): Promise<void> {
    await page.evaluate(wearTheme, this.themeFile[theme]);
    await settle(page);
  }

  private async serve(context: BrowserContext, name: PageName, words: string): Promise<void> {
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Inference Lens</title><link rel="stylesheet" href="${name}.css"></head><body><main id="app"></main><script type="application/json" id="words">${words}</script><script type="module" nonce="lens" src="${name}.js"></script></body></html>`;
    await context.route("**/*", async (route) => {
      const file = new URL(route.request().url()).pathname.slice(1);
      const body = file === `${name}.html` ? html : this.files.get(file);
      if (body === undefined) return route.fulfill({ status: 404, body: "" });
      const contentType = file.endsWith(".css") ? "text/css" : file.endsWith(".js") ? "text/javascript" : "text/html";
      return route.fulfill({ body, contentType, headers: { "content-security-policy": policy } });
    });
  }
}

/** The memory page's fixtures are made here, where the catalogue's files can be read. */
function memoryMessages(): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(Object.entries(memoryStates).map(([state, make]) => [state, make()]));
}

function addMessages(messages: Readonly<Record<string, readonly unknown[]>>): void {
  const memory = Object.fromEntries(Object.entries(messages).map(([state, made]) => [state, () => made]));
  window.lensFixtures = { ...window.lensFixtures, memory };
}

/** Two frames after which every chart has measured and drawn itself. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)))));
}

async function bundle(entryPoints: Record<string, string>, format: "esm" | "iife"): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    format,
    write: false,
    outdir: "out",
    minify: format === "esm" && !process.env.PROF,
    target: "es2022",
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path, text }) => [path.slice(join(resolve("out"), "/").length), text]));
}

function installHost({ theme, kept }: { theme: ThemeFile; kept: unknown }): void {
  let state: unknown = kept;
  window.lensPosted = [];
  window.lensViolations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.lensViolations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
  );
  window.acquireVsCodeApi = () => ({
    postMessage: (message: { readonly kind: string }) => window.lensPosted.push(message),
    getState: () => state,
    setState: (next: unknown) => {
      state = next;
      window.lensKept = next;
    },
  });
  const dress = () => {
    if (!document.documentElement) return;
    for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
    if (document.body) {
      document.body.className = theme.bodyClass;
      document.body.dataset.vscodeThemeKind = theme.kind;
    }
  };
  dress();
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    dress();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}

function wearTheme(theme: ThemeFile): void {
  document.documentElement.removeAttribute("style");
  for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
  document.body.className = theme.bodyClass;
  document.body.dataset.vscodeThemeKind = theme.kind;
}

function sendFixture({ name, wanted }: { name: PageName; wanted: string }): void {
  const make = window.lensFixtures[name][wanted];
  if (!make) throw new Error(`no fixture ${name}/${wanted}`);
  for (const message of make()) window.postMessage(message);
}

declare global {
  interface Window {
    lensPosted: { readonly kind: string }[];
    lensViolations: string[];
    lensKept: unknown;
    lensFixtures: Readonly<Record<PageName, Readonly<Record<string, () => readonly unknown[]>>>>;
    acquireVsCodeApi: () => unknown;
  }
}
