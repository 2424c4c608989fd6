import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { apiBase, findStore } from "../../../src/live/sources/prometheus/store.ts";
import { captureText } from "../page/captures.ts";
import { fakeApi, type Told, vector } from "./fake-api.ts";

describe("the address of an API", () => {
  it.each([
    ["9090", "http://localhost:9090"],
    ["prom.example:9090/", "http://prom.example:9090"],
    ["HTTPS://prom.example/graph?g0.expr=up#x", "https://prom.example"],
    ["http://h:9090/api/v1/query?query=up", "http://h:9090"],
    ["https://h/prometheus/api/v1", "https://h/prometheus"],
    ["http://h:8481/select/7/prometheus/vmui/", "http://h:8481/select/7/prometheus"],
    ["https://g.example/grafana/api/datasources/proxy/uid/P1/", "https://g.example/grafana/api/datasources/proxy/uid/P1"],
    ["http://[::1]:9090", "http://[::1]:9090"],
    ["https://me:pw@h/p", "https://me:pw@h/p"],
  ])("%s", (typed, base) => {
    expect(apiBase(typed)).toBe(base);
  });

  it.each(["", "://", "ftp://h", "http://", "a b", "http://h:port"])("“%s” is none", (typed) => {
    expect(apiBase(typed)).toBeUndefined();
  });
});

/** A store of a build that has its API below a path. */
function store(below: string, build: unknown, queried: object = {}) {
  return fakeApi(({ path }): Told => {
    if (!path.startsWith(`${below}/api/v1/`.replace(/^\/api\/v1\//, ""))) return { status: 404, said: "404 page not found" };
    if (path.endsWith("buildinfo")) return build === undefined ? { status: 404 } : { data: build };
    return { text: JSON.stringify({ status: "success", data: { ...vector(1, [{}, 1_795_221_484]) }, ...queried }) };
  });
}

const prometheus = JSON.parse(captureText("prometheus-api/buildinfo.json")).data;

describe("a store is recognised by its answers", () => {
  it.each([
    ["Prometheus", "", prometheus, {}, "Prometheus 2.42.0"],
    ["Thanos", "", { version: "0.37.2", goVersion: "go1.23" }, {}, "Thanos 0.37.2"],
    ["Mimir", "/prometheus", { application: "Grafana Mimir", version: "2.14.0" }, {}, "Mimir 2.14.0"],
    ["a VictoriaMetrics cluster", "/select/0/prometheus", { version: "2.24.0" }, { isPartial: false }, "VictoriaMetrics 2.24.0"],
    ["one that says nothing", "", undefined, {}, "Prometheus API"],
  ])("%s", async (_, below, build, queried, words) => {
    const { ask } = store(below, build, queried);
    expect(await findStore(ask, "http://h", undefined)).toEqual({ kind: "store", place: { base: `http://h${below}` }, words });
  });

  it("Prometheus behind Grafana's proxy, which is asked at its own address alone", async () => {
    const below = "/api/datasources/proxy/uid/P1";
    const { ask } = store(below, prometheus);
    expect(await findStore(ask, `http://h${below}`, "team")).toMatchObject({
      kind: "store",
      place: { base: `http://h${below}`, tenant: "team" },
      words: "Prometheus 2.42.0 through Grafana",
    });
    const other = fakeApi(() => ({ status: 404 }));
    expect(await findStore(other.ask, `http://h${below}`, undefined)).toMatchObject({ kind: "failed", misses: "address" });
    expect(other.asked).toHaveLength(1);
  });
});

describe("what is missing is told", () => {
  it.each([
    ["a tenant", "/prometheus", 401, "no org id\n", "tenant", "X-Scope-OrgID"],
    ["a key", "", 401, "", "key", "HTTP 401"],
    ["Grafana's token", "/api/datasources/proxy/uid/P1", 401, '{"message":"Unauthorized"}', "key", "token of a service account"],
    ["nothing that a person could give", "", 503, "", null, "HTTP 503"],
    ["another address", "", 404, "404 page not found", "address", "below /prometheus"],
  ])("%s", async (_, below, status, said, misses, words) => {
    const { ask, asked } = fakeApi(({ path }): Told => (path.startsWith(below) ? { status, said } : { status: 404 }));
    const found = await findStore(ask, `http://h${below.startsWith("/api") ? below : ""}`, undefined);
    expect(found).toMatchObject({ kind: "failed", misses });
    expect(found.kind === "failed" && plain(found.detail)).toContain(words);
    expect(asked.length).toBeLessThanOrEqual(3);
  });
});
