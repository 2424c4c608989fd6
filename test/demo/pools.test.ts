import { describe, expect, it } from "vitest";
import { playedRun } from "../../src/demo/demo-run.ts";
import { startDemoFleet } from "../../src/demo/fleet.ts";
import { asWritten, type Injection, injected, simulated } from "../../src/demo/inject.ts";
import { runLog } from "../../src/demo/run-log.ts";
import { plain } from "../../src/deployment/message.ts";
import { parseMetrics } from "../../src/live/page/metrics-text.ts";
import { asServed } from "../../src/live/prediction/explain/as-served.ts";
import { sglangServerInfo } from "../../src/live/running/sglang.ts";
import { serverOf } from "../../src/live/running/told-part.ts";
import { measuredWorkload } from "../../src/live/workload/measured-workload.ts";
import { TimelineLog } from "../../src/simulation/timeline/timeline-log.ts";
import { type Planned, planned, played } from "./played-server.ts";

const h100 = { gpu: "H100-SXM-80GB", gpusPerNode: 8, nodes: 1, model: "Qwen/Qwen3-32B" };
const pools = [
  { role: "prefill", instances: 2, parallel: { tensor: 2 } },
  { role: "decode", instances: 1, parallel: { tensor: 4 } },
];
const vllm = planned({ ...h100, engine: "vllm", engineVersion: "0.11.0", pools }, { load: 0.4, requests: 500 });
const sglang = planned({ ...h100, engine: "sglang", engineVersion: "0.5.10", pools }, { load: 0.4, requests: 500 });

function runOf({ settled, workload }: Planned, faults: readonly Injection[] = []) {
  const timeline = new TimelineLog();
  const played = faults.reduce(injected, asWritten(settled, workload));
  const { report, error } = simulated(played, 1, { timeline });
  if (!report) throw new Error(error.message);
  return playedRun(played.settled, report, runLog(timeline.taken()));
}

describe("pools that work together, played", () => {
  it("are a server each, at ports next to each other, with what its pool has", async () => {
    const run = runOf(sglang);
    const fleet = await startDemoFleet({ ...run, speed: 1000 });
    try {
      expect(fleet.address).toMatch(/^prefill=http:\/\/127\.0\.0\.1:\d+ prefill=http:\S+ decode=http:\S+$/);
      const pages = await Promise.all(fleet.servers.map(async ({ url }) => parseMetrics(await (await fetch(`${url}/metrics`)).text())));
      const roles = pages.map(({ families }) => families.get("sglang:num_running_reqs")?.samples[0]?.labels.engine_type);
      expect(roles).toEqual(["prefill", "prefill", "decode"]);
      const tokens = pages.map(({ families }) => families.get("sglang:max_total_num_tokens")?.samples[0]?.value);
      const [prefill, decode] = sglang.plans.map(({ kvCacheTokens }) => kvCacheTokens);
      expect(tokens).toEqual([prefill, prefill, decode]);
      const info: unknown = await (await fetch(`${fleet.servers[2]?.url}/get_server_info`)).json();
      expect(info).toMatchObject({ disaggregation_mode: "decode", tp_size: 4 });
    } finally {
      await fleet.close();
    }
  });

  it("of one server have its address alone", async () => {
    const { members: _, ...run } = runOf(sglang);
    const fleet = await startDemoFleet(run);
    expect(fleet.address).toBe(fleet.servers[0]?.url);
    await fleet.close();
  });

  it.each([
    ["vLLM", vllm],
    ["SGLang", sglang],
  ])("count each request once together: %s", (_, plan) => {
    const series = played(plan, [], 1);
    const window = series.window(Number.POSITIVE_INFINITY);
    const load = measuredWorkload(window, series.points);
    if (!window || typeof load === "string") throw new Error(String(load));
    const { ratePerSecond, requests } = plan.workload;
    expect(load.ratePerSecond / (ratePerSecond ?? 0)).toBeGreaterThan(0.85);
    expect(load.ratePerSecond / (ratePerSecond ?? 0)).toBeLessThan(1.15);
    const mean = requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0) / requests.length;
    expect(load.promptTokensMean / mean).toBeGreaterThan(0.8);
    expect(load.promptTokensMean / mean).toBeLessThan(1.2);
    expect(window.last.perRole?.map(({ role, members }) => [role, members])).toEqual([
      ["decode", 1],
      ["prefill", 2],
    ]);
    // What a client waits is known to SGLang's decode server, and to none of vLLM's.
    expect(window.growth.histograms.ttft_seconds !== undefined).toBe(plan === sglang);
  });
});

describe("pools as they are served", () => {
  it("have each their own cache, and the gap says whose differs", () => {
    const series = played(vllm, ["half-kv"], 1);
    const window = series.window(Number.POSITIVE_INFINITY);
    if (!window) throw new Error("no window");
    const { settled, plans } = vllm;
    const served = asServed({ settled, plans, window, points: series.points, server: null });
    expect(served.isCacheTold).toBe(true);
    expect(served.settled.pools.map(({ observed }) => observed.kvCacheBlocks)).toEqual(
      plans.map((plan) => Math.floor(plan.kvCacheBlocks / 2)),
    );
    expect(served.differences.map(({ cause, evidence }) => [cause, plain(evidence).replace(/\d[\d,]*/g, "#")])).toEqual([
      ["kv-cache", "Decode servers: The KV cache holds # tokens, # were planned"],
      ["kv-cache", "Prefill servers: The KV cache holds # tokens, # were planned"],
    ]);
  });

  it("have the limits of the server that was asked only where it does the same", () => {
    const series = played(sglang, [], 1);
    const window = series.window(Number.POSITIVE_INFINITY);
    if (!window) throw new Error("no window");
    const told = sglangServerInfo({ disaggregation_mode: "decode", max_running_requests: 7, tp_size: 4 });
    const { settled, plans } = sglang;
    const served = asServed({ settled, plans, window, points: series.points, server: serverOf("sglang", [told]) });
    expect(served.settled.pools.map(({ settings }) => settings.maxNumSeqs === 7)).toEqual([false, true]);
    expect(served.differences.map(({ evidence }) => plain(evidence))).toEqual([
      expect.stringMatching(/^Decode servers: 7 requests may run at once, .* are planned$/),
    ]);
  });
});
