import { describe, expect, it } from "vitest";
import { identityOf } from "../../../src/live/running/identify.ts";
import type { Look } from "../../../src/live/source.ts";
import { storeChoices } from "../../../src/live/sources/prometheus/choices.ts";
import { memberOf, shapeOf } from "../../../src/live/sources/prometheus/shape.ts";
import { targetsIn } from "../../../src/live/sources/prometheus/targets.ts";
import { prometheus } from "../../../src/live/sources/prometheus.ts";
import { fakeApi, type Told, vector } from "./fake-api.ts";
import { fakeStore, type StoreState, server, storeAnswer, two } from "./fake-store.ts";

const place = { base: "http://store" };
const source = (base = place.base) => prometheus({ place: { base }, matchers: [], name: "store" });

function running(look: Look): number | undefined {
  return look.kind === "stretch" ? look.grown.gauges.requests_running : undefined;
}

describe("what tells servers apart", () => {
  const named = (...sets: readonly Readonly<Record<string, string>>[]): readonly string[] => {
    const shape = shapeOf(sets, "vllm");
    return sets.map((set) => memberOf(set, shape));
  };
  const of = (namespace: string, pod: string, more: Readonly<Record<string, string>> = {}) => ({
    ...{ namespace, pod, instance: `10.0.0.${pod.length}:8000` },
    ...more,
  });

  it("the pod, with its namespace and cluster where pods of one name are in several", () => {
    expect(named(of("a", "llama-0"), of("a", "llama-1"))).toEqual(["llama-0", "llama-1"]);
    expect(named(of("a", "llama-0"), of("b", "llama-0"))).toEqual(["a llama-0", "b llama-0"]);
    expect(named(of("a", "llama-0", { cluster: "eu" }), of("a", "llama-0", { cluster: "us" }))).toEqual(["eu llama-0", "us llama-0"]);
  });

  it("the container where one pod has several, and its address where nothing else does", () => {
    const prefill = of("a", "llama-0", { container: "prefill" });
    const decode = of("a", "llama-0", { container: "decode", instance: "10.0.0.7:8001" });
    expect(named(prefill, decode)).toEqual(["llama-0 prefill", "llama-0 decode"]);
    expect(named(of("a", "x"), of("a", "x", { instance: "10.0.0.1:8001" }))).toEqual(["x 10.0.0.1:8000", "x 10.0.0.1:8001"]);
  });

  it("a pod of one name that came back under another address is the same server", () => {
    expect(named(of("a", "llama-0", { instance: "10.0.0.1:8000" }), of("a", "llama-0", { instance: "10.0.9.9:8000" }))).toEqual([
      "llama-0",
      "llama-0",
    ]);
  });
});

describe("two Prometheus that scrape the same for safety", () => {
  const twice = (label: string) => ["a", "b"].flatMap((pod) => ["k8s-0", "k8s-1"].map((replica) => ({ ...server(pod), [label]: replica })));

  it.each(["prometheus_replica", "replica", "__replica__"])("are told once, by %s", (label) => {
    const shape = shapeOf(twice(label), "vllm");
    expect(shape.matchers).toEqual([{ label, compares: "=", value: "k8s-0" }]);
    expect([...shape.members]).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
    expect(shape.engineLabels).toEqual([]);
  });

  it("the one that sees more speaks, and a store that puts them together is left alone", () => {
    const [first, ...others] = twice("prometheus_replica");
    expect(shapeOf(others, "vllm").matchers).toEqual([{ label: "prometheus_replica", compares: "=", value: "k8s-1" }]);
    expect(shapeOf(first ? [first] : [], "vllm").matchers).toEqual([]);
  });

  it("replicas of Ray Serve are engines", () => {
    const sets = ["x", "y"].map((replica) => ({ ...server("a"), __name__: "ray_vllm_num_requests_running", replica }));
    expect(shapeOf(sets, "vllm")).toMatchObject({ matchers: [], engineLabels: ["replica"] });
  });
});

describe("series that a recording rule left without labels", () => {
  it("are one server, and that is told", async () => {
    const bare: StoreState = {
      ...two,
      running: [[{ model_name: "acme/chat" }, 8]],
      targets: [],
      words: { requests_running: [[{}, 8]], generation_tokens_total: [[{}, 150]] },
    };
    const store = fakeStore(bare);
    const look = await source().look(store.ask);
    expect(running(look)).toBe(8);
    expect(look.problems).toContain("the store's series do not tell servers apart: all are shown as one");
    expect(look.members).toEqual([]);
  });
});

describe("Triton in a store", () => {
  const triton = (pod: string) => ({ job: "triton", instance: `${pod}:8002`, pod, model: "ensemble", version: "1" });
  const state: StoreState = {
    ...two,
    running: [],
    names: ["nv_inference_request_success", "nv_inference_request_duration_us", "nv_inference_pending_request_count"],
    targets: [],
    words: {
      requests_waiting: [[{ pod: "a" }, 2]],
      request_success_total: [[{ pod: "a" }, 4]],
      up: [[{ pod: "a" }, 1]],
    },
    instead: ({ path }) => (path === "series" ? { data: [{ __name__: "nv_inference_request_success", ...triton("a") }] } : undefined),
  };

  it("is found by the requests that it served, and its figures are read", async () => {
    const store = fakeStore(state);
    const choices = await storeChoices(store.ask, place, []);
    expect(choices).toMatchObject({ kind: "choices", choices: [{ kind: "triton", labels: { job: "triton" }, servers: 1 }] });
    const look = await source().look(store.ask);
    expect(look).toMatchObject({ kind: "stretch", grown: { server: { kind: "triton" }, gauges: { requests_waiting: 2 } } });
    const joined = store.asked.map(({ parameters }) => parameters.query ?? "").join("\n");
    expect(joined).toContain('last_over_time({__name__=~"nv_inference_request_success"}[1h])');
  });
});

describe("what a store's servers say of themselves", () => {
  const facts: Record<string, Readonly<Record<string, string>>> = {
    "vllm:cache_config_info": { block_size: "16", num_gpu_blocks: "4096", enable_prefix_caching: "True" },
  };

  it("is an identity like that of a page: cache, model, and the ranks of one server", async () => {
    const ranked: StoreState = {
      ...two,
      running: ["0", "1"].map((engine) => [{ ...server("a"), engine }, 1] as const),
      words: { requests_running: ["0", "1"].map((engine) => [{ pod: "a", engine }, 1] as const) },
      instead: ({ path, parameters: { query = "" } }) =>
        path === "query" && query.includes("cache_config_info")
          ? { data: vector(1, ...Object.entries(facts).map(([__name__, labels]) => [{ __name__, ...server("a"), ...labels }, 1] as const)) }
          : undefined,
    };
    const look = await source().look(fakeStore(ranked).ask);
    if (look.kind !== "stretch") throw new Error("no figures");
    const running = identityOf(look.grown);
    expect(running.model?.value).toBe("acme/chat");
    expect(running.settings).toMatchObject({
      blockTokens: { value: 16 },
      prefixCaching: { value: true },
      data: { value: 2, isLeast: true },
    });
    expect(running.cache.blocks?.value).toBe(4096);
  });

  it("what differs between them is said of none", async () => {
    const differing: StoreState = {
      ...two,
      instead: ({ path, parameters: { query = "" } }) =>
        path === "query" && query.includes("cache_config_info")
          ? {
              data: vector(
                1,
                [{ __name__: "vllm:cache_config_info", ...server("a"), block_size: "16", cache_dtype: "fp8" }, 1],
                [{ __name__: "vllm:cache_config_info", ...server("b"), block_size: "16", cache_dtype: "auto" }, 1],
              ),
            }
          : undefined,
    };
    const look = await source().look(fakeStore(differing).ask);
    if (look.kind !== "stretch") throw new Error("no figures");
    const { settings } = identityOf(look.grown);
    expect([settings.blockTokens?.value, settings.kvCacheDtype?.value]).toEqual([16, undefined]);
  });
});

describe("why a store's server is down", () => {
  it("is told without the secrets of its address", () => {
    const lastError = 'Get "http://me:hunter2@10.0.0.1:8000/metrics?token=hunter2": dial tcp 10.0.0.1:8000: connect: connection refused';
    const [target] = targetsIn({ activeTargets: [{ labels: {}, health: "down", lastError }] });
    expect(target?.lastError).toBe('Get "http://10.0.0.1:8000/metrics": dial tcp 10.0.0.1:8000: connect: connection refused');
  });
});

describe("stores that answer otherwise", () => {
  it("Grafana's proxy: every request goes below its address, and its refusal names the token", async () => {
    const base = "https://grafana/api/datasources/proxy/uid/P1";
    const api = fakeApi((asked): Told => {
      const below = "/api/datasources/proxy/uid/P1/api/v1/";
      return asked.path.startsWith(below) ? storeAnswer({ ...asked, path: asked.path.slice(below.length) }, two, api.now) : { status: 404 };
    });
    expect(running(await source(base).look(api.ask))).toBe(8);
    expect(api.asked.every(({ path }) => path.startsWith("grafana/api/datasources/proxy/uid/P1/api/v1/"))).toBe(true);
    const refusing = fakeApi(() => ({ status: 401, said: '{"message":"Unauthorized","messageId":"auth.unauthorized"}' }));
    expect(await source(base).look(refusing.ask)).toMatchObject({
      why: "needs-key",
      detail: "Answers with HTTP 401. Grafana wants the token of a service account that may query this data source",
    });
  });

  it.each([
    ["Prometheus", '{"status":"error","errorType":"execution","error":"query processing would load too many samples"}', "too many samples"],
    ["VictoriaMetrics", '{"status":"error","errorType":"422","error":"the number of matching timeseries exceeds 30000"}', "exceeds 30000"],
  ])("%s that cannot carry a query out (422) is told in its words", async (_, said, words) => {
    const store = fakeStore({
      ...two,
      instead: ({ parameters: { query = "" } }) => (query.includes("word") ? { status: 422, said } : undefined),
    });
    expect(await source().look(store.ask)).toMatchObject({ kind: "none", why: "lost", detail: expect.stringContaining(words) });
  });

  it("what a store notes of a name's ending is no news; what it warns of is", async () => {
    const infos = ['PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "tgi_request_count"'];
    const store = fakeStore({
      ...two,
      instead: (asked) => {
        if (!asked.parameters.query?.includes("word")) return undefined;
        const told = storeAnswer(asked, two, store.now);
        return "data" in told ? { ...told, infos, warnings: ["No StoreAPIs matched for this query"] } : told;
      },
    });
    expect((await source().look(store.ask)).problems).toEqual(["No StoreAPIs matched for this query"]);
  });
});
