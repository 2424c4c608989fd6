import assert from "node:assert/strict";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow, drawnCanvases } from "../page-checks.mjs";

const themes = [
  { label: "Dark Modern", short: "dark", body: "vscode-dark" },
  { label: "Light Modern", short: "light", body: "vscode-light" },
  { label: "Dark High Contrast", short: "hc-dark", body: "vscode-high-contrast" },
  { label: "Light High Contrast", short: "hc-light", body: "vscode-high-contrast-light" },
];

const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The toolkit's drop-down, set as a person would: opened, and the option taken. */
async function choose(frame, name, option) {
  const dropdown = frame.locator(`vscode-dropdown[aria-label="${name}"]`);
  await dropdown.click();
  await dropdown.locator("vscode-option").filter({ hasText: option }).first().click();
}

/** The report page, opened where it is not, once its plans are there. */
async function planned(workbench) {
  if ((await workbench.page.locator(".tab").filter({ hasText: "llama-70b-shift: report" }).count()) === 0) {
    await workbench.open("llama-70b-shift.yaml");
    await workbench.lens(/^Simulate$|Open report/).click();
  }
  return until("advice and rates", async () => {
    const frame = await workbench.view("body[data-ready][data-ttft-p95]");
    const data = await shown(frame);
    return data.advice && data.rates && { frame, data };
  });
}

export const plans = [
  {
    name: "a report's plans: the change that helps most is found, previewed and applied to the line it names",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.closeAll();
      const { frame, data } = await planned(workbench);
      assert.ok(Number(data.advice) >= 5, `${data.advice} changes tried`);
      assert.ok(Number(data.rates) >= 8, `${data.rates} rates`);
      const side = frame.locator(".advice-block");
      assert.match(await side.textContent(), new RegExp(`${data.advice} changes tried`));
      await workbench.shot("plans-advice");
      await side
        .getByRole("button", { name: /^Apply to llama-70b-shift\.yaml:\d+$/ })
        .first()
        .waitFor();
      await side.getByRole("button", { name: "Preview", exact: true }).first().click();
      await page.locator(".monaco-diff-editor").waitFor();
      await workbench.shot("plans-preview");
      await workbench.command("View: Close Editor");
      // The preview hid the page, which is drawn anew.
      const again = await planned(workbench);
      await again.frame
        .locator(".advice-block")
        .getByRole("button", { name: /^Apply to/ })
        .first()
        .click();
      await until("a stale page", async () => (await shown(again.frame)).state === "stale");
      const tab = page.locator('.tab[data-resource-name="llama-70b-shift.yaml"]');
      await until("the file to be changed", async () => /dirty/.test((await tab.first().getAttribute("class")) ?? ""));
      await workbench.open("llama-70b-shift.yaml");
      await workbench.command("File: Revert File");
      await workbench.closeAll();
    },
  },
  {
    name: "a report's plans: a sweep runs, and its point leads back to the file",
    run: async ({ workbench }) => {
      const { frame } = await planned(workbench);
      await choose(frame, "What is varied", "Layouts of the same GPUs");
      await frame.getByRole("button", { name: "Run sweep" }).click();
      const count = Number(await until("layouts", async () => (await shown(frame)).sweep));
      assert.equal(count, 20, "8 GPUs of a dense model as TP × SP × PP × DP");
      const section = frame.locator("#sweep");
      assert.ok((await section.locator("canvas").count()) >= 2);
      await section.evaluate((one) => one.scrollIntoView());
      await choose(frame, "Point", "TP 4 × DP 2");
      await section.getByRole("button", { name: /^Apply to llama-70b-shift\.yaml:\d+$/ }).waitFor();
      await workbench.shot("plans-layouts");
      await section.getByRole("button", { name: "Table", exact: true }).click();
      assert.equal(await section.locator("tbody tr").count(), count);
      await section.getByRole("button", { name: "Table", exact: true }).click();
      await choose(frame, "What is varied", "TP against PP by rate");
      await frame.getByRole("button", { name: "Run sweep" }).click();
      await until("three curves", async () => (await section.locator(".legend-line").count()) === 3);
      await workbench.shot("plans-tp-pp");
    },
  },
  {
    name: "a report's plans: the same load is served by another layout, figure by figure",
    run: async ({ workbench }) => {
      const { frame } = await planned(workbench);
      await until("choices", async () => (await frame.locator('vscode-dropdown[aria-label="What if it were"] vscode-option').count()) > 3);
      await choose(frame, "What if it were", "layout: TP 8");
      const section = frame.locator("#compare");
      await section.getByRole("button", { name: "Compare", exact: true }).click();
      await until("a run beside", async () => (await shown(frame)).compared === "1");
      const rows = section.locator("tbody tr");
      assert.ok((await rows.count()) >= 8);
      assert.match(await rows.nth(1).textContent(), /TTFT p95.*(%|within noise|the same)/);
      await workbench.shot("plans-compared");
    },
  },
  {
    name: "a report's plans are in what is exported",
    run: async ({ workbench }) => {
      const { page } = workbench;
      const { frame } = await planned(workbench);
      await frame.getByRole("button", { name: "Export…" }).click();
      await workbench.shot("plans-export");
      await frame.getByRole("button", { name: "Copy as Markdown" }).click();
      const text = await until("the copied report", async () => {
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        return copied.startsWith("## llama-70b-shift") && copied;
      });
      assert.match(text, /### Latency by request rate/);
    },
  },
  {
    name: "a report's plans in four themes",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await planned(workbench);
      await workbench.command("View: Move Editor into First Group");
      for (const { label, short, body } of themes) {
        await workbench.theme(label);
        const frame = await workbench.view("body[data-ready][data-ttft-p95]");
        await until(`${label} in the page`, () => frame.evaluate((name) => document.body.classList.contains(name), body));
        await until("charts", async () => (await drawnCanvases(frame)) >= 10);
        await assertAccessible(frame, label);
        await assertNoOverflow(frame, label);
        await frame.evaluate(() => document.scrollingElement.scrollTo(0, 0));
        await workbench.shot(`plans-${short}`);
        await frame.evaluate(() => document.getElementById("compare").scrollIntoView());
        await workbench.shot(`plans-${short}-below`);
      }
      await workbench.theme("Dark Modern");
      await page.setViewportSize({ width: 760, height: 950 });
      const narrow = await workbench.view("body[data-ready][data-ttft-p95]");
      await assertNoOverflow(narrow, "narrow");
      await workbench.shot("plans-narrow");
      await page.setViewportSize({ width: 1500, height: 950 });
      await workbench.closeAll();
    },
  },
];
