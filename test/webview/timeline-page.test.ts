import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

const withPage: Workshop["withPage"] = (...args) => workshop.withPage(...args);

interface View {
  readonly from: number;
  readonly to: number;
}

const view = (page: Page): Promise<View> =>
  page.evaluate(() => ({ from: Number(document.body.dataset.from), to: Number(document.body.dataset.to) }));
const selected = (page: Page): Promise<string | undefined> => page.evaluate(() => document.body.dataset.selected);

describe("the timeline page", () => {
  it("opens at the request that was asked for, with parts that add up and the lines of the file", async () => {
    await withPage("timeline", "pools", {}, async ({ page, posted }) => {
      const request = await selected(page);
      expect(await page.locator(".breakdown-head h2").innerText()).toBe(`Request ${request}`);
      expect(await page.locator(".breakdown-why").innerText()).toMatch(/Why TTFT was[\s\S]*Median TTFT of the run is .*; none was slower/);
      const seconds = await page.locator(".part-table tr").evaluateAll((rows) =>
        rows.map((row) => {
          const [value = "", unit = ""] = (row.querySelector(".numeric")?.textContent ?? "").split("\u00a0");
          return Number(value) * ({ s: 1, ms: 1e-3, µs: 1e-6 }[unit] ?? Number.NaN);
        }),
      );
      const whole = seconds.at(-1) ?? Number.NaN;
      expect(seconds.slice(0, -1).reduce((sum, one) => sum + one, 0) / whole).toBeCloseTo(1, 2);
      await page.locator(".breakdown-why .path").click();
      expect(await posted()).toContainEqual({ kind: "reveal", line: expect.any(Number) });
    });
  });

  it("finds a request by its number, says when there is none, and goes to the next slower one", async () => {
    await withPage("timeline", "plain", {}, async ({ page }) => {
      const field = page.getByRole("textbox", { name: "Find request" });
      await field.fill("412");
      await field.press("Enter");
      await expect.poll(() => selected(page)).toBe("412");
      const { from, to } = await view(page);
      expect(to - from).toBeLessThan(20);
      await page.getByRole("button", { name: "Next slower request" }).click();
      expect(await selected(page)).not.toBe("412");
      await field.fill("70000");
      await field.press("Enter");
      expect(await page.getByRole("status").innerText()).toBe("There is no request 70000: they are numbered 0 to 699.");
      await page.getByRole("button", { name: "Worst TTFT" }).click();
      expect(await page.locator(".breakdown-why").innerText()).toContain("none was slower");
    });
  });

  it("is walked with the keyboard alone", async () => {
    await withPage("timeline", "plain", {}, async ({ page }) => {
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate(() => document.activeElement?.classList.contains("timeline-plot"))) break;
      }
      expect(await page.locator(".timeline-plot").getAttribute("aria-label")).toMatch(
        /^Timeline of 700 requests on 3 instances over .*; in view .* busy for \d+\u00a0% of the time\.$/,
      );
      const before = await view(page);
      await page.keyboard.press("w");
      const near = await view(page);
      expect(near.to - near.from).toBeCloseTo(0.7 * (before.to - before.from), 6);
      await page.keyboard.press("d");
      expect((await view(page)).from).toBeGreaterThan(near.from);
      await page.keyboard.press("a");
      await page.keyboard.press("s");
      expect((await view(page)).from).toBeCloseTo(before.from, 6);
      await page.keyboard.press("ArrowRight");
      const first = await page.evaluate(() => Number(document.body.dataset.step));
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowLeft");
      expect(await page.evaluate(() => Number(document.body.dataset.step))).toBe(first);
      expect(await page.locator(".explorer > .hidden-text").innerText()).toMatch(/^prefill-0: a step of .* prompt tokens of /);
      await page.keyboard.press("ArrowDown");
      expect(await page.locator(".explorer > .hidden-text").innerText()).toMatch(/^prefill-1: /);
      expect(await page.locator(".breakdown-parts").innerText()).toMatch(/Step of prefill-1/);
      await page.keyboard.press("Enter");
      const request = await selected(page);
      expect(request).toMatch(/^\d+$/);
      await page.keyboard.press("m");
      await page.keyboard.press("f");
      await page.keyboard.press("Escape");
      expect(await selected(page)).toBeUndefined();
      await page.keyboard.press("/");
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("VSCODE-TEXT-FIELD");
    });
  });

  it("zooms by a drag, pans with Shift, and a click on a step tells what it was", async () => {
    await withPage("timeline", "plain", {}, async ({ page }) => {
      const box = await page.locator(".timeline-plot").boundingBox();
      if (!box) throw new Error("no plot");
      const whole = await view(page);
      const [left, width] = [box.x + 148, box.width - 148];
      await page.mouse.move(left + width * 0.25, box.y + 90);
      await page.mouse.down();
      await page.mouse.move(left + width * 0.5, box.y + 90, { steps: 4 });
      expect(await page.locator(".timeline-range").isVisible()).toBe(true);
      await page.mouse.up();
      const zoomed = await view(page);
      expect((zoomed.to - zoomed.from) / (whole.to - whole.from)).toBeCloseTo(0.25, 1);
      await page.keyboard.down("Shift");
      await page.mouse.down();
      await page.mouse.move(left + width * 0.4, box.y + 90, { steps: 4 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
      const panned = await view(page);
      expect(panned.to - panned.from).toBeCloseTo(zoomed.to - zoomed.from, 9);
      expect(panned.from).toBeGreaterThan(zoomed.from);
      // Decode is busy nearly all the time.
      const bottom = box.y + box.height - 40;
      await page.mouse.move(left + width * 0.5, bottom);
      await settle(page);
      expect(await page.locator(".readout").innerText()).toMatch(/s · decode-0: .* decoding/);
      await page.mouse.click(left + width * 0.5, bottom);
      expect(await page.locator(".breakdown-parts h2").innerText()).toBe("Step of decode-0");
      expect(await page.locator(".breakdown-why").innerText()).toContain("values.yaml:61");
      await page.mouse.dblclick(left + width * 0.5, box.y + 10);
      expect((await view(page)).from).toBe(0);
    });
  });

  it("moves with its brush, and shows the steps in view as a table", async () => {
    await withPage("timeline", "plain", {}, async ({ page, posted }) => {
      const strip = await page.locator(".overview-strip").boundingBox();
      if (!strip) throw new Error("no strip");
      await page.mouse.click(strip.x + strip.width * 0.2, strip.y + 10);
      const { from, to } = await view(page);
      const { timelineEnd } = await page.evaluate(() => ({ timelineEnd: Number(document.body.dataset.end) }));
      expect((from + to) / 2 / timelineEnd).toBeCloseTo(0.2, 1);
      await page.locator("#steps").getByRole("button", { name: "Table" }).click();
      await expect.poll(() => page.locator("#steps-table tbody tr").count()).toBeGreaterThan(10);
      await page.locator("#steps").getByRole("button", { name: "Save CSV" }).click();
      const saved = (await posted()).find(({ kind }) => kind === "save") as { readonly text: string } | undefined;
      const rows = (saved?.text ?? "").trim().split("\r\n");
      expect(rows[0]).toBe("instance,start_seconds,end_seconds,prompt_tokens,decoding,steps,mode");
      for (const row of rows.slice(1)) expect(Number(row.split(",")[2])).toBeGreaterThanOrEqual(from);
    });
  });

  it("asks for its trace, and for the part of a run that was not written down", async () => {
    await withPage("timeline", "partly", {}, async ({ page, posted }) => {
      await page.getByRole("button", { name: "Export trace" }).click();
      expect(await page.locator(".partly").innerText()).toMatch(/^Recorded 20\.0\ss to .* nothing in it is left out\./);
      await page.getByRole("button", { name: /^Record from \d/ }).click();
      await page.getByRole("button", { name: "Record from the beginning" }).click();
      // Of a request before it only the end is there, if anything.
      const field = page.getByRole("textbox", { name: "Find request" });
      await field.fill("30");
      await field.press("Enter");
      await page
        .locator(".breakdown-parts")
        .getByRole("button", { name: /^Record from/ })
        .click();
      const kinds = (await posted()).filter(({ kind }) => kind === "export" || kind === "record");
      expect(kinds).toEqual([
        { kind: "export" },
        { kind: "record", fromSeconds: expect.any(Number) },
        { kind: "record", fromSeconds: 0 },
        { kind: "record", fromSeconds: expect.any(Number) },
      ]);
    });
  });

  it("shows many instances in turns, and the turn of a request that is selected", async () => {
    await withPage("timeline", "many", {}, async ({ page }) => {
      expect(await page.locator(".turns").innerText()).toMatch(/^Instances 0 to 15 of 40/);
      await page.getByRole("button", { name: "Next", exact: true }).click();
      await expect.poll(() => page.locator(".lane-label b", { hasText: "engine-16" }).count()).toBe(1);
      await page.getByRole("button", { name: "Worst TTFT" }).click();
      const where = /Prefill, (engine-\d+)/.exec(await page.locator(".breakdown-parts").innerText())?.[1] ?? "none";
      await expect.poll(() => page.locator(".lane-label b").allInnerTexts()).toContain(where);
    });
  });

  it("keeps what was looked at over a reload, and follows a change of theme", async () => {
    let kept: unknown;
    let before: View | undefined;
    await withPage("timeline", "plain", {}, async ({ page }) => {
      const field = page.getByRole("textbox", { name: "Find request" });
      await field.fill("99");
      await field.press("Enter");
      await page.keyboard.press("w");
      before = await view(page);
      await page.waitForTimeout(300);
      kept = await page.evaluate(() => window.lensKept);
    });
    await withPage("timeline", "plain", { kept }, async ({ page }) => {
      expect(await selected(page)).toBe("99");
      expect(await view(page)).toEqual(before);
      const dark = await page.locator(".timeline-plot canvas").screenshot();
      await workshop.wear(page, "light-hc");
      expect((await page.locator(".timeline-plot canvas").screenshot()).equals(dark)).toBe(false);
    });
  });
});

describe("the report page", () => {
  it("leads to the timeline: from its bar, from its worst request, and from a point of a distribution; and to its trace", async () => {
    await withPage("report", "missed", {}, async ({ page, posted }) => {
      await page.locator(".bar-actions").getByRole("button", { name: "Timeline" }).click();
      await page.getByRole("button", { name: "Worst TTFT" }).click();
      await page.locator(".distribution-plot").first().click();
      await page.getByRole("button", { name: "Export…" }).click();
      await page.getByRole("button", { name: "Trace for Perfetto" }).click();
      const asked = (await posted()).filter(({ kind }) => kind === "timeline" || kind === "trace");
      expect(asked).toEqual([
        { kind: "timeline", entry: null },
        { kind: "timeline", entry: "worst-ttft" },
        { kind: "timeline", entry: expect.any(Number) },
        { kind: "trace" },
      ]);
    });
  });
});
