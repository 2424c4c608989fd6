import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDrawn, until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";

const themes = [
  { label: "Dark Modern", short: "dark", body: "vscode-dark" },
  { label: "Light Modern", short: "light", body: "vscode-light" },
  { label: "Dark High Contrast", short: "hc-dark", body: "vscode-high-contrast" },
  { label: "Light High Contrast", short: "hc-light", body: "vscode-high-contrast-light" },
];

const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The timeline page once it shows a run. */
async function timelinePage(workbench, also = () => true) {
  return until("a timeline", async () => {
    const frame = await workbench.view("body[data-ready][data-steps] .timeline-plot");
    const data = await shown(frame);
    return data.state === "run" && also(data) && { frame, data };
  });
}

/** A report page that shows a finished run. */
async function reportPage(workbench) {
  return until("a report", async () => {
    const frame = await workbench.view("body[data-ready][data-ttft-p95]");
    const data = await shown(frame);
    return ["report", "saturated"].includes(data.state) && { frame, data };
  });
}

export const timeline = [
  {
    name: "the timeline of a run of pools opens at its worst request, whose parts add up and lead to the file",
    run: async (context) => {
      const { workbench } = context;
      const { page } = workbench;
      await workbench.closeAll();
      await workbench.open("pools.yaml");
      await workbench.lens(/^Simulate$|Open report/).click();
      const report = await reportPage(workbench);
      await report.frame.getByRole("button", { name: "Worst TTFT" }).click();
      const { frame, data } = await timelinePage(workbench, ({ selected }) => selected !== undefined);
      assert.equal(data.requests, report.data.requests);
      assert.ok(await frame.locator(".timeline-plot canvas").evaluate(isDrawn), "the picture is drawn");
      const names = await frame.locator(".lane-labels b").allInnerTexts();
      assert.deepEqual(names, ["Router", "prefill-0", "prefill-1", "Links", "decode-0"]);
      const parts = await frame.locator(".part-table th").allInnerTexts();
      for (const part of ["Waited for prefill", "Waited for the link", "Waited for a step", "End to end"])
        assert.ok(parts.includes(part), part);
      assert.match(await frame.locator(".breakdown-why").innerText(), /Why TTFT was/);
      await assertAccessible(frame, "timeline");
      await workbench.shot("timeline-worst");
      // A step leads to the line of its pool.
      await frame.locator(".timeline-plot").focus();
      await workbench.keyboard.press("Escape");
      await workbench.keyboard.press("ArrowRight");
      await frame.locator(".breakdown-why").getByText("max-num-batched-tokens").waitFor();
      await frame.getByRole("button", { name: "pools.yaml:25" }).click();
      await page.locator('.tab[data-resource-name="pools.yaml"].active').waitFor();
      context.steps = data.steps;
    },
  },
  {
    name: "a timeline is walked with the keyboard alone, and finds a request by its number",
    run: async ({ workbench }) => {
      await workbench.command("Inference Lens: Show Timeline");
      const { frame } = await timelinePage(workbench);
      await frame.locator(".timeline-plot").focus();
      const before = await shown(frame);
      for (const key of ["w", "w", "w", "d", "ArrowRight", "ArrowRight", "ArrowDown", "m", "Enter"]) await workbench.keyboard.press(key);
      const after = await until("a narrower view", async () => {
        const now = await shown(frame);
        return Number(now.to) - Number(now.from) < 0.5 * (Number(before.to) - Number(before.from)) && now;
      });
      assert.ok(after.step !== undefined, "a step is chosen");
      // VS Code hands the focus to a page that it reveals when it comes to it: what was typed until then is typed again.
      const field = frame.locator("vscode-text-field");
      await until("the number in the field", async () => {
        await frame.locator(".timeline-plot").focus();
        await workbench.keyboard.press("/");
        await workbench.keyboard.press("Control+A");
        await workbench.keyboard.type("request 41");
        return (await field.evaluate(({ value }) => value)) === "request 41";
      });
      await workbench.keyboard.press("Enter");
      await until("request 41", async () => (await shown(frame)).selected === "41");
      await workbench.shot("timeline-found");
    },
  },
  {
    name: "the timeline of a run is saved as a trace for Perfetto",
    run: async ({ workbench, workspace, steps }) => {
      const { frame } = await timelinePage(workbench);
      await frame.getByRole("button", { name: "Export trace" }).click();
      await workbench.box.waitFor();
      // The name that is offered lies beside the file.
      const path = join(workspace, "llama-trace.json");
      await until("the name of the trace", async () => (await workbench.box.inputValue()).endsWith("llama-trace.json"));
      await workbench.keyboard.press("Enter");
      await until("the trace", () => existsSync(path) && readFileSync(path, "utf8").endsWith("]}\n"));
      const { traceEvents } = JSON.parse(readFileSync(path, "utf8"));
      assert.equal(traceEvents.filter(({ ph }) => ph === "X").length, Number(steps));
    },
  },
  {
    name: "an edit of the file marks the timeline as old, and it comes back after a reload",
    run: async ({ workbench, steps }) => {
      await workbench.open("pools.yaml");
      await workbench.goTo(25, 44);
      await workbench.keyboard.press("Backspace");
      await workbench.command("Inference Lens: Show Timeline");
      const frame = await workbench.view("body[data-ready][data-steps]");
      await until("an old timeline", async () => (await shown(frame)).state === "stale");
      await workbench.shot("timeline-stale");
      await workbench.open("pools.yaml");
      await workbench.command("File: Revert File");
      await workbench.command("Inference Lens: Show Timeline");
      await workbench.reloadOnceKept();
      const { data } = await timelinePage(workbench);
      assert.equal(data.steps, steps);
    },
  },
  {
    name: "the timeline in four themes and three widths",
    run: async ({ workbench }) => {
      const { page } = workbench;
      // Of a report that is stored, with no page of it open.
      await workbench.closeAll();
      await workbench.open("pools.yaml");
      await workbench.command("Inference Lens: Show Timeline");
      const { frame: first } = await timelinePage(workbench);
      await first.getByRole("button", { name: "Worst TTFT" }).click();
      await workbench.command("View: Move Editor into First Group");
      for (const { label, short, body } of themes) {
        await workbench.theme(label);
        const { frame } = await timelinePage(workbench);
        await until(`${label} in the page`, () => frame.evaluate((one) => document.body.classList.contains(one), body));
        await assertAccessible(frame, label);
        for (const width of [1500, 1100, 760]) {
          await page.setViewportSize({ width, height: 950 });
          await page.waitForTimeout(300);
          await assertNoOverflow(frame, `${label} at ${width}`);
          assert.ok(await frame.locator(".timeline-plot canvas").evaluate(isDrawn), `${label} at ${width}`);
          await workbench.shot(`timeline-${short}-${width}`);
        }
        await page.setViewportSize({ width: 1500, height: 950 });
      }
      await workbench.theme("Dark Modern");
      await workbench.closeAll();
    },
  },
];
