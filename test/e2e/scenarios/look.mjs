import assert from "node:assert/strict";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow, drawnCanvases } from "../page-checks.mjs";

const themes = [
  { label: "Dark Modern", short: "dark", body: "vscode-dark" },
  { label: "Light Modern", short: "light", body: "vscode-light" },
  { label: "Dark High Contrast", short: "hc-dark", body: "vscode-high-contrast" },
  { label: "Light High Contrast", short: "hc-light", body: "vscode-high-contrast-light" },
];

const hasClass = (frame, name) => frame.evaluate((one) => document.body.classList.contains(one), name);

export const look = [
  {
    name: "report, live page and editor in four themes",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/^Simulate$|Open report/).click();
      await workbench.view("body[data-ready][data-ttft-p95]");
      await workbench.command("View: Move Editor into First Group");
      for (const { label, short, body } of themes) {
        await workbench.theme(label);
        const frame = await workbench.view("body[data-ready][data-ttft-p95]");
        await until(`${label} in the page`, () => hasClass(frame, body));
        await page.waitForTimeout(500);
        assert.ok((await drawnCanvases(frame)) >= 8, label);
        await assertAccessible(frame, label);
        await assertNoOverflow(frame, label);
        await workbench.shot(`report-${short}`);
        await frame.evaluate(() => document.scrollingElement.scrollTo(0, 900));
        await workbench.shot(`report-${short}-below`);
        await frame.evaluate(() => document.getElementById("anatomy").scrollIntoView());
        await workbench.shot(`report-${short}-evidence`);
        await frame.evaluate(() => document.scrollingElement.scrollTo(0, 0));
      }
      await workbench.theme("Dark Modern");
      await page.setViewportSize({ width: 760, height: 950 });
      await workbench.shot("report-narrow");
      const narrow = await workbench.view("body[data-ready][data-ttft-p95]");
      await narrow.evaluate(() => document.getElementById("anatomy").scrollIntoView());
      await workbench.shot("report-narrow-evidence");
      await assertNoOverflow(narrow, "narrow");
      await page.setViewportSize({ width: 1500, height: 950 });
    },
  },
  {
    name: "the live page in four themes",
    run: async ({ workbench }) => {
      await workbench.open("llama-70b-shift.yaml");
      await workbench.command("Inference Lens: Start Demo Server");
      await workbench.toast("listens at").getByRole("button", { name: "Attach" }).click();
      const frame = await workbench.view("body[data-ready][data-points]");
      await until("twelve points", async () => Number(await frame.evaluate(() => document.body.dataset.points)) >= 12);
      await workbench.command("View: Move Editor into First Group");
      for (const { label, short, body } of themes) {
        await workbench.theme(label);
        const shown = await workbench.view("body[data-ready][data-points]");
        await until(`${label} in the page`, () => hasClass(shown, body));
        await assertAccessible(shown, label);
        await workbench.shot(`live-${short}`);
      }
      await workbench.open("gpu-mismatch.yaml");
      for (const { label, short } of themes) {
        await workbench.theme(label);
        await workbench.lens("Will not start").waitFor();
        await workbench.shot(`editor-${short}`);
      }
      await workbench.theme("Dark Modern");
      await workbench.command("Inference Lens: Detach");
      await workbench.command("Inference Lens: Stop Demo Server");
    },
  },
  {
    name: "the keyboard alone finds, fixes, simulates and moves through the page",
    run: async ({ workbench }) => {
      const { page, keyboard } = workbench;
      await workbench.closeAll();
      await workbench.open("gpu-mismatch.yaml");
      await page.locator(".squiggly-error").first().waitFor();
      await workbench.goTo(37, 31);
      const menu = page.locator(".action-widget .monaco-list-row.action").filter({ hasText: "Ask for 8 GPUs" });
      await until("the menu", async () => {
        if (!(await menu.isVisible())) await keyboard.press("Control+.");
        await page.waitForTimeout(800);
        return menu.isVisible();
      });
      await keyboard.press("Enter");
      await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      await keyboard.press("F1");
      await workbench.box.fill(">Inference Lens: Simulate");
      await workbench.row("Inference Lens: Simulate").first().waitFor();
      await keyboard.press("Enter");
      const frame = await workbench.view("body[data-ready][data-ttft-p95]");
      await until("focus in the page", async () => {
        await keyboard.press("Tab");
        return frame.evaluate(() => document.activeElement !== document.body && document.hasFocus());
      });
      const seen = new Set();
      for (let step = 0; step < 14; step++) {
        await keyboard.press("Tab");
        seen.add(
          await frame.evaluate(
            () =>
              `${document.activeElement.tagName} ${document.activeElement.textContent.slice(0, 20)} ${document.activeElement.ariaLabel ?? ""}`,
          ),
        );
      }
      assert.ok(seen.size >= 8, `Tab reached: ${[...seen].join(" / ")}`);
      await workbench.shot("keyboard-report");
      await workbench.closeAll();
    },
  },
  {
    name: "activation is quick",
    run: async ({ workbench }) => {
      const { page } = workbench;
      // The list is sorted by activation time and draws only what is in sight: a quick activation would lie below the window.
      await page.setViewportSize({ width: 1500, height: 6000 });
      await workbench.command("Developer: Show Running Extensions");
      const row = page.locator(".runtime-extensions-editor .monaco-list-row").filter({ hasText: "Inference Lens" }).first();
      await row.waitFor();
      const said = await row.textContent();
      const ms = Number(/(\d+)\s*ms/.exec(said)?.[1]);
      console.log(`    activation ${ms} ms`);
      // The budget is 100 ms, which `npm run bench` holds; a machine that runs all the tests besides gets five times as much.
      assert.ok(ms <= 500, said);
      await page.setViewportSize({ width: 1500, height: 950 });
      await workbench.closeAll();
    },
  },
  {
    name: "views list deployments and servers, and the walkthrough leads on",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.command("View: Show Inference Lens");
      await page.locator(".pane-body .monaco-list-row").filter({ hasText: "llama-70b-shift" }).first().waitFor();
      await page.getByText("No server attached").waitFor();
      await workbench.shot("views");
      await workbench.command("Welcome: Open Walkthrough...");
      await workbench.pick("Inference Lens");
      await page.getByText("Read a deployment").first().waitFor();
      await page.waitForTimeout(800);
      await workbench.shot("walkthrough");
      await workbench.closeAll();
    },
  },
];
