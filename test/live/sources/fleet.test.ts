import { describe, expect, it } from "vitest";
import { message, plain } from "../../../src/deployment/message.ts";
import { identityOf } from "../../../src/live/running/identify.ts";
import { LiveSeries } from "../../../src/live/series/series.ts";
import type { Answer, Ask, Look, MemberRole } from "../../../src/live/source.ts";
import { Fleet } from "../../../src/live/sources/fleet.ts";
import { metricsUrl } from "../../../src/live/sources/metrics-url.ts";

interface Said {
  readonly tokens: number;
  readonly running?: number;
  readonly usage?: number;
  readonly started?: number;
  /** First tokens so far within 0.1 s, 1 s, and in all. */
  readonly ttft?: readonly [number, number, number];
  readonly engines?: number;
}

/** A page of vLLM with so many engines alike. */
function page({ tokens, running = 1, usage = 0.5, started = 5, ttft, engines = 1 }: Said): string {
  const each = (line: (labels: string) => string) => Array.from({ length: engines }, (_, i) => line(`engine="${i}"`)).join("");
  return [
    `# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ${started}\n`,
    "# TYPE vllm:num_requests_running gauge\n",
    each((labels) => `vllm:num_requests_running{${labels}} ${running}\n`),
    "# TYPE vllm:kv_cache_usage_perc gauge\n",
    each((labels) => `vllm:kv_cache_usage_perc{${labels}} ${usage}\n`),
    "# TYPE vllm:generation_tokens counter\n",
    each((labels) => `vllm:generation_tokens_total{${labels}} ${tokens}\n`),
    ...(ttft
      ? [
          "# TYPE vllm:time_to_first_token_seconds histogram\n",
          each(
            (labels) =>
              `vllm:time_to_first_token_seconds_bucket{${labels},le="0.1"} ${ttft[0]}\nvllm:time_to_first_token_seconds_bucket{${labels},le="1.0"} ${ttft[1]}\nvllm:time_to_first_token_seconds_bucket{${labels},le="+Inf"} ${ttft[2]}\nvllm:time_to_first_token_seconds_sum{${labels}} ${ttft[2]}\nvllm:time_to_first_token_seconds_count{${labels}} ${ttft[2]}\n`,
          ),
        ]
      : []),
  ].join("");
}

type Reply = Said | { readonly page: string } | string;

/** Servers whose answers are laid down by address and second; time passes look by look. */
class World implements Ask {
  time = 1_000_000;
  readonly asked: string[] = [];
  private answers: Readonly<Record<string, Reply>> = {};

  now() {
    return { time: this.time, steady: this.time - 999_000 };
  }

  readonly say = plain;

  async wait(): Promise<void> {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }

  text(address: string): Promise<Answer> {
    this.asked.push(address);
    const reply = this.answers[address];
    if (reply === "hangs") return new Promise(() => {});
    const at = this.now();
    if (typeof reply === "object") {
      return Promise.resolve({ kind: "text", text: "page" in reply ? reply.page : page(reply), contentType: "text/plain", at });
    }
    const why = reply?.startsWith("Needs a key") ? "needs-key" : "unreachable";
    return Promise.resolve({ kind: "failed", why, detail: message(reply ?? "Nothing listens there"), status: null, at });
  }

  async look(fleet: Fleet, seconds: number, answers: Readonly<Record<string, Reply>>): Promise<Look> {
    this.time += seconds;
    this.answers = answers;
    return fleet.look(this);
  }
}

function fleetOf(roles: Readonly<Record<string, MemberRole>>): Fleet {
  return new Fleet(
    "both",
    Object.entries(roles).map(([name, role]) => ({ source: metricsUrl(name, name), role })),
  );
}

const two = () => fleetOf({ a: "both", b: "both" });

describe("a fleet", () => {
  it("sums what runs and what came in, averages the cache over engines, merges buckets before the quantile", async () => {
    const world = new World();
    const series = new LiveSeries();
    const fleet = two();
    const first = { a: { tokens: 1000, ttft: [0, 0, 0] as const }, b: { tokens: 70, ttft: [0, 0, 0] as const } };
    series.take(await world.look(fleet, 1, first));
    const point = series.take(
      await world.look(fleet, 10, {
        // a: 200 tokens more, its 4 first tokens all within 0.1 s.
        a: { tokens: 1200, running: 3, usage: 0.2, ttft: [4, 4, 4] },
        // b: 50 more, 2 first tokens, both between 0.1 and 1 s.
        b: { tokens: 120, running: 2, usage: 0.6, ttft: [0, 2, 2] },
      }),
    );
    expect(point.state).toBe("live");
    expect(point.snapshot?.gauges).toMatchObject({ requests_running: 5, kv_cache_usage: 0.4 });
    expect(point.rates.generation_tokens_total).toBe(25); // (200 + 50) / 10 s
    // 4 of 6 within 0.1 s: the median, the third, lies 3/4 through the first bucket.
    expect(point.windows.ttft_seconds?.count).toBe(6);
    expect(point.windows.ttft_seconds?.p50).toBeCloseTo(0.075, 12);
    expect(point.snapshot?.perEngine?.map(({ engine }) => engine)).toEqual(["a/0", "b/0"]);
    expect(point.missing).toBeUndefined();
  });

  it("weighs a server of three engines three times where cache usage is averaged", async () => {
    const world = new World();
    const look = await world.look(two(), 1, { a: { tokens: 0, usage: 0.9 }, b: { tokens: 0, usage: 0.1, running: 2, engines: 3 } });
    if (look.kind !== "stretch") throw new Error(look.kind);
    expect(look.grown.gauges.kv_cache_usage).toBeCloseTo(0.3, 12); // (0.9 + 3 × 0.1) / 4
    expect(look.grown.gauges.requests_running).toBe(7);
    expect(look.grown.server.engines).toBe(4);
    expect(look.grown.perEngine?.map(({ engine }) => engine)).toEqual(["a/0", "b/0", "b/1", "b/2"]);
    // Since the servers' start, for a look alone.
    expect(look.sinceStart?.counters.generation_tokens_total).toBe(0);
  });

  it("says of its engines what one server has: two servers are no data parallelism", async () => {
    const world = new World();
    const dataOf = async (engines: number) => {
      const look = await world.look(two(), 1, { a: { tokens: 0, engines }, b: { tokens: 0 } });
      return look.kind === "stretch" ? identityOf(look.grown).settings.data?.value : look.kind;
    };
    expect(await dataOf(1)).toBeUndefined();
    expect(await dataOf(4)).toBe(4);
  });

  it("names a lost member; its share is missing, never zero, and no burst when it is back", async () => {
    const world = new World();
    const series = new LiveSeries();
    const fleet = two();
    let a = 0;
    let b = 0;
    const rates: (number | undefined)[] = [];
    for (let second = 0; second <= 20; second++) {
      a += 100;
      b += 50;
      const down = second > 5 && second <= 12;
      const point = series.take(await world.look(fleet, 1, { a: { tokens: a }, b: down ? "Nothing listens there" : { tokens: b } }));
      rates.push(point.rates.generation_tokens_total);
      if (down) {
        expect(point.missing).toEqual(["b"]);
        expect(point.snapshot?.gauges.requests_running).toBe(1);
        expect(series.members.map(({ name, state, detail }) => [name, state, detail])).toEqual([
          ["a", "live", ""],
          ["b", "lost", "Nothing listens there"],
        ]);
      }
    }
    expect(rates.slice(1, 6)).toEqual([150, 150, 150, 150, 150]);
    expect(rates.slice(6, 13)).toEqual([100, 100, 100, 100, 100, 100, 100]);
    expect(rates.at(-1)).toBe(150);
    for (const rate of rates.slice(1)) expect(rate).toBeLessThanOrEqual(150);
    // b is asked after 1, 2, 4, 8 s: at 6, 7, 9, 13, where it is back.
    expect(rates[13]).toBeCloseTo(150, 9);
    expect(series.events.map(({ kind, words }) => [kind, plain(words)])).toEqual([["gap", "b did not answer for 7 s"]]);
  });

  it("tells a member's restart as an event; the fleet's counters never go down", async () => {
    const world = new World();
    const series = new LiveSeries();
    const fleet = two();
    series.take(await world.look(fleet, 1, { a: { tokens: 1000 }, b: { tokens: 5000 } }));
    series.take(await world.look(fleet, 1, { a: { tokens: 1010 }, b: { tokens: 5010 } }));
    const anew = series.take(await world.look(fleet, 1, { a: { tokens: 1020 }, b: { tokens: 3, started: 1_000_002 } }));
    expect([anew.state, anew.rates.generation_tokens_total]).toEqual(["live", 10]);
    const after = series.take(await world.look(fleet, 1, { a: { tokens: 1030 }, b: { tokens: 13, started: 1_000_002 } }));
    expect(after.rates.generation_tokens_total).toBe(20);
    expect(series.events.map(({ kind, words }) => [kind, plain(words)])).toEqual([["restart", "b was restarted"]]);
    const totals = series.points.map(({ snapshot }) => snapshot?.counters.generation_tokens_total);
    expect(totals).toEqual([0, 20, 30, 50]);
    const window = series.window(60);
    expect([window?.growth.counters.generation_tokens_total, window?.growth.seconds, window?.cutByRestart]).toEqual([50, 3, false]);
  });

  it("keeps prefill and decode apart", async () => {
    const world = new World();
    const fleet = fleetOf({ p: "prefill", d1: "decode", d2: "decode" });
    await world.look(fleet, 1, { p: { tokens: 1 }, d1: { tokens: 100 }, d2: { tokens: 100 } });
    const look = await world.look(fleet, 1, {
      p: { tokens: 2, running: 1, usage: 0.1 },
      d1: { tokens: 140, running: 20, usage: 0.8 },
      d2: { tokens: 160, running: 30, usage: 0.6 },
    });
    if (look.kind !== "stretch") throw new Error(look.kind);
    expect(look.grown.perRole?.map(({ role, members, gauges, counters }) => [role, members, gauges.requests_running, counters])).toEqual([
      ["decode", 2, 50, { generation_tokens_total: 100 }],
      ["prefill", 1, 1, { generation_tokens_total: 1 }],
    ]);
    expect(look.grown.perRole?.[0]?.gauges.kv_cache_usage).toBeCloseTo(0.7, 12);
  });

  it("takes roles from pages that tell them, where nobody else does", async () => {
    const world = new World();
    const sglang = (role: string) => ({
      page: `# TYPE sglang:num_running_reqs gauge\nsglang:num_running_reqs{engine_type="${role}",model_name="m"} 4\n`,
    });
    const look = await world.look(two(), 1, { a: sglang("prefill"), b: sglang("decode") });
    expect(look.members?.map(({ name, role }) => [name, role])).toEqual([
      ["a", "prefill"],
      ["b", "decode"],
    ]);
    expect(look.kind === "stretch" && look.grown.perRole?.map(({ role }) => role)).toEqual(["decode", "prefill"]);
  });

  it("does not wait for one that hangs: its last gauges stand for a moment, then it is lost; others go on", async () => {
    const world = new World();
    const series = new LiveSeries();
    const fleet = two();
    series.take(await world.look(fleet, 1, { a: { tokens: 10 }, b: { tokens: 10, running: 7 } }));
    const states: unknown[] = [];
    for (let second = 0; second < 5; second++) {
      const point = series.take(await world.look(fleet, 1, { a: { tokens: 20 + 10 * second }, b: "hangs" }));
      states.push([point.snapshot?.gauges.requests_running, point.rates.generation_tokens_total, point.missing?.length ?? 0]);
    }
    expect(states).toEqual([
      [8, 10, 0],
      [8, 10, 0],
      [8, 10, 0],
      [8, 10, 0],
      [1, 10, 1],
    ]);
    // One question is under way, not five.
    expect(world.asked.filter((address) => address === "b")).toHaveLength(2);
  });

  it("says lost where nobody answers, and asks for a key only where all want one", async () => {
    const world = new World();
    expect(await world.look(two(), 1, {})).toMatchObject({ kind: "none", why: "lost", detail: "a: Nothing listens there (and 1 more)" });
    expect(await world.look(two(), 1, { a: "Needs a key (HTTP 401)" })).toMatchObject({ kind: "none", why: "lost" });
    const locked = { a: "Needs a key (HTTP 401)", b: "Needs a key (HTTP 401)" };
    expect(await world.look(two(), 1, locked)).toMatchObject({ kind: "none", why: "needs-key" });
    expect(await world.look(new Fleet("none", []), 1, {})).toMatchObject({ detail: "There is no server to ask" });
  });

  it("takes members in and lets them go: named, without a burst", async () => {
    const world = new World();
    const series = new LiveSeries();
    const fleet = two();
    series.take(await world.look(fleet, 1, { a: { tokens: 10 }, b: { tokens: 500 } }));
    const a = { source: metricsUrl("a", "a"), role: "both" } as const;
    fleet.replace([a, { source: metricsUrl("c", "c"), role: "both" }], world.time);
    const joined = series.take(await world.look(fleet, 1, { a: { tokens: 20 }, c: { tokens: 90_000 } }));
    expect(joined.rates.generation_tokens_total).toBe(10);
    const later = series.take(await world.look(fleet, 1, { a: { tokens: 30 }, c: { tokens: 90_007 } }));
    expect(later.rates.generation_tokens_total).toBe(17);
    expect(series.events.map(({ words }) => plain(words))).toEqual(["c joined", "b left"]);
  });

  it("reads a bounded number of servers, and says so", async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ source: metricsUrl(`s${i}`, `s${i}`), role: "both" as const }));
    const world = new World();
    const look = await world.look(new Fleet("many", many), 1, Object.fromEntries(many.map(({ source }) => [source.name, { tokens: 1 }])));
    expect(look.limits).toEqual(["44 servers more than 256: they are not read"]);
    expect(look.problems).toEqual(look.limits);
    expect(world.asked).toHaveLength(256);
  });
});
