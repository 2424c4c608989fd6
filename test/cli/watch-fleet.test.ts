import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoRunOf } from "../../src/demo/demo-run.ts";
import { startDemoFleet } from "../../src/demo/fleet.ts";
import { type DemoServer, startDemo } from "../../src/demo/server.ts";
import { handReport, steadyRequests } from "../demo/hand-report.ts";
import { testCatalog } from "../support/catalog.ts";
import { at, bundledCli, type Cli, fixtures, lines } from "./support.ts";

let cli: Cli;
const servers: DemoServer[] = [];
beforeAll(async () => {
  cli = await bundledCli();
  const report = handReport(steadyRequests(200, 0.1));
  const gone = await startDemo({ report });
  nobody = new URL(gone.url).host;
  await gone.close();
  for (const engines of [1, 2]) servers.push(await startDemo({ report, engines, speed: 5, model: "acme/chat-8b" }));
});
afterAll(async () => {
  cli.dispose();
  for (const server of servers) await server.close();
});

const urls = () => servers.map(({ url }) => url);
/** Where a server was, and nothing listens any more. */
let nobody: string;

describe("watch --fleet", () => {
  it("gives one line for all, once, since the servers' start", async () => {
    const { stdout, code } = await cli.run(["watch", ...urls(), "--fleet", "--once", "--per-engine", "--format", "jsonl"]);
    expect(code).toBe(0);
    const all = lines(stdout);
    expect(all).toHaveLength(1);
    expect(at(all[0], "server")).toMatchObject({ kind: "vllm", model: "acme/chat-8b", engines: 3 });
    const engines = at(all[0], "engines");
    const [first, second] = urls().map((url) => new URL(url).host);
    expect(Array.isArray(engines) && engines.map((engine) => at(engine, "engine"))).toEqual([`${first}/0`, `${second}/0`, `${second}/1`]);
    const total = at(all[0], "metrics", "generation_tokens_total");
    const each = Array.isArray(engines) ? engines.map((engine) => Number(at(engine, "generation_tokens_total"))) : [];
    expect(total).toBe(each.reduce((a, b) => a + b, 0));
  });

  it("names who does not answer, and goes on with the others", async () => {
    const { stdout, code } = await cli.run([
      "watch",
      ...urls(),
      nobody,
      "--fleet",
      "--duration",
      "2s",
      "--interval",
      "400ms",
      "--format",
      "jsonl",
    ]);
    expect(code).toBe(0);
    const all = lines(stdout);
    expect(all.length).toBeGreaterThan(2);
    for (const line of all) expect(at(line, "missing")).toEqual([nobody]);
    expect(at(all.at(-1), "metrics", "generation_tokens_per_second")).toBeGreaterThan(0);
  });

  it("ends with 4 where nobody answers", async () => {
    const { stderr, code } = await cli.run(["watch", nobody, `${nobody}/x/metrics`, "--fleet", "--once"]);
    expect(code).toBe(4);
    expect(stderr).toContain("/metrics: Nothing listens there (connection refused): start the server, or check the port (and 1 more)");
  });
});

describe("watch on pools that work together", () => {
  it("takes the addresses that the demo prints, and counts each request once", { timeout: 120_000 }, async () => {
    const path = join(fixtures, "pair.yaml");
    const run = demoRunOf(readFileSync(path, "utf8"), "pair.yaml", testCatalog(), undefined, { inject: ["half-kv"] });
    const fleet = await startDemoFleet({ ...run, speed: 20 });
    try {
      expect(fleet.address).toMatch(/^prefill=http:\S+ prefill=http:\S+ decode=http:\S+$/);
      const watch = ["watch", ...fleet.address.split(" "), "--fleet"];
      const { stdout, code } = await cli.run([...watch, "--duration", "4s", "--interval", "500ms", "--compare", path]);
      expect(code, stdout).toBe(0);
      // No server of vLLM's pairs knows what a client waits.
      expect(stdout).toMatch(/^ {2}TTFT p50 .* not offered +unknown$/m);
      expect(stdout).toMatch(/^ {2}KV cache tokens .* different$/m);
      const once = await cli.run([...watch, "--once", "--format", "jsonl"]);
      const [all] = lines(once.stdout);
      expect(at(all, "server")).toMatchObject({ kind: "vllm", engines: 3 });
      const page = await (await fetch(`${fleet.servers[2]?.url}/metrics`)).text();
      const finished = Number(/^vllm:request_success_total\{[^}]*finished_reason="stop"[^}]*\} (\S+)/m.exec(page)?.[1]);
      // Asked a moment before: the decode server alone has no fewer.
      expect(Number(at(all, "metrics", "request_success_total"))).toBeGreaterThan(0);
      expect(Number(at(all, "metrics", "request_success_total"))).toBeLessThanOrEqual(finished);
    } finally {
      await fleet.close();
    }
  });
});
