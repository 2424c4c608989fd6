import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { podAddress, podsAddress } from "../../src/live/kubernetes/api-address.ts";
import { placeIn } from "../../src/live/kubernetes/cluster-place.ts";
import { Kubectl } from "../../src/platform/kubectl.ts";
import { KubectlFetch } from "../../src/platform/kubectl-fetch.ts";
import { FakeCluster, type FakeState, podList } from "../support/fake-cluster.ts";

const place = { context: "prod", namespace: "serving" };
const page = podAddress(place, "llama-1", { scheme: "http", port: 8000, path: "/metrics" });
const denied = 'Error from server (Forbidden): pods "llama-1" is forbidden: User "me" cannot get resource "pods/proxy"';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function cluster(state: FakeState = {}): FakeCluster {
  const made = new FakeCluster(state);
  ends.push(() => made.remove());
  return made;
}

function fetcher(of: FakeCluster): KubectlFetch {
  const made = new KubectlFetch(new Kubectl(of.tool), place);
  ends.push(() => made.stop());
  return made;
}

/** A pod's own server, reached by a forwarded port. */
async function podServer(answer: (path: string, key: string) => { readonly status: number; readonly text: string }): Promise<number> {
  const server: Server = createServer((request, response) => {
    const { status, text } = answer(request.url ?? "", request.headers.authorization ?? "");
    response.writeHead(status, { "content-type": "text/plain" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function refused(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it was answered");
}

describe.skipIf(process.platform === "win32")("kubectl", () => {
  test("tells contexts and namespaces without asking a cluster, and no credentials", async () => {
    const fake = cluster();
    const { all, current } = await new Kubectl(fake.tool).contexts();
    expect(all.map(({ name, namespace }) => `${name}/${namespace}`)).toEqual(["prod/serving", "lab/default"]);
    expect(current && placeIn(current, null)).toEqual(place);
    expect(current && placeIn(current, "other").namespace).toBe("other");
    expect(fake.calls()).toEqual([["config", "view", "-o", "json"]]);
  });

  test("asks with the context that a person saw, each word as it is", async () => {
    const fake = cluster({ answers: [{ match: "pods", json: podList() }] });
    await fetcher(fake).fetchText(podsAddress(place, { labels: "app in (a,b),x=$(id);`id`", name: null }));
    expect(fake.calls()).toEqual([
      [
        "--context",
        "prod",
        "get",
        "--raw",
        "/api/v1/namespaces/serving/pods?labelSelector=app%20in%20(a%2Cb)%2Cx%3D%24(id)%3B%60id%60&limit=500",
      ],
    ]);
  });

  test("that is not there is said to be missing", async () => {
    const error = await refused(new Kubectl("/nowhere/kubectl").contexts());
    expect(error).toMatchObject({
      failure: { kind: "missing-tool" },
      message: "/nowhere/kubectl is not installed here, or not on the path.",
    });
  });

  test("without a context has none to show", async () => {
    const fake = cluster({ config: { json: { contexts: null, "current-context": "" } } });
    expect(await new Kubectl(fake.tool).contexts()).toEqual({ all: [], current: undefined });
  });

  test("that does not come to an end, prints too much, or is stopped, is ended", async () => {
    const fake = cluster({
      answers: [
        { match: "slow", hang: true },
        { match: "long", text: "x".repeat(10_000) },
      ],
    });
    const kubectl = new Kubectl(fake.tool);
    expect(await refused(kubectl.get(place, "/slow", { timeoutMs: 300 }))).toMatchObject({ failure: { kind: "timeout" } });
    expect(await refused(kubectl.get(place, "/long", { maxBytes: 1000 }))).toMatchObject({ failure: { kind: "too-much" } });
    const stop = new AbortController();
    const running = refused(kubectl.get(place, "/slow", { signal: stop.signal }));
    stop.abort();
    expect(await running).toMatchObject({ failure: { kind: "cancelled" } });
  });

  test.each([
    ["denied", denied, "unreachable"],
    ["login", "error: You must be logged in to the server (Unauthorized)", "unreachable"],
    ["login", "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255", "unreachable"],
    ["unreachable", "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?", "unreachable"],
    ["gone", 'Error from server (NotFound): pods "llama-1" not found', "unreachable"],
    ["no-namespace", 'Error from server (NotFound): namespaces "serving" not found', "unreachable"],
  ])("a list that fails (%s) is no question for an engine's key", async (_, fail, kind) => {
    const error = await refused(
      fetcher(cluster({ answers: [{ match: "pods", fail }] })).fetchText(podsAddress(place, { labels: "a=b", name: null })),
    );
    expect(error).toMatchObject({ kind, needsKey: false });
    expect(error.message.length).toBeGreaterThan(10);
  });

  test("reads a pod's page by way of the API server", async () => {
    const fake = cluster({ answers: [{ match: "/pods/llama-1:8000/proxy/metrics$", text: "a 1\n" }] });
    expect(await fetcher(fake).fetchText(page)).toMatchObject({ text: "a 1\n" });
    expect(fake.calls()[0]?.at(-1)).toBe("/api/v1/namespaces/serving/pods/llama-1:8000/proxy/metrics");
  });

  test.each([
    ["a pod that is gone", 'Error from server (NotFound): pods "llama-1" not found', "unreachable", null],
    ["a page that is not there", "Error from server (NotFound): the server could not find the requested resource", "status", 404],
    [
      "a port where nothing listens yet",
      "Error from server (ServiceUnavailable): error trying to reach service: dial tcp 10.0.0.3:8000: connect: connection refused",
      "unreachable",
      null,
    ],
    ["a server that fails", 'Error from server (InternalError): an error on the server ("oops") has prevented the request', "status", 500],
  ])("%s is told from the others", async (_, fail, kind, status) => {
    const error = await refused(fetcher(cluster({ answers: [{ match: "proxy", fail }] })).fetchText(page));
    expect(error).toMatchObject({ kind, status });
  });

  test("where the proxy is refused a port is forwarded, once, and ended with the attachment", async () => {
    const port = await podServer(() => ({ status: 200, text: "a 1\n" }));
    const fake = cluster({ answers: [{ match: "proxy", fail: denied }], forward: { port } });
    const pods = fetcher(fake);
    expect(await pods.fetchText(page)).toMatchObject({ text: "a 1\n" });
    expect(await pods.fetchText(page)).toMatchObject({ text: "a 1\n" });
    expect(pods.isForwarding).toBe(true);
    const forwards = fake.calls().filter((words) => words.includes("port-forward"));
    expect(forwards).toEqual([
      ["--context", "prod", "--namespace", "serving", "port-forward", "--address", "127.0.0.1", "pod/llama-1", ":8000"],
    ]);
    pods.stop();
    expect(pods.isForwarding).toBe(false);
  });

  test("a forwarded port that was lost is opened again", async () => {
    const port = await podServer(() => ({ status: 200, text: "a 1\n" }));
    const fake = cluster({ answers: [{ match: "proxy", fail: denied }], forward: { port, endsAfterMs: 300 } });
    const pods = fetcher(fake);
    await pods.fetchText(page);
    // The one that runs has read that it ends; the next one goes on.
    fake.become({ answers: [{ match: "proxy", fail: denied }], forward: { port } });
    const opened = () => fake.calls().filter((words) => words.includes("port-forward")).length;
    const asked = async () => {
      await pods.fetchText(page).catch(() => undefined);
      return opened();
    };
    await expect.poll(asked, { timeout: 10_000 }).toBe(2);
    expect(await pods.fetchText(page)).toMatchObject({ text: "a 1\n" });
  });

  test("one port is forwarded to a pod: that of a page which is none is ended, and a file's words stay in their place", async () => {
    const port = await podServer(() => ({ status: 200, text: "a 1\n" }));
    const fake = cluster({ answers: [{ match: "proxy", fail: denied }], forward: { port } });
    const pods = fetcher(fake);
    await pods.fetchText(podAddress(place, "llama-1", { scheme: "http", port: 9000, path: "/metrics" }));
    await pods.fetchText(page);
    pods.keep(new Set(["llama-1"]));
    expect(pods.isForwarding).toBe(true);
    pods.keep(new Set(["llama-2"]));
    expect(pods.isForwarding).toBe(false);
    const odd = podsAddress({ namespace: "a/pods?x=../b" }, { labels: "", name: null });
    expect(odd).toBe("kubernetes://cluster/api/v1/namespaces/a%2Fpods%3Fx%3D..%2Fb/pods?limit=500");
  });

  test("where neither is allowed both are named, and both are tried again", async () => {
    const fail = 'error: error upgrading connection: pods "llama-1" is forbidden: User "me" cannot create resource "pods/portforward"';
    const fake = cluster({ answers: [{ match: "proxy", fail: denied }], forward: { fail } });
    const pods = fetcher(fake);
    const error = await refused(pods.fetchText(page));
    expect(error).toMatchObject({ kind: "unreachable", needsKey: false });
    expect(error.message).toMatch(/pods\/proxy.*pods\/portforward/s);
    fake.become({ answers: [{ match: "proxy", text: "a 1\n" }] });
    expect(await pods.fetchText(page)).toMatchObject({ text: "a 1\n" });
  });

  test("a pod's own 401 asks for its key; with one, a port is forwarded, and the key is sent there alone", async () => {
    const port = await podServer((_, key) => (key === "Bearer secret-key" ? { status: 200, text: "a 1\n" } : { status: 401, text: "no" }));
    const fail = "error: You must be logged in to the server (the server has asked for the client to provide credentials)";
    const fake = cluster({ answers: [{ match: "proxy", fail }], forward: { port } });
    const pods = fetcher(fake);
    expect(await refused(pods.fetchText(page))).toMatchObject({ kind: "status", status: 401, needsKey: true });
    expect(pods.isForwarding).toBe(false);
    expect(await refused(pods.fetchText(page, { token: "another" }))).toMatchObject({ kind: "status", status: 401, needsKey: true });
    expect(await pods.fetchText(page, { token: "secret-key" })).toMatchObject({ text: "a 1\n" });
    expect(JSON.stringify(fake.calls())).not.toContain("secret-key");
  });

  test("who is no longer logged in is not asked for an engine's key", async () => {
    const fake = cluster({ answers: [{ match: "proxy", fail: "error: You must be logged in to the server (Unauthorized)" }] });
    const error = await refused(fetcher(fake).fetchText(page));
    expect(error).toMatchObject({ kind: "unreachable", needsKey: false, message: expect.stringMatching(/log in again/) });
    expect(fake.calls().length).toBe(1);
  });
});
