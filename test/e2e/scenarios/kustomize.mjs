import { until } from "../driver.mjs";

export const kustomize = [
  {
    name: "an overlay is judged with its base, and a finding stands in the file that causes it",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.closeAll();
      await workbench.open("kustomize/prod/kustomization.yaml");
      await workbench.lens("Will not start").waitFor();
      await workbench.command("Problems: Focus on Problems View");
      const panel = page.locator(".markers-panel");
      await panel.getByText("Asks for 1 GPU, but TP 2 needs 2.").first().waitFor();
      await panel.getByText("one-gpu.yaml").first().waitFor();
      await workbench.shot("kustomize-overlay");
      await workbench.command("View: Toggle Panel Visibility");
      await workbench.open("kustomize/prod/one-gpu.yaml");
      await page.locator(".squiggly-error").first().waitFor();
      await workbench.quick("Control+P", "kustomize/base/deployment.yaml", "deployment.yaml");
      await workbench.lens(/GiB of weights|Fits|Choose GPU/).waitFor();
      await until("no error in the base", async () => (await page.locator(".squiggly-error").count()) === 0);
      await workbench.closeAll();
    },
  },
  {
    name: "a kustomization is rendered with the person's own tool, and its findings lead back",
    run: async ({ workbench }) => {
      const { page } = workbench;
      await workbench.open("kustomize/prod/one-gpu.yaml");
      await workbench.command("Inference Lens: Render Chart or Kustomization");
      await page.locator('.tab[data-resource-name="one-gpu.rendered.yaml"]').waitFor();
      await workbench.lens("Will not start").waitFor();
      await page.locator(".view-line").filter({ hasText: "rendered by a tool" }).first().waitFor();
      await until("a finding in the patch and one in the result", async () => (await page.locator(".squiggly-error").count()) >= 2);
      await workbench.shot("kustomize-rendered");
      await workbench.closeAll();
    },
  },
];
