import { describe, expect, it } from "vitest";
import { httpAsk } from "../../src/platform/ask.ts";
import { fleetOf } from "../../src/platform/fleet-of.ts";
import { fleetMembers, fleetUrl, hostsOf, memberUrl, redactUrl } from "../../src/platform/url.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("several addresses as one", () => {
  const urls = ["http://a:1/metrics", "https://b/x/metrics?q=1,2", "http://me:secret@c:3/metrics"];

  it("keep each address, commas and all", () => {
    const url = fleetUrl(urls);
    expect(fleetMembers(url)).toEqual([urls[0], "https://b/x/metrics?q=1%2C2", urls[2]]);
    expect(hostsOf(url)).toBe("a:1, b, c:3");
    expect(fleetUrl([urls[0] ?? ""])).toBe(urls[0]);
    expect(fleetMembers("http://a:1/metrics")).toEqual(["http://a:1/metrics"]);
  });

  it("are shown without users, passwords and queries", () => {
    expect(redactUrl(fleetUrl(urls))).toBe("fleet:http://a:1/metrics,https://b/x/metrics,http://c:3/metrics");
  });

  it("may say what each server does; nobody is asked for that part", async () => {
    const members = ["prefill=a:1", "decode=8000", "c:3"].map(memberUrl);
    expect(members).toEqual(["http://a:1/metrics#prefill", "http://localhost:8000/metrics#decode", "http://c:3/metrics"]);
    expect(redactUrl(fleetUrl(members))).toBe(fleetUrl(members));
    const asked: string[] = [];
    const fetchText = (url: string) => {
      asked.push(url);
      return Promise.resolve({
        text: "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1\n",
        contentType: "",
        seconds: 0,
      });
    };
    const ask = httpAsk({ fetchText, clock: new FakeClock(), keyFor: () => undefined, timeoutMs: 1000 }, new AbortController().signal);
    const look = await fleetOf(members).look(ask);
    expect(asked).toEqual(["http://a:1/metrics", "http://localhost:8000/metrics", "http://c:3/metrics"]);
    expect(look.members?.map(({ name, role }) => [name, role])).toEqual([
      ["a:1", "prefill"],
      ["localhost:8000", "decode"],
      ["c:3", "both"],
    ]);
  });

  it("are called by their whole address where hosts repeat", () => {
    expect(fleetOf(["http://a:1/x/metrics", "http://a:1/y/metrics", "http://b/metrics"]).name).toBe(
      "http://a:1/x/metrics, http://a:1/y/metrics, b",
    );
  });
});
