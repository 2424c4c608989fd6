import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportControls } from "../../src/protocol/report-view.ts";
import { readControls } from "../../webview/report/control-values.ts";
import { workloadWords } from "../../webview/report/workload-words.ts";
import { controls, header } from "./fixtures/report.ts";
import { settle, themes, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

/** The controls of the last message of a kind. */
async function last(posted: () => Promise<readonly { readonly kind: string }[]>, kind: string): Promise<ReportControls | undefined> {
  const messages = (await posted()) as readonly { readonly kind: string; readonly controls?: ReportControls }[];
  return messages.findLast((message) => message.kind === kind)?.controls;
}

/** Chooses in a drop-down by the keyboard, as a person would who sees its title. */
async function pick(page: Page, name: string, title: string): Promise<void> {
  const box = page.getByRole("combobox", { name, exact: true });
  await box.focus();
  await box.press("Enter");
  await page.getByRole("option", { name: title, exact: true }).and(page.locator("vscode-option:visible")).click();
  await settle(page);
}

describe("the load of a report page", () => {
  it("opens in place by its button, says what it holds, and closes with Escape", async () => {
    await workshop.withPage("report", "missed", { width: 1280 }, async ({ page }) => {
      const opener = page.getByRole("button", { name: "Edit load…" });
      const load = page.getByRole("group", { name: "Load" });
      expect(await load.isVisible()).toBe(false);
      await opener.press("Enter");
      expect(await opener.getAttribute("aria-expanded")).toBe("true");
      expect(await page.getByRole("textbox", { name: "Requests", exact: true }).inputValue()).toBe("2360");
      expect(await page.getByRole("textbox", { name: "Coefficient of variation of the gaps" }).inputValue()).toBe("2.7");
      await page.getByRole("textbox", { name: "Seed" }).press("Escape");
      expect(await load.isVisible()).toBe(false);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Edit load…");
    });
  });

  it("takes bursts, stages and requests kept in flight, with the rate only where one is asked for", async () => {
    await workshop.withPage("report", "missed", { kept: { load: true } }, async ({ page, posted }) => {
      const rate = page.getByRole("textbox", { name: "Rate", exact: true });
      await pick(page, "Arrivals", "in bursts");
      await page.getByRole("textbox", { name: "Rate of a burst" }).fill("40");
      const gaps = { kind: "gamma", cv: 2.7 };
      expect((await last(posted, "estimate"))?.load?.arrivals).toEqual({
        kind: "bursts",
        gaps,
        burst: { ratePerSecond: 40, durationSeconds: 10, everySeconds: 60 },
      });
      await pick(page, "Arrivals", "in stages");
      await page.getByRole("button", { name: "Add a stage" }).click();
      await page.getByRole("button", { name: "Remove stage 1" }).click();
      expect((await last(posted, "estimate"))?.load?.arrivals).toEqual({
        kind: "stages",
        gaps,
        stages: [
          { ratePerSecond: 26, durationSeconds: 60 },
          { ratePerSecond: 13, durationSeconds: 60 },
        ],
      });
      expect(await rate.isDisabled()).toBe(true);
      await pick(page, "Arrivals", "kept in flight");
      await page.getByRole("textbox", { name: "Requests kept in flight" }).fill("64");
      expect((await last(posted, "estimate"))?.load?.arrivals).toEqual({ kind: "closed-loop", concurrency: 64 });
      await pick(page, "Arrivals", "at a steady rate");
      expect(await rate.isDisabled()).toBe(false);
    });
  });

  it("runs with Enter: lengths, the client's cap and the seed as they were typed", async () => {
    await workshop.withPage("report", "missed", { kept: { load: true } }, async ({ page, posted }) => {
      await pick(page, "Output: distribution", "all alike");
      await page.getByRole("textbox", { name: "Output: mean" }).fill("100");
      await page.getByRole("textbox", { name: "At most in flight" }).fill("64");
      await page.getByRole("textbox", { name: "Seed" }).fill("7");
      await page.getByRole("textbox", { name: "Seed" }).press("Enter");
      const run = await last(posted, "run");
      expect(run).toMatchObject({ seed: 7, load: { maxInFlight: 64, outputTokens: 100, promptTokens: null } });
    });
  });

  it("has classes with lengths and limits of their own, beside what the load was", async () => {
    await workshop.withPage("report", "missed", { kept: { load: true } }, async ({ page, posted }) => {
      await page.getByRole("button", { name: "Add a class" }).click();
      await page.getByRole("textbox", { name: "Class class 2: name" }).fill("batch");
      await page.getByRole("textbox", { name: "Class class 2: share" }).fill("3");
      await page.getByRole("textbox", { name: "Class class 2: TTFT" }).fill("5000");
      await pick(page, "Class class 2: prompt: distribution", "uniform");
      const made = await last(posted, "estimate");
      expect(made?.load?.classes).toEqual([
        { name: "Long chat", weight: 1, promptTokens: null, outputTokens: null, slo: null },
        {
          name: "batch",
          weight: 3,
          promptTokens: { uniform: [1225, 3675] },
          outputTokens: null,
          slo: { ttftSeconds: 5, tpotSeconds: null, e2eSeconds: null, percentile: 95 },
        },
      ]);
      // Kept over a reload as it was.
      expect(readControls(JSON.parse(JSON.stringify(made)))).toEqual(made);
      await page.getByRole("button", { name: "Undo the changes" }).click();
      expect((await last(posted, "estimate"))?.load).toBeNull();
      expect(await page.getByText("All requests are of one kind.").isVisible()).toBe(true);
    });
  });

  it("keeps the last good load while a number is missing, and says so", async () => {
    await workshop.withPage("report", "missed", { kept: { load: true } }, async ({ page, posted }) => {
      await page.getByRole("textbox", { name: "Requests", exact: true }).fill("12.5");
      expect(await page.getByRole("alert").innerText()).toContain("The last good load is kept.");
      expect((await last(posted, "estimate"))?.load).toBeNull();
      await page.getByRole("textbox", { name: "Requests", exact: true }).fill("500");
      expect(await page.getByRole("alert").isVisible()).toBe(false);
      expect((await last(posted, "estimate"))?.load?.requests).toBe(500);
    });
  });

  it("is saved by name, and what was saved can be chosen without losing what is typed", async () => {
    await workshop.withPage("report", "missed", { kept: { load: true } }, async ({ page, posted }) => {
      await page.getByRole("textbox", { name: "At most in flight" }).fill("64");
      await page.getByRole("button", { name: "Save as a workload…" }).click();
      expect((await last(posted, "save-workload"))?.load?.maxInFlight).toBe(64);
      const [chat] = header.workloads;
      if (!chat) throw new Error("no workload");
      const mine = { ...chat, name: "mine", title: "mine", ratePerSecond: 4 };
      await page.evaluate((workloads) => window.postMessage({ kind: "workloads", workloads }), [...header.workloads, mine]);
      await expect.poll(() => page.locator("vscode-option[value=mine]").count()).toBe(1);
      expect(await page.getByRole("textbox", { name: "At most in flight" }).inputValue()).toBe("64");
      await pick(page, "Workload", "mine");
      expect(await last(posted, "estimate")).toMatchObject({ workload: "mine", ratePerSecond: 4, load: null });
    });
  });

  it("has a name for every field, and enough contrast in every theme", async () => {
    for (const theme of themes)
      await workshop.withPage("report", "met", { theme, kept: { load: true } }, async ({ page }) => {
        await pick(page, "Arrivals", "in bursts");
        await page.getByRole("button", { name: "Add a class" }).click();
        await pick(page, "Class class 2: prompt: distribution", "log-normal");
        await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
        const found = await page.evaluate(async () => {
          const { axe } = window as unknown as { axe: { run(root: string): Promise<{ violations: { id: string; impact: string }[] }> } };
          const { violations } = await axe.run("#load");
          return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id);
        });
        expect(found, theme).toEqual([]);
      });
  }, 60_000);

  it("fits 420 px with everything in it", async () => {
    await workshop.withPage("report", "missed", { width: 420, kept: { load: true } }, async ({ page }) => {
      await pick(page, "Arrivals", "in stages");
      await page.getByRole("button", { name: "Add a class" }).click();
      await pick(page, "Class class 2: prompt: distribution", "log-normal");
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    });
  });
});

describe("a load in words", () => {
  const [chat] = header.workloads;
  const said = (change: Partial<NonNullable<ReportControls["load"]>>): string =>
    chat ? workloadWords(chat.numbers, { ...chat.parts, ...change }).replaceAll("\u00a0", " ") : "";

  it("says what a rate and a spread do not", () => {
    const gaps = { kind: "poisson", cv: 1 } as const;
    expect(said({ arrivals: { kind: "bursts", gaps, burst: { ratePerSecond: 40, durationSeconds: 2, everySeconds: 90 } } })).toContain(
      "40 req/s for 2 s every 90 s",
    );
    expect(said({ arrivals: { kind: "closed-loop", concurrency: 64 }, maxInFlight: 1200 })).toContain(
      "64 kept in flight · at most 1,200 in flight",
    );
    expect(said({ classes: [{ name: "a", weight: 1, promptTokens: null, outputTokens: null, slo: null }] })).toContain("classes a");
    expect(said({})).toBe(
      "1,155 prompt and 211 output tokens mean, p95 3,612 and 515 · no shared prefix · bursts 1 × · Azure LLM trace 2023, conversation",
    );
  });

  it("reads no kept controls whose load is not one", () => {
    for (const load of [{}, 3, { arrivals: { kind: "sideways" } }]) expect(readControls({ ...controls, load })).toBeUndefined();
  });
});
