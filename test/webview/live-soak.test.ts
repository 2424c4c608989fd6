import type { CDPSession } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Workshop } from "./support/workshop.ts";

const day = 86_400;
const warmUp = 20_000;
/** What the browser itself may keep of a hundred thousand messages. */
const allowedMB = 4;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

it("a day at one sample a second leaves no more in memory than its first hours", async () => {
  await workshop.withPage("live", "live", {}, async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.evaluate(feed, warmUp);
    const before = await heapMB(session);
    const elements = await page.evaluate(() => document.querySelectorAll("*").length);
    await page.evaluate(feed, day - warmUp);
    const after = await heapMB(session);
    console.log(`heap after ${warmUp} samples ${before.toFixed(1)} MB, after ${day} ${after.toFixed(1)} MB`);
    expect(after - before).toBeLessThan(allowedMB);
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThanOrEqual(elements + 10);
    expect(await page.evaluate(() => Number(document.body.dataset.points))).toBeLessThanOrEqual(8192);
    expect(await page.locator("h2").first().innerText()).toMatch(/^All 2[34]\u00a0h/);
  });
}, 180_000);

async function heapMB(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize / 2 ** 20;
}

/** Sends samples as a host does, with the histograms of a real page, and waits until the page took them all. */
async function feed(count: number): Promise<void> {
  const bounds = [0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, Number.POSITIVE_INFINITY];
  const words = ["ttft_seconds", "itl_seconds", "tpot_seconds", "e2e_seconds", "request_prompt_tokens", "request_generation_tokens"];
  const first = Number(document.body.dataset.lastTime);
  const quantiles = { count: 9, mean: 0.11, p50: 0.1, p90: 0.2, p95: 0.3, p99: 0.4, firstBound: 0.02 };
  for (let i = 1; i <= count; i++) {
    const time = first + i;
    const total = (time % 1e6) * 9;
    const histogram = {
      upper: Float64Array.from(bounds),
      count: Float64Array.from(bounds, (_, at) => (total * (at + 1)) / bounds.length),
      sum: total,
      total,
    };
    const point = {
      time,
      state: "live",
      snapshot: {
        time,
        server: { kind: "vllm", model: null, engines: 1 },
        gauges: { requests_running: 40 + (i % 30), requests_waiting: i % 3, kv_cache_usage: 0.2 + (i % 10) / 50 },
        counters: { prompt_tokens_total: total * 1000, generation_tokens_total: total * 100, request_success_total: total },
        histograms: Object.fromEntries(words.map((word) => [word, histogram])),
        startedAt: undefined,
        cacheConfig: undefined,
      },
      rates: { prompt_tokens_total: 30_000 + i, generation_tokens_total: 3000 + i, request_success_total: 9, preemptions_total: 0 },
      windows: Object.fromEntries(words.map((word) => [word, quantiles])),
      prefixHitRate: 0.4,
    };
    window.postMessage({ kind: "point", point });
    if (i % 500 === 0) await new Promise((done) => setTimeout(done));
  }
  while (Number(document.body.dataset.lastTime) < first + count) await new Promise((done) => setTimeout(done, 20));
}
