import { describe, expect, it } from "vitest";
import { storeTarget, storeUrl } from "../../src/platform/store-target.ts";
import { fleetMembers, hostsOf, redactUrl } from "../../src/platform/url.ts";

const matchers = [
  { label: "job", compares: "=", value: 'a,b "c"#d&e' },
  { label: "pod", compares: "=~", value: "llama-.*" },
] as const;

describe("servers of a store as one name", () => {
  it("are found again in it, whatever their labels hold", () => {
    const url = storeUrl({ place: { base: "https://mimir.example/prometheus", tenant: "team a" }, matchers, pastSeconds: 3600 });
    expect(storeTarget(url)).toEqual({
      place: { base: "https://mimir.example/prometheus", tenant: "team a" },
      matchers,
      pastSeconds: 3600,
      name: 'mimir.example/prometheus {job="a,b \\"c\\"#d&e",pod=~"llama-.*"}',
    });
    expect(hostsOf(url)).toBe("mimir.example");
    expect(fleetMembers(url)).toEqual(["https://mimir.example/prometheus"]);
  });

  it("need neither labels nor a tenant nor a past", () => {
    const url = storeUrl({ place: { base: "http://h:9090" }, matchers: [], pastSeconds: 0 });
    expect(storeTarget(url)).toEqual({ place: { base: "http://h:9090" }, matchers: [], pastSeconds: 0, name: "h:9090" });
    // What may be remembered is what holds no secret: then nothing is taken out.
    expect(redactUrl(url)).toBe(url);
  });

  it("are shown without what the address hides", () => {
    const url = storeUrl({ place: { base: "https://me:secret@h/p" }, matchers: [], pastSeconds: 0 });
    expect(redactUrl(url)).not.toContain("secret");
    expect(redactUrl(url)).not.toBe(url);
    expect(storeTarget(url)?.name).toBe("h/p");
  });

  it.each([
    "http://h:9090",
    "prometheus:",
    "prometheus:file:///etc/passwd",
    "prometheus:http://h#labels=nonsense",
    "prometheus:http://:::#labels=",
  ])("%s is none", (input) => {
    expect(storeTarget(input)).toBeUndefined();
  });

  it("ask for a week at most", () => {
    expect(storeTarget("prometheus:http://h#past=1e12")?.pastSeconds).toBe(604_800);
    expect(storeTarget("prometheus:http://h#past=-1")?.pastSeconds).toBe(0);
  });
});
