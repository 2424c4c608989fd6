import assert from "node:assert/strict";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow, drawnCanvases } from "../page-checks.mjs";
import { lastReport } from "../stored.mjs";

const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The page once it shows a finished run other than `before`. */
async function finished(workbench, before) {
  return until("the report", async () => {
    const frame = await workbench.view("body[data-ready][data-ttft-p95]");
    const data = await shown(frame);
    return ["report", "saturated"].includes(data.state) && data.ttftP95 !== before && { frame, data };
  });
}

/** Toggles move as the page grows and shrinks under the pointer, so a click counts only once it is seen. */
async function press(button, pressed) {
  await until(`a toggle ${pressed ? "pressed" : "released"}`, async () => {
    if ((await button.getAttribute("aria-pressed")) === String(pressed)) return true;
    await button.click();
    return (await button.getAttribute("aria-pressed")) === String(pressed);
  });
}

/** Releases every `Table` and waits for the charts. */
async function chartsAgain(frame) {
  const buttons = frame.getByRole("button", { name: "Table", exact: true });
  for (let at = 0, count = await buttons.count(); at < count; at++) await press(buttons.nth(at), false);
  await until("charts", async () => (await drawnCanvases(frame)) >= 8);
}

/** Every number that the page keeps for us is the worker's own. */
function assertEqual(data, report, where) {
  assert.equal(Number(data.ttftP95), report.summary.ttftSeconds.p95, `${where}: TTFT`);
  assert.equal(Number(data.tpotP95), report.summary.tpotSeconds.p95, `${where}: TPOT`);
  assert.equal(Number(data.outputTokensPerSecond), report.summary.outputTokensPerSecond, `${where}: output`);
  assert.equal(Number(data.requests), report.summary.requests, `${where}: requests`);
  assert.equal(Number(data.points), report.series.t.length, `${where}: points`);
}

export const report = [
  {
    name: "the lens simulates and the report's charts show the worker's numbers",
    run: async (context) => {
      const { workbench, profile } = context;
      await workbench.open("llama-70b-shift.yaml");
      const started = Date.now();
      await workbench.lens(/^Simulate$|Open report/).click();
      const { frame, data } = await finished(workbench, undefined);
      console.log(`    from click to report ${((Date.now() - started) / 1000).toFixed(1)} s`);
      const stored = await lastReport(profile);
      assertEqual(data, stored.report, "page and worker");
      assert.ok((await drawnCanvases(frame)) >= 8, `${await drawnCanvases(frame)} canvases are drawn`);
      const text = await frame.locator("body").textContent();
      const ttft = stored.report.summary.ttftSeconds.p95;
      const words = ttft < 1 ? `${Number((ttft * 1000).toPrecision(3))}` : `${ttft.toPrecision(3)}`;
      assert.ok(text.includes(words), `the page says ${words}`);
      context.ttft = data.ttftP95;
      await workbench.command("View: Toggle Primary Side Bar Visibility");
      await workbench.shot("report-beside");
    },
  },
  {
    name: "the tables under the charts hold the same numbers",
    run: async ({ workbench, profile }) => {
      const { frame } = await finished(workbench, undefined);
      const { report: made } = await lastReport(profile);
      const buttons = frame.getByRole("button", { name: "Table", exact: true });
      const count = await buttons.count();
      assert.ok(count >= 3, `${count} sections have a table`);
      for (let at = 0; at < count; at++) await press(buttons.nth(at), true);
      const rows = await frame.locator("table tbody tr").count();
      assert.ok(rows >= made.series.t.length / 8, `${rows} rows`);
      await workbench.shot("report-tables");
      await chartsAgain(frame);
    },
  },
  {
    name: "ranges, what a step is made of and the nearest measured runs follow the report, and are kept with it",
    run: async ({ workbench, profile }) => {
      const frame = await workbench.view('body[data-bands="1"]');
      const kept = await until("the kept evidence", async () => {
        const { evidence } = await lastReport(profile);
        return evidence.bands && evidence.nearest?.every(({ pending }) => !pending) && evidence;
      });
      assert.equal(await frame.evaluate(() => document.body.dataset.nearest), String(kept.nearest.length));
      const steps = frame.locator("#anatomy");
      assert.equal(await steps.locator(".stack").count(), 2, "a decode step and a prompt step");
      assert.ok((await steps.locator("tbody tr").count()) >= 10, "operators of both");
      const sure = await frame.locator("#certainty").textContent();
      assert.match(sure, /in 8 of 10 cases/);
      assert.match(sure, /Matrix products.*of a step/);
      const near = frame.locator(".near-run");
      assert.equal(await near.count(), kept.nearest.length);
      assert.match(await frame.locator(".near-runs").textContent(), kept.nearest.length > 0 ? /Source: / : /No measured run is near/);
      await steps.evaluate((section) => section.scrollIntoView());
      await workbench.shot("report-evidence");
      await frame.getByRole("button", { name: "How to read this" }).click();
      const guide = await workbench.view("h1#how-sure-a-prediction-is");
      assert.match(await guide.locator("h1").first().textContent(), /How sure a prediction is/);
      await workbench.shot("how-sure");
      await workbench.command("View: Close Editor");
    },
  },
  {
    name: "another rate runs again, from the keyboard, and replaces the first",
    run: async (context) => {
      const { workbench, profile } = context;
      const { frame, data } = await finished(workbench, undefined);
      const rate = frame.getByLabel("Rate").first();
      await rate.focus();
      await workbench.keyboard.press("Control+A");
      // The rate of the last run is kept with the report.
      const other = (await rate.evaluate(({ value }) => value)) === "4" ? 5 : 4;
      await workbench.keyboard.type(String(other));
      await workbench.keyboard.press("Enter");
      const second = await finished(workbench, data.ttftP95);
      await until(
        "the stored second report",
        async () => (await lastReport(profile)).report.summary.ttftSeconds.p95 === Number(second.data.ttftP95),
      );
      const { controls, report } = await lastReport(profile);
      assert.equal(controls.ratePerSecond, other);
      assertEqual(second.data, report, "second run");
      context.ttft = second.data.ttftP95;
    },
  },
  {
    name: "a change of the file makes the report stale and says so in the lens",
    run: async ({ workbench }) => {
      await workbench.command("View: Focus First Editor Group");
      await workbench.goTo(34, 35);
      await workbench.keyboard.press("End");
      for (const key of ["ArrowLeft", "ArrowLeft", "Backspace", "Backspace", "Backspace", "Backspace", "Backspace"])
        await workbench.keyboard.press(key);
      await workbench.keyboard.type("16384");
      await workbench.goTo(1);
      // Two seconds later the lens says what a run of its own found for the new text.
      await workbench.lens(/Simulated before this edit|Fits, .* TTFT p95/).waitFor();
      const frame = await workbench.view("body[data-ready][data-ttft-p95]");
      await until("a stale page", async () => (await shown(frame)).state === "stale");
      await workbench.shot("report-stale");
      await workbench.command("File: Revert File");
      await workbench.lens(/TTFT p95/).waitFor();
    },
  },
  {
    name: "the report comes back after a reload with the same numbers",
    run: async (context) => {
      const { workbench } = context;
      await workbench.reloadOnceKept();
      const { data } = await finished(workbench, undefined);
      assert.equal(data.ttftP95, context.ttft);
    },
  },
  {
    name: "the report page is accessible and never wider than its window",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/^Simulate$|Open report/).click();
      const { frame } = await finished(workbench, undefined);
      await assertAccessible(frame, "report");
      for (const width of [1500, 1100, 760]) {
        await page.setViewportSize({ width, height: 950 });
        await page.waitForTimeout(500);
        await assertNoOverflow(frame, `report at ${width}`);
      }
      await page.setViewportSize({ width: 1500, height: 950 });
    },
  },
];
