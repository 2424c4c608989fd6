import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { render, renderPlans } from "../../src/platform/render.ts";

let folder = "";
const path = process.env.PATH;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inference-lens-render-"));
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text = ""): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A tool of the person's own, as a script in front of all others. */
function tool(name: string, script: string): void {
  const file = write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  process.env.PATH = [join(folder, "bin"), "/usr/bin", "/bin"].join(delimiter);
}

const never = new AbortController().signal;

describe("what renders a file", () => {
  test("Helm, for a chart's values and for others over them", () => {
    write("chart/Chart.yaml", "name: c\n");
    const own = write("chart/values.yaml");
    const prod = write("chart/envs/values-prod.yaml");
    const chart = join(folder, "chart");
    expect(renderPlans(own)).toEqual([{ tool: "helm", words: ["template", "chart", chart], folder: chart, sources: [own] }]);
    expect(renderPlans(prod)).toEqual([
      { tool: "helm", words: ["template", "chart", chart, "--values", prod], folder: chart, sources: [prod, own] },
    ]);
  });

  test("kustomize, else kubectl, for what stands beside a kustomization", () => {
    const kustomization = write("prod/kustomization.yaml");
    const patch = write("prod/patch.yaml");
    expect(renderPlans(patch).map(({ tool: name, words }) => [name, ...words])).toEqual([
      ["kustomize", "build", join(folder, "prod")],
      ["kubectl", "kustomize", join(folder, "prod")],
    ]);
    expect(renderPlans(patch)[0]?.sources).toEqual([patch, kustomization]);
  });

  test("nothing, for a file that belongs to neither", () => {
    expect(renderPlans(write("deployment.yaml"))).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")("running it", () => {
  const plans = () => renderPlans(write("prod/kustomization.yaml"));

  test("gives what the tool prints", async () => {
    tool("kustomize", 'echo "kind: Deployment # $1 $2"');
    const { text, plan } = await render(plans(), never);
    expect(text).toBe(`kind: Deployment # build ${join(folder, "prod")}\n`);
    expect(plan.tool).toBe("kustomize");
  });

  test("takes kubectl where kustomize is missing", async () => {
    tool("kubectl", 'echo "by $1"');
    expect(await render(plans(), never)).toMatchObject({ text: "by kustomize\n", plan: { tool: "kubectl" } });
  });

  test("says which tools are missing", async () => {
    process.env.PATH = join(folder, "nowhere");
    await expect(render(plans(), never)).rejects.toMatchObject({ kind: "missing-tool", tool: "kustomize, kubectl" });
  });

  test("repeats what the tool complains of", async () => {
    tool("kustomize", "echo first >&2; echo 'Error: no such file' >&2; exit 1");
    await expect(render(plans(), never)).rejects.toMatchObject({ kind: "failed", message: "Error: no such file" });
  });

  test("ends with its signal", async () => {
    tool("kustomize", "exec sleep 20");
    const stop = new AbortController();
    const running = render(plans(), stop.signal);
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
  });
});
