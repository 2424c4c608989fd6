import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";

/** As `vllm bench serve --save-result` writes it; 64 tokens an answer. */
const result = {
  date: "20261120-101500",
  model_id: "meta-llama/Llama-3.3-70B-Instruct",
  num_prompts: 40,
  max_concurrency: 4,
  request_rate: "inf",
  duration: 9.6,
  completed: 40,
  total_input_tokens: 20_480,
  total_output_tokens: 2560,
  request_throughput: 4.17,
  output_throughput: 267,
  mean_ttft_ms: 140,
  mean_tpot_ms: 13,
};

export const bench = [
  {
    name: "a benchmark is laid beside the simulation of its load, and the correction that explains it is kept",
    run: async ({ workbench, workspace }) => {
      const { page } = workbench;
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/^Simulate$|Open report/).waitFor();
      await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(result));
      await workbench.command("Inference Lens: Import Benchmark Result");
      await workbench.pick("From the clipboard");
      const frame = await workbench.view("body[data-ready][data-loads]");
      assert.equal(await frame.evaluate(() => document.body.dataset.loads), "1");
      await frame.getByRole("button", { name: "Table", exact: true }).first().click();
      const compared = (await frame.locator("body").innerText()).replaceAll("\u00a0", " ");
      assert.match(compared, /4 in flight/);
      assert.match(compared, /TTFT\s+140 ms/);
      assert.match(compared, /TPOT\s+13\.0 ms/);
      assert.match(compared, /Corrected: steps × \d/);
      await workbench.shot("benchmark-compared");
      await assertAccessible(frame, "benchmark");
      await assertNoOverflow(frame, "benchmark");
      await frame.getByRole("button", { name: "Keep as calibration" }).click();
      await workbench
        .toast("Keep these figures as the calibration of llama-70b-shift?")
        .getByRole("button", { name: "Show what would be kept" })
        .click();
      await workbench.toast("would be written").getByRole("button", { name: "Write the file" }).click();
      const folder = join(workspace, ".inference-lens", "calibrations");
      try {
        // The folder is there before the file, and the file before its text.
        const text = await until("a calibration", () => readFileSync(join(folder, readdirSync(folder)[0]), "utf8"));
        assert.match(text, /timing:\n {2}source: bench\n {2}date: 2026-11-20/);
        await workbench.closeAll();
        await workbench.open("llama-70b-shift.yaml");
        await workbench.lens(/as calibrated/).waitFor();
      } finally {
        // What stays behind would calibrate the scenarios after this one.
        rmSync(join(workspace, ".inference-lens"), { recursive: true, force: true });
      }
      await until("a lens without it", async () => !(await workbench.lensTexts()).some((text) => text.includes("as calibrated")));
    },
  },
];
