import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli } from "./support.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => cli.dispose());

async function swept(args: readonly string[]): Promise<unknown> {
  const { stdout, stderr, code } = await cli.run(["sweep", "--format", "json", "--requests", "200", ...args]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return at(JSON.parse(stdout), "cases", 0);
}

function pointsOf(sweep: unknown): readonly unknown[] {
  const points = at(sweep, "points");
  return Array.isArray(points) ? points : [];
}

describe("sweep", () => {
  it("goes over the rate and says where limits and queue turn", async () => {
    const sweep = await swept(["fits.yaml", "--rate", "5", "--points", "14"]);
    expect(at(sweep, "id")).toBe("llama-8b");
    expect(at(sweep, "kind")).toBe("rate");
    const points = pointsOf(sweep);
    expect(points.length).toBeLessThanOrEqual(14);
    const rates = points.map((point) => Number(at(point, "x")));
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect(rates).toContain(5);
    expect(points.filter((point) => at(point, "isFile"))).toHaveLength(1);
    expect(points.some((point) => at(point, "saturated") === true)).toBe(true);
  });

  it("serves the load with every layout of the same GPUs", async () => {
    const points = pointsOf(await swept(["fits.yaml", "--kind", "layouts", "--set", "tensor-parallel-size=4"]));
    const file = points.filter((point) => at(point, "isFile"));
    expect(file.map((point) => at(point, "name"))).toEqual(["TP 4"]);
    expect(points.map((point) => at(point, "name"))).toContain("TP 2 × PP 2");
    for (const point of points) if (at(point, "problem") === null) expect(Number(at(point, "values", "kv-tokens"))).toBeGreaterThan(0);
  });

  it("prints the same as CSV, a line a point", async () => {
    const { stdout, code } = await cli.run([
      "sweep",
      "fits.yaml",
      "--kind",
      "chunk",
      "--points",
      "4",
      "--requests",
      "100",
      "--format",
      "csv",
    ]);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(head).toBe("deployment,series,x,name,is_file,ttft,tpot,output,e2e,attainment,holds,saturated,problem");
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(row.split(",")).toHaveLength(13);
  });

  it("says what makes no sense for a deployment", async () => {
    const { stdout, code } = await cli.run(["sweep", "fits.yaml", "--kind", "shift-threshold"]);
    expect(stdout).toContain("The deployment has no sequence parallelism.");
    expect(code).toBe(2);
  });
});

describe("simulate --advise", () => {
  it("tells the change that helps most, tried on the file, with its edits", async () => {
    const args = ["simulate", "fits.yaml", "--advise", "--no-bands", "--requests", "300", "--rate", "60", "--format", "json"];
    const { stdout } = await cli.run(args);
    const advice = at(JSON.parse(stdout), "cases", 0, "advice");
    expect(Number(at(advice, "tried"))).toBeGreaterThan(3);
    const helping = at(advice, "helping");
    if (!Array.isArray(helping)) throw new Error("no list");
    expect(helping.length).toBeGreaterThan(0);
    expect(String(at(helping[0], "title"))).not.toBe("");
    expect(at(helping[0], "burden")).toMatch(/^(none|quality|gpus)$/);
  });

  it("is for files alone", async () => {
    const { code, stderr } = await cli.run(["simulate", "--cases", "-", "--advise"], { stdin: "" });
    expect(code).toBe(2);
    expect(stderr).toContain("--advise tries changes of a file");
  });
});
