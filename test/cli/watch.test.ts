import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultDemoRun, demoRunOf } from "../../src/demo/demo-run.ts";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { testCatalog } from "../support/catalog.ts";
import { at, bundledCli, type Cli, fixtures, lines, members } from "./support.ts";

let cli: Cli;
let folder: string;
let demo: DemoServer;
let slow: DemoServer;
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-watch-"));
  demo = await startDemo({ ...defaultDemoRun(testCatalog()), speed: 20 });
  slow = await startDemo(demoRunOf(readFileSync(join(fixtures, "fits.yaml"), "utf8"), "fits.yaml", testCatalog()));
});
afterAll(async () => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
  await demo.close();
  await slow.close();
});

/** A server that answers everything alike, and what came in with each request. */
async function serving(status: number, body: string): Promise<{ readonly url: string; readonly keys: string[]; close(): void }> {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization ?? "");
    response.writeHead(status, { "content-type": "text/plain" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, keys, close: () => void server.close() };
}

/** A line without what a recording adds, and without its time, which the terminal may show a little later. */
function printedPart(line: unknown): unknown {
  return Object.fromEntries(
    ["state", "server", "metrics", "engines"].filter((name) => members(line).includes(name)).map((name) => [name, at(line, name)]),
  );
}

describe("watch --format jsonl", () => {
  it("gives one line for --once with every member of the interface", async () => {
    const { stdout, code } = await cli.run(["watch", demo.url, "--once", "--format", "jsonl"]);
    expect(code).toBe(0);
    const [line, ...more] = lines(stdout);
    expect(more).toEqual([]);
    expect(members(line)).toEqual(["metrics", "server", "state", "time"]);
    expect(at(line, "server")).toEqual({ kind: "vllm", version: "0.11.0", model: "meta-llama/Llama-3.3-70B-Instruct", engines: 1 });
    const metrics = at(line, "metrics");
    for (const name of [
      "requests_running",
      "requests_waiting",
      "kv_cache_usage",
      "prompt_tokens_per_second",
      "generation_tokens_per_second",
      "requests_per_second",
      "preemptions_total",
      "prefix_cache_hit_rate",
      "ttft_seconds",
      "itl_seconds",
      "e2e_seconds",
    ]) {
      expect(members(metrics)).toContain(name);
    }
    expect(members(at(metrics, "ttft_seconds"))).toEqual(["count", "mean", "p50", "p90", "p95", "p99"]);
  });

  it("gives a line a scrape, rates from the second on, and records them", async () => {
    const record = join(folder, "record.jsonl");
    const args = [
      "watch",
      demo.url,
      "--format",
      "jsonl",
      "--interval",
      "300ms",
      "--duration",
      "1600ms",
      "--record",
      record,
      "--per-engine",
    ];
    const { stdout, code } = await cli.run(args);
    expect(code).toBe(0);
    const told = lines(stdout);
    expect(told.length).toBeGreaterThanOrEqual(3);
    // Each recorded line is the line that was printed, with its look and, once, what it is of.
    const recorded = lines(readFileSync(record, "utf8"));
    expect(recorded.map(printedPart)).toEqual(told.map(printedPart));
    expect(recorded.map((line) => members(line).includes("look"))).toEqual(told.map(() => true));
    expect(at(recorded[0], "recording")).toMatchObject({ version: 1, source: "metrics-url", name: `${demo.url}/metrics` });
    expect(at(told[0], "metrics", "prompt_tokens_per_second")).toBeNull();
    expect(Number(at(told[2], "metrics", "prompt_tokens_per_second"))).toBeGreaterThan(0);
    expect(at(told[2], "server", "version")).toBe("0.11.0");
    expect(at(told[0], "engines", 0, "engine")).toBe("0");
    const times = told.map((line) => Number(at(line, "time")));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("watches several servers, each line with its address", async () => {
    const { stdout } = await cli.run(["watch", demo.url, slow.url, "--once", "--format", "jsonl"]);
    expect(
      lines(stdout)
        .map((line) => String(at(line, "url")))
        .sort(),
    ).toEqual([`${demo.url}/metrics`, `${slow.url}/metrics`].sort());
  });

  it.each([["--once"], ["--duration=1s"]])(
    "goes on with those that answer where one of several does not, and ends with 4 (%s)",
    async (how) => {
      const { stdout, stderr, code } = await cli.run([
        "watch",
        demo.url,
        "http://127.0.0.1:9",
        how,
        "--format",
        "jsonl",
        "--interval",
        "300ms",
      ]);
      expect(code).toBe(4);
      expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:9\/metrics: Nothing listens/);
      expect(lines(stdout).length).toBeGreaterThanOrEqual(how === "--once" ? 1 : 3);
      expect(lines(stdout).every((line) => at(line, "url") === `${demo.url}/metrics`)).toBe(true);
    },
  );

  it("takes several servers for one fleet where asked to", async () => {
    const args = ["--fleet", "--format", "jsonl", "--interval", "300ms", "--duration", "1200ms", "--per-engine"];
    const { stdout, code } = await cli.run(["watch", demo.url, slow.url, ...args]);
    expect(code).toBe(0);
    const last = lines(stdout).at(-1);
    expect(at(last, "server", "engines")).toBe(2);
    const sum = [0, 1].map((engine) => Number(at(last, "engines", engine, "requests_running"))).reduce((a, b) => a + b);
    expect(at(last, "metrics", "requests_running")).toBe(sum);
  });

  it("compares with what a file predicts for the measured load", async () => {
    const args = ["watch", slow.url, "--format", "jsonl", "--interval", "500ms", "--duration", "3s", "--compare", "fits.yaml"];
    const { stdout, stderr, code } = await cli.run(args);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const last = lines(stdout).at(-1);
    expect(at(last, "comparison", 0)).toMatchObject({ metric: "ttft_p50", unit: "s" });
    expect(at(last, "after")).toBeNull();
    expect(at(last, "gap")).toMatchObject({ cause: expect.any(String), sentence: expect.any(String) });
    expect(at(last, "standing", "points")).not.toHaveLength(0);
    expect(at(last, "drift")).toContainEqual(expect.objectContaining({ setting: "model", verdict: "equal" }));
    expect(at(last, "drift")).toContainEqual(expect.objectContaining({ setting: "version", server: "0.19.0", from: "/version" }));
  });
});

describe("watch: people and failures", () => {
  it("prints a readable line a scrape", async () => {
    const { stdout, code } = await cli.run(["watch", demo.url, "--interval", "300ms", "--duration", "900ms"]);
    expect(code).toBe(0);
    const [head = "", first = "", ...more] = stdout.trimEnd().split("\n");
    expect(head).toMatch(/^time +state +run +wait +KV +in tok\/s +out tok\/s +req\/s +TTFT p95 +ITL p95 +E2E p95$/);
    expect(first).toMatch(/^\d\d:\d\d:\d\d {2}live +\d+ +\d+ +[\d.]+ %$/);
    expect(more.find((line) => /^\d\d:/.test(line))).toMatch(/ [\d.]+ m?s +[\d.]+ m?s +[\d.]+ s$/);
    expect(more.join("\n")).toMatch(/requests, [\d.]+ req\/s, output [\d,]+ tok\/s\n +mean +p50 +p95 +p99\n +TTFT /);
    for (const line of [head, first, ...more]) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([[["--once"]], [["--duration", "5s"]]])("ends with 4 where nothing listens: %j", async (more) => {
    const { code, stderr } = await cli.run(["watch", "http://127.0.0.1:9", ...more]);
    expect(code).toBe(4);
    expect(stderr).toContain("http://127.0.0.1:9/metrics");
  });

  it.each([
    ["a key is missing", 401, "Unauthorized", "Needs a key"],
    ["the page is HTML", 200, "<!doctype html><html><body>Sign in</body></html>", ""],
    ["the page is cut off", 200, "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{mo", ""],
  ])("ends with 4 where %s, looking once or longer", async (_, status, body, words) => {
    const server = await serving(status, body);
    try {
      for (const more of [["--once"], ["--duration", "5s"]]) {
        const { code, stderr } = await cli.run(["watch", server.url, ...more]);
        expect(code).toBe(4);
        expect(stderr).toContain(words);
      }
    } finally {
      server.close();
    }
  });

  it("goes on over a restart and says so", async () => {
    const faulty = await startDemo({ ...defaultDemoRun(testCatalog()), speed: 20, fault: "restart-at=3" });
    try {
      const { stdout, code } = await cli.run(["watch", faulty.url, "--format", "jsonl", "--interval", "300ms", "--duration", "8s"]);
      expect(code).toBe(0);
      const states = lines(stdout).map((line) => at(line, "state"));
      expect(states).toContain("lost");
      expect(states).toContain("restarted");
      expect(states.indexOf("lost")).toBeLessThan(states.indexOf("restarted"));
    } finally {
      await faulty.close();
    }
  });

  it("sends the key of the environment or of stdin, and never shows it", async () => {
    const server = await serving(403, "no");
    try {
      const first = await cli.run(["watch", server.url, "--once"], { env: { INFERENCE_LENS_TOKEN: "secret-1" } });
      const second = await cli.run(["watch", server.url, "--once", "--token-stdin"], {
        stdin: "secret-2\n",
        env: { INFERENCE_LENS_TOKEN: "" },
      });
      expect(server.keys).toEqual(["Bearer secret-1", "Bearer secret-2"]);
      for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toContain("secret");
    } finally {
      server.close();
    }
  });

  it.each([
    ["an address that is none", ["watch", "ftp://host/metrics", "--once"]],
    ["an interval that is none", ["watch", "8000", "--interval", "often"]],
    ["comparing one look", ["watch", "8000", "--once", "--compare", "fits.yaml"]],
    ["comparing with nothing", ["watch", "8000", "--compare", "folder/values.yaml"]],
    ["a record that cannot be written", ["watch", "8000", "--once", "--record", "/dev/null/x"]],
    ["no address", ["watch"]],
  ])("ends with 2 for %s", async (_, args) => {
    expect(await cli.run(args)).toMatchObject({ code: 2 });
  });

  it("ends at Ctrl-C with what was seen", async () => {
    const child = cli.start(["watch", demo.url, "--interval", "200ms", "--format", "jsonl"]);
    await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  });
});

describe("demo", () => {
  it("serves until it is stopped, and speaks as the version asked for", async () => {
    const child = cli.start(["demo", "--port", "0", "--speed", "5", "--engine-version", "0.20.0", "--engines", "2"]);
    const first = await new Promise<string>((resolve) => child.stdout?.setEncoding("utf8").once("data", resolve));
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(first)?.[0] ?? "";
    expect(await (await fetch(`${url}/version`)).json()).toEqual({ version: "0.20.0" });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('engine="1"');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it("plays a file's own deployment", async () => {
    const child = cli.start(["demo", "fits.yaml", "--port", "0"]);
    const first = await new Promise<string>((resolve) => child.stdout?.setEncoding("utf8").once("data", resolve));
    expect(first).toContain("llama-8b");
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  });

  it.each([
    ["a file without deployments", ["demo", "folder/values.yaml"], 2],
    ["a GPU that is not known", ["demo", "wrong.yaml"], 2],
    ["what does not fit", ["demo", "overflow.yaml"], 3],
    ["an unknown fault", ["demo", "--fault", "moody", "--port", "0"], 2],
    ["another server", ["demo", "--server", "ollama"], 2],
    ["a port that is none", ["demo", "--port", "70000"], 2],
  ])("refuses %s", async (_, args, code) => {
    expect(await cli.run(args)).toMatchObject({ code });
  });

  it("says when its port is taken", async () => {
    const { code, stderr } = await cli.run(["demo", "--port", String(demo.port)]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Port ${demo.port} is taken`);
  });
});

describe("watch of a page that is not all sense", () => {
  it("tells what was left out, once, and goes on", async () => {
    const page = '# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine="0"} 3\nthis is no sample\n';
    const server = await serving(200, page);
    const { stdout, stderr, code } = await cli.run(["watch", server.url, "--format", "jsonl", "--duration", "1s", "--interval", "300ms"]);
    server.close();
    expect(code).toBe(0);
    expect(lines(stdout).length).toBeGreaterThan(1);
    expect(at(at(lines(stdout)[0], "metrics"), "requests_running")).toBe(3);
    expect(stderr.split("\n").filter((line) => line.includes("line 3"))).toHaveLength(1);
  });
});
