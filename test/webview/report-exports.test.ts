import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standaloneHtml } from "../../src/extension/standalone-html.ts";
import type { FromReportView } from "../../src/protocol/report-view.ts";
import { missed, offered } from "./fixtures/report.ts";
import { type Opened, settle, Workshop } from "./support/workshop.ts";

let workshop: Workshop;

beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

/** What the page asks its host for after a choice of the menu. */
async function exported({ page, posted }: Opened, entry: string): Promise<FromReportView> {
  await page.getByRole("button", { name: "Export…" }).click();
  await page.getByRole("button", { name: entry }).click();
  // Posted by our own page, as the protocol has it.
  const all = (await posted()) as readonly FromReportView[];
  const last = all.at(-1);
  if (!last) throw new Error("nothing was posted");
  return last;
}

describe("what a report is exported as", () => {
  it("a page of its own shows charts and tables, and runs and fetches nothing", async () => {
    await workshop.withPage("report", "compared", {}, async (opened) => {
      const message = await exported(opened, "HTML report");
      if (message.kind !== "save-page") throw new Error(message.kind);
      expect(message.name).toBe("llama-70b-shift-report.html");
      const sheets = ["base", "bar-and-controls", "verdict-and-figures", "tables-and-bars", "rows", "widths"].map(
        (name) => `webview/parts/${name}.css`,
      );
      const html = standaloneHtml(message, [...sheets, "webview/report.css"].map((path) => readFileSync(path, "utf8")).join("\n"));
      expect(html).not.toMatch(/<script|<button|<vscode-|https?:\/\//);
      const { page } = opened;
      await page.context().route("**/standalone.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
      await page.goto("http://inference-lens.invalid/standalone.html");
      await settle(page);
      expect(await page.locator("img").count()).toBeGreaterThanOrEqual(10);
      expect(await page.locator("img").evaluateAll((all) => all.filter((one) => (one as HTMLImageElement).naturalWidth === 0).length)).toBe(
        0,
      );
      const text = await page.locator("body").innerText();
      expect(text).toContain("Turn prefix caching on");
      expect(text).toContain("deploy.yaml:14");
      expect(text).not.toMatch(/Levers|How to read this|^Sweep$/m);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    });
  });

  it("JSON, CSV and Markdown hold the report's own numbers", async () => {
    await workshop.withPage("report", "advice", {}, async (opened) => {
      const json = await exported(opened, "JSON");
      if (json.kind !== "save") throw new Error(json.kind);
      const read: unknown = JSON.parse(json.text);
      expect(read).toMatchObject({ version: 1, summary: { ttftSeconds: missed().summary.ttftSeconds }, advice: { tried: 14 } });
      const csv = await exported(opened, "Requests as CSV");
      if (csv.kind !== "save") throw new Error(csv.kind);
      expect(csv.text.trimEnd().split("\n")).toHaveLength(missed().requests.arrival.length + 1);
      const markdown = await exported(opened, "Copy as Markdown");
      if (markdown.kind !== "copy") throw new Error(markdown.kind);
      expect(markdown.text).toContain("| TTFT |");
    });
  });

  it("all tell what output costs, and whose offers it is", async () => {
    await workshop.withPage("report", "priced", {}, async (opened) => {
      const json = await exported(opened, "JSON");
      if (json.kind !== "save") throw new Error(json.kind);
      expect(JSON.parse(json.text)).toMatchObject({ summary: { cost: offered } });
      const markdown = await exported(opened, "Copy as Markdown");
      if (markdown.kind !== "copy") throw new Error(markdown.kind);
      expect(markdown.text).toContain("| Cost /M output | $16.0–20.0 | $64.0–80.0 an hour · offers of 2025-11 to 2026-05 |");
      expect(markdown.text).toContain(offered.source);
      const html = await exported(opened, "HTML report");
      if (html.kind !== "save-page") throw new Error(html.kind);
      expect(html.body).toContain("$16.0–20.0");
      expect(html.body).toContain(offered.source);
    });
  });

  it("pictures hold the charts with their words", async () => {
    await workshop.withPage("report", "compared", {}, async (opened) => {
      for (const entry of ["Latency as PNG", "Over time as PNG"]) {
        const picture = await exported(opened, entry);
        if (picture.kind !== "save-picture") throw new Error(picture.kind);
        expect(picture.url).toMatch(/^data:image\/png;base64,/);
        expect(picture.url.length).toBeGreaterThan(20_000);
      }
    });
  });

  it("the menu is closed by Escape, with the focus where it was", async () => {
    await workshop.withPage("report", "missed", {}, async ({ page }) => {
      await page.getByRole("button", { name: "Export…" }).click();
      await page.keyboard.press("Escape");
      expect(await page.getByRole("button", { name: "HTML report" }).isVisible()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Export…");
    });
  });
});
