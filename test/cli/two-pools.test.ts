import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, bundledCli, type Cli, fixtures, members } from "./support.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => cli.dispose());

const file = "pair.yaml";
const half = readFileSync(join(fixtures, file), "utf8").split("---\n")[0] ?? "";

describe("a file of prefill and decode workloads", () => {
  it("is simulated as one deployment, and the pool that limits it is named", async () => {
    const { stdout, code } = await cli.run(["simulate", "--format", "json", file, "--requests", "200", "--rate", "20"]);
    expect(code).toBe(0);
    const one = at(JSON.parse(stdout), "cases", 0);
    expect(at(one, "gpus")).toBe(3);
    expect(at(one, "layout")).toBe("2 prefill of 1 GPU, 1 decode of 1 GPU");
    expect(at(one, "bottleneck", "resource")).toBe("max-num-seqs");
    expect(String(at(one, "bottleneck", "sentence"))).toContain("in the decode pool");
    expect(at(one, "summary", "requests")).toBe(200);
    // They wait for one of eight places, whatever the prefill pool does.
    expect(Number(at(one, "summary", "queueSeconds", "p50"))).toBeGreaterThan(0.5);
  });

  it("is told for people too, with the steps of each pool", async () => {
    const { stdout } = await cli.run(["simulate", file, "--requests", "100", "--rate", "1"]);
    expect(stdout).toContain("prefill 1 GPU");
    expect(stdout).toContain("decode 1 GPU");
  });

  it("is estimated with the way of the cache between its pools", async () => {
    const { stdout } = await cli.run(["estimate", "--format", "json", file]);
    const pair = at(JSON.parse(stdout), "cases", 0);
    expect(members(pair)).not.toContain("error");
    const { stdout: lone } = await cli.run(["estimate", "--format", "json", "fits.yaml"]);
    const mixed = at(JSON.parse(lone), "cases", 0);
    expect(Number(at(pair, "summary", "ttftSeconds", "mean"))).toBeGreaterThan(Number(at(mixed, "summary", "ttftSeconds", "mean")));
  });

  it("is refused in words where one of the two is missing", async () => {
    for (const command of ["simulate", "estimate"]) {
      const { stdout } = await cli.run([command, "--format", "json", "-"], { stdin: half });
      expect(at(JSON.parse(stdout), "cases", 0, "error")).toEqual({
        code: "missing",
        message: "The deployment has a prefill pool, but no decode pool.",
      });
    }
  });
});
