import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver.mjs";

export const editor = [
  {
    name: "a finding appears on opening a file",
    run: async ({ workbench }) => {
      await workbench.open("gpu-mismatch.yaml");
      await workbench.page.locator(".squiggly-error").first().waitFor();
      await workbench.lens("Will not start").waitFor();
      await workbench.command("Problems: Focus on Problems View");
      await workbench.page.locator(".markers-panel").getByText("Asks for 4 GPUs").first().waitFor();
      await workbench.shot("editor-finding");
      await workbench.command("View: Toggle Panel Visibility");
    },
  },
  {
    name: "its quick fix repairs the file",
    run: async ({ workbench }) => {
      const { page } = workbench;
      const action = await workbench.fix(37, 31, "Ask for 8 GPUs");
      await workbench.shot("editor-quick-fix");
      await action.click();
      await page.locator(".view-line").filter({ hasText: "nvidia.com/gpu: 8" }).first().waitFor();
      await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      await workbench.goTo(1);
      await workbench.lens(/Fits/).waitFor();
      await workbench.shot("editor-fixed");
    },
  },
  {
    name: "the last good lens stays while the text is broken",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.goTo(6, 1);
      await workbench.keyboard.type("  : : [ { \n");
      const marks = page.locator(".squiggly-error, .squiggly-info, .squiggly-warning");
      await until("a problem of the broken text", async () => (await marks.count()) > 0);
      await workbench.goTo(1);
      await page.waitForTimeout(600);
      const texts = await workbench.lensTexts();
      assert.ok(
        texts.some((text) => text.includes("Fits")),
        `lenses: ${texts.join(" / ")}`,
      );
      await workbench.closeAll();
    },
  },
  {
    name: "lens, hints, hover and completion speak on a right file",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/Fits, .* KV tokens/).waitFor();
      await workbench.lens(/^Simulate$|Open report/).waitFor();
      await workbench.lens("Attach").waitFor();
      await page.locator(".view-line").filter({ hasText: "tokens of KV cache" }).first().waitFor();
      await workbench.shot("editor-dark");
      await workbench.hover(33, 22, /256/);
      await workbench.shot("editor-hover-threshold");
      await workbench.keyboard.press("Escape");
      await workbench.hover(35, 42, /KV cache/);
      await workbench.shot("editor-hover-utilisation");
      await workbench.keyboard.press("Escape");
      await workbench.hover(30, 30, /GPUs an instance/);
      await workbench.shot("editor-hover-layout");
      await workbench.keyboard.press("Escape");
      await workbench.goTo(36, 14);
      await workbench.keyboard.press("End");
      await workbench.keyboard.type(" --enable-pre");
      const suggestion = page.locator(".suggest-widget .monaco-list-row").filter({ hasText: "enable-prefix-caching" }).first();
      await until("completion", async () => {
        if (!(await suggestion.isVisible())) await workbench.keyboard.press("Control+Space");
        await page.waitForTimeout(700);
        return suggestion.isVisible();
      });
      await workbench.shot("editor-completion");
      await workbench.keyboard.press("Escape");
      await workbench.keyboard.press("Escape");
      await workbench.closeAll();
    },
  },
  {
    name: "an unknown GPU is asked for and written into the file",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("no-gpu.yaml");
      await workbench.lens(/of weights/).waitFor();
      await workbench.shot("editor-gpu-unknown");
      await workbench.lens("Choose GPU").click();
      await workbench.box.waitFor();
      await workbench.box.fill("L40S");
      await workbench.pick("L40S");
      await workbench.pick("In this file");
      await page.locator(".view-line").filter({ hasText: "# inference-lens: gpu=L40S" }).first().waitFor();
      await workbench.lens(/Fits/).waitFor();
      await workbench.closeAll();
    },
  },
  {
    name: "an unknown model is described as a known one, and kept in the project",
    run: async ({ workbench }) => {
      await workbench.open("own-model.yaml");
      await workbench.lens("Model not known").waitFor();
      await workbench.lens("Describe model").click();
      await workbench.pick("The same as a known model");
      await workbench.box.waitFor();
      await workbench.box.fill("meta-llama/Llama-3.1-8B-Instruct");
      await workbench.pick("meta-llama/Llama-3.1-8B-Instruct");
      await workbench.toast("is described in").waitFor();
      await workbench.lens(/Fits/).waitFor();
      await workbench.command("Notifications: Clear All Notifications");
      await workbench.closeAll();
    },
  },
  {
    name: "a GPU of one's own is described, used at once, and wrong figures are told in its file",
    run: async ({ workbench, workspace }) => {
      const { page } = workbench;
      const file = join(workspace, ".inference-lens/gpus.yaml");
      await workbench.open("own-gpu.yaml");
      await workbench.lens(/of weights/).waitFor();
      await workbench.lens("Choose GPU").click();
      await workbench.box.waitFor();
      await workbench.box.fill("Another one");
      await workbench.pick("Another one: describe it");
      await until("the name in the file", async () => (await workbench.box.inputValue()) === "NVIDIA-Lab-Card");
      await workbench.keyboard.press("Enter");
      await workbench.row("H100-80GB").first().waitFor();
      await workbench.box.fill("H100-80GB");
      await workbench.pick("H100-80GB");
      await page.locator(".view-line").filter({ hasText: "like: H100-SXM5-80GB" }).first().waitFor();
      await workbench.shot("editor-own-gpu");
      await workbench.open("own-gpu.yaml");
      await workbench.lens(/Fits/).waitFor();
      await workbench.hover(11, 55, /NVIDIA-Lab-Card/);
      await workbench.keyboard.press("Escape");
      // As another program writes it: the lens follows, and the file says why.
      writeFileSync(file, readFileSync(file, "utf8").replace(/memory: .*GiB #/, "memory: 2 GiB #"));
      await workbench.lens(/Does not fit/).waitFor();
      writeFileSync(file, readFileSync(file, "utf8").replace("memory: 2 GiB #", "memory: 80 #"));
      await workbench.lens(/of weights/).waitFor();
      await page.locator('.tab[data-resource-name="gpus.yaml"]').click();
      await page.locator(".squiggly-warning").first().waitFor();
      await workbench.shot("editor-own-gpu-wrong");
      await workbench.closeAll();
      rmSync(file);
    },
  },
  {
    name: "a launch command is analysed",
    run: async ({ workbench }) => {
      await workbench.open("launch.txt");
      await workbench.keyboard.press("Control+A");
      await workbench.command("Inference Lens: Analyse a Launch Command");
      await workbench.lens(/of weights/).waitFor();
      await workbench.shot("editor-command");
      await workbench.closeAll();
    },
  },
  {
    name: "a rule's page opens",
    run: async ({ workbench }) => {
      await workbench.open("memory-overflow.yaml");
      await workbench.lens("Does not fit").waitFor();
      await workbench.command("Problems: Focus on Problems View");
      await workbench.page
        .locator(".markers-panel a.monaco-link, .markers-panel .code-link")
        .filter({ hasText: /^memory-overflow$/ })
        .first()
        .click();
      await workbench.view("h1#memory-overflow");
      await workbench.shot("rule-page");
      await workbench.command("View: Toggle Panel Visibility");
      await workbench.closeAll();
    },
  },
  {
    name: "the Deployments view lists what the workspace starts, file by file",
    run: async ({ workbench, workspace }) => {
      const { page } = workbench;
      await workbench.open("llama-70b-shift.yaml");
      await workbench.lens(/Fits/).waitFor();
      await workbench.command("Inference Lens: Focus on Deployments View");
      const rows = page.locator(".pane-body .monaco-list-row");
      const row = (text) => rows.filter({ hasText: text }).first();
      await row(/llama-70b-shift.*8 × H100-80GB.*Llama-3\.3-70B-Instruct.*fits/).waitFor();
      await row(/llama-70b-mismatch.*will not start/).waitFor();
      await row(/llama-70b-h200.*does not fit/).waitFor();
      assert.equal(await rows.filter({ hasText: "left-out" }).count(), 0, "ignored files are listed");
      await workbench.shot("editor-deployments-view");
      writeFileSync(join(workspace, "later.yaml"), readFileSync(join(workspace, "no-gpu.yaml"), "utf8").replace(/name: .*/, "name: later"));
      await row(/later.*GPU not named/).waitFor();
      rmSync(join(workspace, "later.yaml"));
      await row(/later.*GPU not named/).waitFor({ state: "detached" });
      await row(/llama-70b-h200.*does not fit/).click();
      await page.locator('.tab[data-resource-name="memory-overflow.yaml"].active').waitFor();
      await workbench.command("View: Show Explorer");
      await workbench.closeAll();
    },
  },
  {
    name: "the outline names what a file starts, and a variable leads to where it is set",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("by-variables.yaml");
      await workbench.lens(/Fits/).waitFor();
      await until("the outline's entries", async () => {
        await workbench.keyboard.press("Control+Shift+O");
        await page.waitForTimeout(1000);
        if (await workbench.row("TP 2").first().isVisible()) return true;
        await workbench.keyboard.press("Escape");
        return false;
      });
      await workbench
        .row(/vLLM 0\.11\.0/)
        .first()
        .waitFor();
      await workbench.shot("editor-outline");
      await workbench.keyboard.press("Escape");
      await workbench.goTo(18, 39);
      await workbench.keyboard.press("F12");
      await until("the caret at the assignment", async () => (await workbench.status(/Ln 14/).count()) > 0);
      await workbench.goTo(17, 31);
      await workbench.keyboard.press("F12");
      await until("the caret at the entry", async () => (await workbench.status(/Ln 20/).count()) > 0);
      await workbench.closeAll();
    },
  },
  {
    name: "all removed flags go at once, and a rule is silenced for its deployment",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("old-flags.yaml");
      await page.locator(".squiggly-error").first().waitFor();
      await workbench.command("Fix All");
      await page.locator(".view-line").filter({ hasText: "swap-space" }).first().waitFor({ state: "detached" });
      await page.locator(".view-line").filter({ hasText: "disable-log-requests" }).first().waitFor({ state: "detached" });
      const action = await workbench.fix(20, 27, "Ignore gpu-count in this deployment");
      await workbench.shot("editor-quick-fixes");
      await action.click();
      await page.locator(".view-line").filter({ hasText: "ignore=gpu-count" }).first().waitFor();
      await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
      await workbench.closeAll();
    },
  },
];
