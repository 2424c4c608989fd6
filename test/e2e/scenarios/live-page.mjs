import assert from "node:assert/strict";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";

/** Simulations at the measured load, of its path and of its curve, on a machine that does other things too. */
const predictedWithin = 180_000;

export const livePage = [
  {
    name: "the live page opens its panels, is zoomed and followed again, and shows where the server stands",
    run: async ({ workbench }) => {
      const { keyboard } = workbench;
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.command("Inference Lens: Start Demo Server");
      await workbench.toast("listens at").getByRole("button", { name: "Attach" }).click();
      await workbench.view("body[data-ready][data-points]");
      await workbench.command("View: Move Editor into First Group");
      const frame = await workbench.view("body[data-ready][data-points]");
      await until("thirty points", async () => Number(await frame.evaluate(() => document.body.dataset.points)) >= 30, 90_000);
      await frame.getByRole("button", { name: "More panels" }).click();
      await frame.locator("[data-row=queue]").waitFor();
      await frame.locator("[data-row=running] .row-plot").focus();
      await keyboard.press("w");
      await frame.getByRole("button", { name: "Go to now" }).click();
      assert.equal(await frame.getByRole("button", { name: "Go to now" }).count(), 0);
      await until("the curve", () => frame.locator("#standing").isVisible(), predictedWithin);
      await workbench.shot("live-page");
      await frame.evaluate(() => document.querySelector(".live-columns")?.scrollIntoView());
      await workbench.shot("live-page-sections");
      await assertAccessible(frame, "live page");
      await assertNoOverflow(frame, "live page");
      await workbench.command("Inference Lens: Detach");
      await workbench.command("Inference Lens: Stop Demo Server");
    },
  },
];
