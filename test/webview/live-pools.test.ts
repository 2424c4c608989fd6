import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

async function boxOf(one: Locator): Promise<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number }> {
  const box = await one.boundingBox();
  if (!box) throw new Error("not on the page");
  return box;
}
const headingOf = (page: Page, text: string) => page.getByRole("heading", { name: text });
const plotOf = (page: Page, id: string) => page.locator(`[data-row="${id}"] .row-plot`);
const axes = (page: Page) => page.locator(".row-axis:visible").count();

describe("a prefill and a decode pool", () => {
  it("stand side by side in a window of 1020 px, each over its axis, what goes between them above", async () => {
    await workshop.withPage("live", "pools", { width: 1020, height: 2000 }, async ({ page }) => {
      const prefill = await boxOf(headingOf(page, "Prefill pool, 2 servers"));
      const decode = await boxOf(headingOf(page, "Decode pool, 1 server"));
      expect(decode.y).toBe(prefill.y);
      expect(decode.x).toBeGreaterThan(prefill.x + prefill.width);
      expect(decode.width).toBe(prefill.width);
      expect((await boxOf(headingOf(page, "Between the pools"))).y).toBeLessThan(prefill.y);
      expect(await axes(page)).toBe(3);
      const canvas = await boxOf(page.locator('[data-row="decode/itl"] canvas'));
      expect(canvas.width).toBe(Math.floor((await boxOf(plotOf(page, "decode/itl"))).width));
    });
  });

  it("stand below each other in a narrower one, in the order of the work, over one axis", async () => {
    await workshop.withPage("live", "pools", { width: 1019, height: 2000 }, async ({ page }) => {
      const names = ["Prefill pool, 2 servers", "Between the pools", "Decode pool, 1 server"];
      const boxes = await Promise.all(names.map((name) => boxOf(headingOf(page, name))));
      expect(new Set(boxes.map(({ x }) => x)).size).toBe(1);
      expect(boxes.map(({ y }) => y)).toEqual(boxes.map(({ y }) => y).sort((a, b) => a - b));
      expect(await axes(page)).toBe(1);
    });
  });

  it("share one time: the cursor goes through both, and either zooms all", async () => {
    await workshop.withPage("live", "pools", { width: 1280, height: 2000 }, async ({ page }) => {
      const box = await boxOf(plotOf(page, "decode/running"));
      await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
      const places = await page
        .locator(".row .cursor:visible")
        .evaluateAll((cursors) => cursors.map((cursor) => (cursor instanceof HTMLElement ? cursor.style.left : "")));
      expect(places.length).toBe(await page.locator(".row").count());
      expect(new Set(places).size).toBe(1);
      expect(Number.parseFloat(places[0] ?? "")).toBeCloseTo(25, 0);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
      const selections = page.locator(".selection:visible");
      expect(await selections.count()).toBe(await page.locator(".row-list").count());
      const share = async (list: number, id: string) => (await boxOf(selections.nth(list))).width / (await boxOf(plotOf(page, id))).width;
      expect(await share(0, "running")).toBeCloseTo(0.25, 2);
      expect(await share(1, "prefill/running")).toBeCloseTo(0.25, 2);
      await page.mouse.up();
      await settle(page);
      expect(await page.locator("#samples h2").innerText()).toMatch(/^14:0\d:\d\d to 14:0\d:\d\d$/);
    });
  });

  it("keep the keys' order, from the last row of one to the first of what follows", async () => {
    await workshop.withPage("live", "pools", { width: 1280, height: 2000 }, async ({ page }) => {
      await plotOf(page, "preemptions").focus();
      const focused = () => page.evaluate(() => document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset.row);
      await page.keyboard.press("ArrowDown");
      expect(await focused()).toBe("prefill/ttft");
      await plotOf(page, "decode/itl").focus();
      await page.keyboard.press("ArrowUp");
      expect(await focused()).toBe("pools/transfer-waiting");
    });
  });
});
