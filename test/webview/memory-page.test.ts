import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
const withPage: Workshop["withPage"] = (...args) => workshop.withPage(...args);

beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

describe("memory page", () => {
  it("says of a piece its formula, source and confidence, by pointer and by keyboard", async () => {
    await withPage("memory", "fits", {}, async ({ page }) => {
      const readout = page.locator("#ranks .readout");
      const pieces = page.locator("#ranks button.segment");
      await pieces.nth(1).hover();
      expect(await readout.innerText()).toMatch(/^Weights, Shift copy, 16\.4\sGiB .*engine's own arithmetic/);
      await page.mouse.move(0, 0);
      await pieces.first().focus();
      expect(await readout.innerText()).toMatch(/^Weights, 32\.9\sGiB[\s\S]*GiB attention/);
      await page.keyboard.press("End");
      expect(await readout.innerText()).toMatch(/^CUDA graphs, beside the budget/);
      await page.keyboard.press("Escape");
      expect(await readout.innerText()).toContain("Point at a piece");
      for (const label of await pieces.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))))
        expect(label).toMatch(/GiB; .* of the card; .*; [●◐○]/);
    });
  });

  it("goes from bar to bar with the arrow keys, with one stop of Tab a bar", async () => {
    await withPage("memory", "fits", {}, async ({ page }) => {
      const stops = await page
        .locator("#layouts .stack")
        .evaluateAll((bars) => bars.map((bar) => bar.querySelectorAll("[tabindex='0']").length));
      expect(stops).toEqual([1, 1, 1, 1]);
      await page.locator("#layouts button.segment").first().focus();
      for (let down = 0; down < 2; down++) await page.keyboard.press("ArrowDown");
      expect(await page.evaluate(() => document.activeElement?.closest(".piece-row")?.textContent)).toContain("this file");
    });
  });

  it("draws what fits left of the budget's line, graphs beside it, and hatches what is over", async () => {
    await withPage("memory", "fits", {}, async ({ page }) => {
      const bars = await page.locator("#layouts .stack").evaluateAll((all) =>
        all.map((bar) => {
          const right = (selector: string): number =>
            Math.max(0, ...[...bar.querySelectorAll(selector)].map((one) => one.getBoundingClientRect().right));
          const budget = bar.querySelector(".stack-budget")?.getBoundingClientRect();
          return {
            cache: right(".fill-3"),
            all: right(".segment"),
            budget: budget ? (budget.left + budget.right) / 2 : 0,
            over: right(".stack-over"),
          };
        }),
      );
      for (const bar of bars) {
        if (bar.over > 0) expect(Math.abs(bar.over - bar.all)).toBeLessThan(2);
        else {
          expect(Math.abs(bar.cache - bar.budget)).toBeLessThan(2);
          expect(bar.all).toBeGreaterThan(bar.budget);
        }
      }
      expect(bars.filter(({ over }) => over > 0).length).toBe(2);
      expect(await page.locator("#layouts .piece-right").first().innerText()).toMatch(/✕ [\d.]+\sGiB over/);
    });
  });

  it("applies and previews by the key of a change, and shows the ones without a place without a button", async () => {
    await withPage("memory", "outside", {}, async ({ page, posted }) => {
      await page.getByRole("button", { name: /^Apply to/ }).click();
      await page.getByRole("button", { name: /^Preview: Raise/ }).click();
      const messages = await posted();
      expect(messages.filter(({ kind }) => kind === "apply" || kind === "preview")).toEqual([
        { kind: "apply", key: "0/sequences" },
        { kind: "preview", key: "0/share" },
      ]);
      const length = page.locator(".levers tr").filter({ hasText: "Lower max-model-len" });
      expect(await length.getByRole("button").count()).toBe(0);
      expect(await length.innerText()).toContain("takes its value from $(LENGTH)");
    });
  });

  it("keeps open sums, tables and the pool through edits and over a reload", async () => {
    let kept: unknown;
    await withPage("memory", "pools", {}, async ({ page, send }) => {
      await page.getByRole("button", { name: "llama-decode" }).click();
      await page.locator("summary").first().click();
      await page.locator("#ranks").getByRole("button", { name: "Table", exact: true }).click();
      await send("pools");
      await settle(page);
      expect(await page.locator("details[open]").count()).toBe(1);
      expect(await page.locator("#ranks-table table").isVisible()).toBe(true);
      kept = await page.evaluate(() => window.lensKept);
    });
    await withPage("memory", "pools", { kept }, async ({ page }) => {
      expect(await page.locator("details[open]").count()).toBe(1);
      expect(await page.locator("#ranks-table table").isVisible()).toBe(true);
      expect(await page.getByRole("button", { name: "llama-decode" }).getAttribute("aria-pressed")).toBe("true");
    });
  });

  it("keeps the focus where it is while the file is edited", async () => {
    await withPage("memory", "fits", {}, async ({ page, send }) => {
      for (const selector of ["#ranks button.segment", "#layouts button.segment", ".levers button", "summary"]) {
        await page.locator(selector).first().focus();
        const before = await page.evaluate(() => document.activeElement?.outerHTML);
        await send("fits");
        await settle(page);
        expect(await page.evaluate(() => document.activeElement?.outerHTML), selector).toBe(before);
      }
    });
  });

  it("is marked as old while the file is edited, and new again with the next sum", async () => {
    await withPage("memory", "stale", {}, async ({ page, send }) => {
      expect(await page.getByRole("status").innerText()).toContain("is being edited");
      const top = (await page.locator("h1").boundingBox())?.y;
      await page.evaluate(() => window.scrollTo(0, 600));
      // In sight wherever one reads.
      expect((await page.getByRole("status").boundingBox())?.y).toBeGreaterThan(30);
      await page.evaluate(() => window.scrollTo(0, 0));
      await send("fits");
      await settle(page);
      expect(await page.evaluate(() => document.body.dataset.state)).toBe("fits");
      // Nothing moves with the mark.
      expect((await page.locator("h1").boundingBox())?.y).toBe(top);
    });
  });

  it("is walked with the keyboard alone", async () => {
    await withPage("memory", "pools", {}, async ({ page }) => {
      const seen: string[] = [];
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => {
          const { activeElement: at } = document;
          return at?.getAttribute("aria-label")?.slice(0, 30) ?? at?.textContent?.trim().slice(0, 30) ?? "";
        });
        if (name === "" || seen.at(-1) === name) continue;
        seen.push(name);
        if (name.startsWith("Compare with")) break;
      }
      const order = [
        "deploy.yaml:1",
        "Copy as table",
        "Simulate",
        "Apply to",
        "Preview",
        "Table",
        "Weights, 7.5",
        "llama-prefill",
        "KV cache, step",
        "Apply: Lower",
        "Compare with",
      ];
      const places = order.map((name) => seen.findIndex((one) => one.startsWith(name)));
      expect(places, seen.join(" / ")).not.toContain(-1);
      expect(places, seen.join(" / ")).toEqual([...places].sort((a, b) => a - b));
      // Enter opens a sum.
      await page.locator("summary").first().focus();
      await page.keyboard.press("Enter");
      expect(await page.locator("details[open]").count()).toBe(1);
    });
  });

  it("changes an assumed value with a click, wherever it stands", async () => {
    await withPage("memory", "assumed", {}, async ({ page, posted }) => {
      const version = page.locator(".assumed").filter({ hasText: /^vLLM \d|^\d+\.\d+/ });
      expect(await version.count()).toBe(2);
      for (const one of await version.all()) await one.click();
      const change = { kind: "command", command: "inferenceLens.selectVersion" };
      expect((await posted()).filter(({ kind }) => kind === "command")).toEqual([change, change]);
    });
  });

  it("speaks the language that the host brings, whatever stands in it", async () => {
    const words: Record<string, string> = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8"));
    await withPage("memory", "fits", { words: { ...words, "</script>": "</script>" } }, async ({ page, errors }) => {
      expect(errors).toEqual([]);
      expect(await page.evaluate(() => window.lensViolations)).toEqual([]);
      expect(await page.locator("h1").innerText()).toMatch(/放得下，有 [\d,]+ 词元的空间/);
      expect(await page.locator("#changes").innerText()).toContain("将 gpu-memory-utilization 从 0.9 提高到 0.92");
      expect(await page.locator("#ranks").getByRole("button", { name: "表格" }).count()).toBe(1);
    });
  });

  it("leads to what would settle what is missing", async () => {
    await withPage("memory", "gpu-unknown", {}, async ({ page, posted }) => {
      expect(await page.locator(".verdict").innerText()).toContain("131\u00a0GiB of weights");
      await page.getByRole("button", { name: "Choose GPU" }).click();
      expect(await posted()).toContainEqual({ kind: "command", command: "inferenceLens.selectGpu" });
    });
  });

  it("takes a start-up log that is dropped or pasted, shows it, and forgets it", async () => {
    await withPage("memory", "compared", {}, async ({ page, posted }) => {
      const section = page.locator("#start-log");
      expect(await section.innerText()).toContain("It started, as predicted.");
      await page.evaluate(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(["INFO a log"], "engine.log", { type: "text/plain" }));
        document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: dropped, bubbles: true, cancelable: true }));
      });
      expect(await section.getAttribute("class")).toContain("is-target");
      await page.evaluate(() => {
        const dropped = new DataTransfer();
        dropped.items.add(new File(["INFO a log"], "engine.log", { type: "text/plain" }));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        const pasted = new DataTransfer();
        pasted.setData("text/plain", "INFO another");
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true }));
      });
      expect(await section.getAttribute("class")).not.toContain("is-target");
      await section.getByRole("button", { name: "Keep its figures…" }).click();
      await section.getByRole("button", { name: "Forget it" }).click();
      await section.getByRole("button", { name: "Another log…" }).click();
      await expect.poll(async () => (await posted()).filter(({ kind }) => /log/.test(kind)).length).toBe(4);
      const messages = await posted();
      expect(messages).toContainEqual({ kind: "start-log", name: "engine.log", text: "INFO a log", pool: 0 });
      expect(messages).toContainEqual({ kind: "start-log", name: "", text: "INFO another", pool: 0 });
      expect(messages).toContainEqual({ kind: "keep-log" });
      expect(messages).toContainEqual({ kind: "forget-log" });
      expect(messages).toContainEqual({ kind: "command", command: "inferenceLens.importLog" });
    });
  });
});
