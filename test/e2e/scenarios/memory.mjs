import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver.mjs";
import { assertAccessible, assertNoOverflow } from "../page-checks.mjs";

const themes = [
  { label: "Dark Modern", short: "dark", body: "vscode-dark" },
  { label: "Light Modern", short: "light", body: "vscode-light" },
  { label: "Dark High Contrast", short: "hc-dark", body: "vscode-high-contrast" },
  { label: "Light High Contrast", short: "hc-light", body: "vscode-high-contrast-light" },
];

const shown = (frame) => frame.evaluate(() => Object.fromEntries(Object.entries(document.body.dataset)));

/** The memory page once it is in a state with all changes tried. */
async function memoryPage(workbench, state, other = () => true) {
  return until(`a memory page that ${state}`, async () => {
    const frame = await workbench.view("body[data-ready][data-levers] .piece-row, body[data-ready][data-state=missing]");
    const data = await shown(frame);
    return data.state === state && other(data) && { frame, data };
  });
}

export const memory = [
  {
    name: "memory of what fits: verdict, bars, and the formula of a piece under the keyboard",
    run: async (context) => {
      const { workbench } = context;
      await workbench.closeAll();
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/Fits/).waitFor();
      await workbench.command("Inference Lens: Show Memory");
      const { frame, data } = await memoryPage(workbench, "fits");
      const tokens = Number(data.tokens).toLocaleString("en-GB");
      assert.match(await frame.locator("h1").textContent(), new RegExp(`room for ${tokens} tokens`));
      const piece = frame.locator("#ranks button.segment").first();
      await piece.focus();
      assert.match(await frame.locator("#ranks .readout").textContent(), /^Weights, .*GiB attention/);
      await workbench.keyboard.press("ArrowRight");
      await until("the next piece", async () => /^Weights, Shift copy/.test(await frame.locator("#ranks .readout").textContent()));
      await workbench.shot("memory-fits");
      await assertAccessible(frame, "memory");
      await frame.locator("summary").first().click();
      await until("an open sum", () => frame.locator("details[open]").count());
      context.tokens = data.tokens;
    },
  },
  {
    name: "a change to memory is shown beside the file, then applied by a click, and the page follows",
    run: async ({ workbench, tokens }) => {
      const { page } = workbench;
      const { frame } = await memoryPage(workbench, "fits");
      await frame.getByRole("button", { name: /^Preview: Raise gpu-memory-utilization/ }).click();
      await page.locator(".tab.active").filter({ hasText: "Raise gpu-memory-utilization" }).waitFor();
      await page.locator(".monaco-diff-editor .line-insert").first().waitFor();
      await workbench.shot("memory-preview");
      await workbench.command("View: Close Editor");
      const again = await memoryPage(workbench, "fits");
      await again.frame.getByRole("button", { name: /^Apply: Raise gpu-memory-utilization/ }).click();
      const { data } = await memoryPage(workbench, "fits", (one) => one.tokens !== tokens);
      assert.ok(Number(data.tokens) > Number(tokens), `${data.tokens} tokens after, ${tokens} before`);
      await page.getByText("--gpu-memory-utilization 0.92").first().waitFor();
      await workbench.shot("memory-applied");
    },
  },
  {
    name: "a text that breaks leaves the last figures of memory, marked as old; mended, they are new again",
    run: async ({ workbench, tokens }) => {
      await workbench.command("View: Focus First Editor Group");
      await workbench.goTo(5, 1);
      await workbench.keyboard.type("]: [");
      const { frame } = await memoryPage(workbench, "stale");
      await until("the line that is broken", async () => /cannot be read at line/.test(await frame.locator(".under-bar").textContent()));
      await workbench.shot("memory-stale");
      await workbench.command("File: Revert File");
      await memoryPage(workbench, "fits", (one) => one.tokens === tokens);
    },
  },
  {
    name: "a start-up log is pasted beside the prediction of memory, and its figures are kept",
    run: async ({ workbench, workspace, tokens }) => {
      const { page } = workbench;
      const { frame } = await memoryPage(workbench, "fits");
      const log = [
        "(EngineCore pid=2) INFO [core.py:105] Initializing a V1 LLM engine (v0.11.0) with config: model='meta-llama/Llama-3.3-70B-Instruct', dtype=torch.bfloat16, max_seq_len=32768, tensor_parallel_size=4, pipeline_parallel_size=1, quantization=None, enforce_eager=False, kv_cache_dtype=auto",
        "(EngineCore pid=2) INFO GPU KV cache size: 430,000 tokens",
        "(APIServer pid=1) INFO:     Application startup complete.",
      ].join("\n");
      await page.evaluate((text) => navigator.clipboard.writeText(text), log);
      await frame.locator("#start-log h2").click();
      await workbench.keyboard.press("Control+V");
      await frame.locator("#start-log").getByText("It started, as predicted.").waitFor();
      assert.match(await frame.locator("#start-log").textContent(), /430,000/);
      await workbench.shot("memory-compared");
      await frame.getByRole("button", { name: "Keep its figures…" }).click();
      await workbench
        .toast("Keep these figures as the calibration of llama-70b-shift?")
        .getByRole("button", { name: "Show what would be kept" })
        .click();
      await workbench.toast("would be written").getByRole("button", { name: "Write the file" }).click();
      const kept = await until("a calibration", () => readdirSync(join(workspace, ".inference-lens", "calibrations"))[0]);
      assert.match(readFileSync(join(workspace, ".inference-lens", "calibrations", kept), "utf8"), /llama-70b-shift/);
      await workbench.command("View: Close Editor");
      const measured = await memoryPage(workbench, "fits", (one) => one.tokens === "430000");
      await measured.frame.locator("#certainty").getByText("Measured on").waitFor();
      rmSync(join(workspace, ".inference-lens"), { recursive: true });
      await memoryPage(workbench, "fits", (one) => one.tokens === tokens);
    },
  },
  {
    name: "the memory page comes back after a reload, with what was open",
    run: async ({ workbench, tokens }) => {
      const { frame } = await memoryPage(workbench, "fits");
      // Open since the first look, through the preview that hid the page.
      assert.equal(await frame.locator("details[open]").count(), 1);
      await workbench.reloadOnceKept();
      const { data, frame: back } = await memoryPage(workbench, "fits");
      assert.equal(data.tokens, tokens);
      await until("the open sum", () => back.locator("details[open]").count());
      await back.locator("#start-log").getByText("It started, as predicted.").waitFor();
    },
  },
  {
    name: "memory of what does not fit, and of a file without its GPU",
    run: async ({ workbench }) => {
      await workbench.closeAll();
      await workbench.open("memory-overflow.yaml");
      await workbench.lens("Does not fit").waitFor();
      await workbench.lens("Show memory").click();
      const { frame } = await memoryPage(workbench, "does-not-fit");
      assert.match(await frame.locator("h1").textContent(), /GiB over on every GPU/);
      assert.match(await frame.locator(".verdict").textContent(), /No available memory for the cache blocks/);
      await frame.getByRole("button", { name: /^Apply to memory-overflow.yaml:/ }).click();
      await memoryPage(workbench, "fits");
      await workbench.shot("memory-mended");
      await workbench.closeAll();
      await workbench.open("no-gpu.yaml");
      await workbench.lens(/of weights/).waitFor();
      await workbench.command("Inference Lens: Show Memory");
      const missing = await memoryPage(workbench, "missing");
      await missing.frame.getByRole("button", { name: "Choose GPU" }).click();
      await workbench.pick("H100");
      await workbench.pick("In this file");
      await memoryPage(workbench, "fits");
      await workbench.shot("memory-gpu-chosen");
      await workbench.closeAll();
    },
  },
  {
    name: "an engine version that memory only assumes is said with a click",
    run: async ({ workbench }) => {
      await workbench.closeAll();
      await workbench.open("vllm-config.yaml");
      await workbench.lens(/Fits/).waitFor();
      await workbench.command("Inference Lens: Show Memory");
      const { frame } = await memoryPage(workbench, "fits");
      await frame.locator(".under-bar .assumed").click();
      await workbench.answer("Version of vLLM", "0.19.0");
      await workbench.pick("In this file");
      await until("the version that was said", async () => {
        const { frame: now } = await memoryPage(workbench, "fits");
        return /vLLM 0\.19\.0/.test(await now.locator(".under-bar").textContent());
      });
      assert.equal(await frame.locator(".under-bar .assumed").count(), 0);
      await workbench.closeAll();
    },
  },
  {
    name: "the memory page in four themes and three widths",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/Fits/).waitFor();
      await workbench.command("Inference Lens: Show Memory");
      await memoryPage(workbench, "fits");
      await workbench.command("View: Move Editor into First Group");
      for (const { label, short, body } of themes) {
        await workbench.theme(label);
        const { frame } = await memoryPage(workbench, "fits");
        await until(`${label} in the page`, () => frame.evaluate((one) => document.body.classList.contains(one), body));
        await assertAccessible(frame, label);
        for (const width of [1500, 1100, 760]) {
          await page.setViewportSize({ width, height: 950 });
          await page.waitForTimeout(300);
          await assertNoOverflow(frame, `${label} at ${width}`);
          await workbench.shot(`memory-${short}-${width}`);
        }
        await page.setViewportSize({ width: 1500, height: 950 });
      }
      await workbench.theme("Dark Modern");
      await workbench.closeAll();
    },
  },
];
