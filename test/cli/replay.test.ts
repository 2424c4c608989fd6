import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultDemoRun } from "../../src/demo/demo-run.ts";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { captureRoot } from "../live/page/captures.ts";
import { testCatalog } from "../support/catalog.ts";
import { at, bundledCli, type Cli, fixtures, lines, members } from "./support.ts";

let cli: Cli;
let folder: string;
let demo: DemoServer;
let recording: string;
let printed: string;
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-replay-"));
  demo = await startDemo({ ...defaultDemoRun(testCatalog()), speed: 20 });
  recording = join(folder, "run.jsonl");
  const args = ["--format", "jsonl", "--interval", "200ms", "--duration", "3s", "--per-engine", "--record", recording];
  printed = (await cli.run(["watch", demo.url, ...args])).stdout;
}, 30_000);
afterAll(async () => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
  await demo.close();
});

function replay(path: string, ...more: string[]) {
  return cli.run(["watch", "--replay", path, ...more]);
}

describe("watch --replay", () => {
  it("prints what was printed when it was recorded, to the last digit", async () => {
    const { stdout, stderr, code } = await replay(recording, "--format", "jsonl", "--per-engine");
    expect([code, stderr]).toEqual([0, ""]);
    expect(lines(stdout)).toEqual(lines(printed));
  });

  it("keeps the pace that is asked for", async () => {
    const began = performance.now();
    const { stdout } = await replay(recording, "--speed", "2", "--format", "jsonl");
    const seconds = (performance.now() - began) / 1000;
    expect(lines(stdout).length).toBe(lines(printed).length);
    // 3 s of looks at twice the speed.
    expect(seconds).toBeGreaterThan(1.1);
  });

  it("stops after a time of its own, looks once at its end, and records it anew", async () => {
    const half = await replay(recording, "--duration", "1s", "--format", "jsonl");
    const times = lines(half.stdout).map((line) => Number(at(line, "time")));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(1);
    const last = await replay(recording, "--once", "--format", "jsonl");
    expect(at(lines(last.stdout)[0], "time")).toBe(at(lines(printed).at(-1), "time"));
    const again = join(folder, "again.jsonl.gz");
    await replay(recording, "--record", again);
    expect(lines((await replay(again, "--format", "jsonl", "--per-engine")).stdout)).toEqual(lines(printed));
  });

  it("skips what is damaged and says where", async () => {
    const path = join(folder, "damaged.jsonl");
    const [first = "", second = "", ...others] = readFileSync(recording, "utf8").trimEnd().split("\n");
    writeFileSync(path, [first, second.slice(0, 99), "", ...others.slice(0, -1), others.at(-1)?.slice(0, 50)].join("\n"));
    const { stdout, stderr, code } = await replay(path, "--format", "jsonl");
    expect(code).toBe(0);
    expect(lines(stdout).length).toBe(others.length);
    expect(stderr).toContain(`${path}: line 2 is skipped: no JSON object: cut off or damaged`);
    expect(stderr).toContain(`line ${others.length + 3} is skipped`);
  });

  it("plays lines of --format jsonl as far as they tell, and says what is missing", async () => {
    const path = join(folder, "printed.jsonl");
    writeFileSync(path, printed);
    const { stdout, stderr, code } = await replay(path, "--format", "jsonl");
    expect(code).toBe(0);
    const [mine, theirs] = [lines(stdout), lines(printed)];
    expect(mine.map((line) => at(line, "metrics", "requests_running"))).toEqual(
      theirs.map((line) => at(line, "metrics", "requests_running")),
    );
    expect(at(mine[1], "metrics", "ttft_seconds")).toBeNull();
    expect(at(mine[1], "server", "version")).toBe("0.11.0");
    expect(stderr).toContain("was written without histograms");
  });

  it("plays a folder of saved pages, and compares with what a file predicts", async () => {
    const pages = join(folder, "pages");
    mkdirSync(pages);
    for (const name of ["sim-001-1795221268", "sim-006-1795221289", "sim-015-1795221325"]) {
      copyFileSync(`${captureRoot}llm-d-inference-sim/${name}.prom`, join(pages, `${name}.prom`));
    }
    const { stdout, code } = await replay(pages, "--format", "jsonl", "--compare", "fits.yaml");
    expect(code).toBe(0);
    expect(
      lines(stdout)
        .slice(0, 3)
        .map((line) => at(line, "time")),
    ).toEqual([1795221268, 1795221289, 1795221325]);
    expect(members(lines(stdout).at(-1))).toContain("comparison");
  });

  it("ends with 1 where a script asks for it and a limit is missed or a look had no answer", async () => {
    const strict = join(folder, "strict.yaml");
    const fits = readFileSync(join(fixtures, "fits.yaml"), "utf8");
    writeFileSync(strict, fits.replace("slo.ttft=500ms", "slo.ttft=1ms"));
    writeFileSync(join(folder, "easy.yaml"), fits.replace("slo.ttft=500ms slo.tpot=50ms", "slo.ttft=100s"));
    const missed = await replay(recording, "--compare", strict, "--fail-on", "slo");
    expect([missed.code, missed.stderr]).toEqual([1, "Ends with 1: slo.\n"]);
    expect((await replay(recording, "--compare", join(folder, "easy.yaml"), "--fail-on", "slo,lost")).code).toBe(0);
    expect((await replay(recording, "--compare", strict)).code).toBe(0);
    const path = join(folder, "lost.jsonl");
    writeFileSync(path, `${readFileSync(recording, "utf8")}{"time":99999999999,"look":{"kind":"none","why":"lost"}}\n`);
    expect((await replay(path, "--fail-on", "lost")).code).toBe(1);
  });

  it("plays several servers of one file, each by its address", async () => {
    const path = join(folder, "both.jsonl");
    const other = await startDemo({ ...defaultDemoRun(testCatalog()), speed: 5 });
    try {
      const args = ["--format", "jsonl", "--interval", "200ms", "--duration", "1s", "--record", path];
      await cli.run(["watch", demo.url, other.url, ...args]);
    } finally {
      await other.close();
    }
    const { stdout } = await replay(path, "--format", "jsonl");
    expect([...new Set(lines(stdout).map((line) => String(at(line, "url"))))].sort()).toEqual(
      [`${demo.url}/metrics`, `${other.url}/metrics`].sort(),
    );
  });

  it("holds no user, key or query of the address that was asked", async () => {
    const path = join(folder, "secret.jsonl");
    const secret = `${demo.url.replace("http://", "http://reader:hidden-1@")}/metrics?key=hidden-2`;
    const args = ["--interval", "200ms", "--duration", "1s", "--record", path];
    const { stdout, stderr, code } = await cli.run(["watch", secret, ...args], { env: { INFERENCE_LENS_TOKEN: "hidden-3" } });
    expect(code).toBe(0);
    expect(readFileSync(path, "utf8").length).toBeGreaterThan(1000);
    for (const text of [stdout, stderr, readFileSync(path, "utf8")]) expect(text).not.toMatch(/hidden-|reader/);
  });

  it("leaves a compressed file that can be played when it is killed", async () => {
    const path = join(folder, "killed.jsonl.gz");
    const child = cli.start(["watch", demo.url, "--interval", "100ms", "--record", path]);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    const { stdout, code } = await replay(path, "--format", "jsonl");
    expect(code).toBe(0);
    expect(lines(stdout).length).toBeGreaterThan(5);
  });

  it.each([
    ["a file that is not there", ["--replay", "none.jsonl"]],
    ["a file without looks", ["--replay", "fits.yaml"]],
    ["a folder without pages", ["--replay", "folder"]],
    ["an address beside it", ["8000", "--replay", "fits.yaml"]],
    ["a speed without it", ["8000", "--speed", "2"]],
    ["a failure that is none", ["--replay", "x", "--fail-on", "rain"]],
    ["limits without a file that has some", ["--replay", "x", "--fail-on", "slo"]],
    ["a speed that is none", ["--replay", "x", "--speed", "fast"]],
  ])("ends with 2 for %s", async (_, args) => {
    const { code, stderr } = await cli.run(["watch", ...args]);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/\bat .*\(/);
  });

  it("ends quietly where its reader has seen enough", async () => {
    const child = cli.start(["watch", demo.url, "--interval", "100ms", "--format", "jsonl"]);
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (part: string) => {
      stderr += part;
    });
    await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    child.stdout?.destroy();
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    expect(stderr).toBe("");
  });
});
