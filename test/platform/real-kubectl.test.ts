import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logAddress, nodeAddress, podAddress, podsAddress, podsWatchAddress } from "../../src/live/kubernetes/api-address.ts";
import { type Followed, FollowedPods } from "../../src/live/kubernetes/followed-pods.ts";
import { readPods } from "../../src/live/kubernetes/pod.ts";
import { Kubectl } from "../../src/platform/kubectl.ts";
import { KubectlFetch } from "../../src/platform/kubectl-fetch.ts";
import { podList, podObject } from "../support/fake-cluster.ts";

function isThere(): boolean {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    console.log("kubectl is not installed: how the real one is called was not checked.");
    return false;
  }
}

const place = { context: "test", namespace: "serving" };
const watchFrom = (version: string): string =>
  podsWatchAddress({ namespace: "watched" }, { labels: "app=llama", name: null }, { version, seconds: 300 });

/** What the API server tells those that watch, by the moment they watch from. */
function watched(
  asked: URLSearchParams,
  response: ServerResponse,
  refuse: (code: number, reason: string, message: string) => unknown,
): void {
  const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
  switch (asked.get("watch") === "1" ? asked.get("resourceVersion") : null) {
    case "1":
      // It goes on: what was told so far is not the end.
      response.writeHead(200, { "content-type": "application/json" }).write(line("ADDED", podObject({ name: "llama-2", version: 2 })));
      return;
    case "2":
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(line("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 2 (9)" }));
      return;
    case "3":
      refuse(410, "Expired", "too old resource version: 3 (9)");
      return;
    case "4":
      refuse(403, "Forbidden", 'pods is forbidden: User "me" cannot watch resource "pods" in API group "" in the namespace "watched"');
      return;
    case "5":
      response.writeHead(200, { "content-type": "application/json" }).end();
      return;
    default:
      response.writeHead(200, { "content-type": "application/json" }).write(line("ADDED", podObject({ name: "llama-3", version: 6 })));
      setTimeout(() => response.destroy(), 100);
  }
}

/** As much of an API server as is asked. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
  const json = (body: unknown, status = 200) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const refuse = (code: number, reason: string, message: string) =>
    json({ kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code }, code);
  switch (pathname) {
    case "/api":
      return void json({ kind: "APIVersions", versions: ["v1"] });
    case "/apis":
      return void json({ kind: "APIGroupList", apiVersion: "v1", groups: [] });
    case "/api/v1":
      return void json({
        kind: "APIResourceList",
        groupVersion: "v1",
        resources: [{ name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get", "list"] }],
      });
    case "/api/v1/namespaces/watched/pods":
      watched(searchParams, response, refuse);
      return;
    case "/api/v1/namespaces/serving/pods":
      return void json(searchParams.get("labelSelector") === "app in (llama)" ? podList({ name: "llama-1" }) : podList());
    case "/api/v1/namespaces/serving/pods/llama-1":
      return void json({
        kind: "Pod",
        apiVersion: "v1",
        metadata: { name: "llama-1", namespace: "serving" },
        status: { phase: "Running" },
      });
    case "/api/v1/namespaces/serving/pods/llama-1:8000/proxy/metrics":
      return void response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end("# TYPE a gauge\na 1\n");
    case "/api/v1/namespaces/serving/pods/llama-1:9000/proxy/metrics":
      return void refuse(503, "ServiceUnavailable", "error trying to reach service: dial tcp 10.0.0.3:9000: connect: connection refused");
    case "/api/v1/namespaces/serving/pods/llama-1:8001/proxy/metrics":
      return void json({ error: "Unauthorized" }, 401);
    case "/api/v1/namespaces/serving/pods/llama-1:8002/proxy/metrics":
      return void response.writeHead(403, { "content-type": "text/plain" }).end("no key");
    case "/api/v1/namespaces/serving/pods/llama-2:8000/proxy/metrics":
      return void refuse(403, "Forbidden", 'pods "llama-2" is forbidden: User "me" cannot get resource "pods/proxy" in API group ""');
    case "/api/v1/namespaces/serving/pods/llama-1/log":
      return void response.writeHead(200, { "content-type": "text/plain" }).end(`log ${searchParams}\n`);
    case "/api/v1/namespaces/closed/pods":
      return void refuse(
        403,
        "Forbidden",
        'pods is forbidden: User "me" cannot list resource "pods" in API group "" in the namespace "closed"',
      );
    case "/api/v1/namespaces/expired/pods":
      return void refuse(401, "Unauthorized", "Unauthorized");
    default:
      return void (pathname.endsWith("/portforward")
        ? refuse(403, "Forbidden", 'pods "llama-2" is forbidden: User "me" cannot create resource "pods/portforward"')
        : refuse(404, "NotFound", `${pathname.slice(1)} not found`));
  }
}

describe.skipIf(!isThere())("the real kubectl, before an API server of this test", () => {
  const folder = mkdtempSync(join(tmpdir(), "inference-lens-api-"));
  const before = process.env.KUBECONFIG;
  let server: Server;
  let pods: KubectlFetch;

  beforeAll(async () => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      contexts: [
        { name: "test", context: { cluster: "here", user: "me", namespace: "serving" } },
        { name: "gone", context: { cluster: "nowhere", user: "me" } },
      ],
      clusters: [
        { name: "here", cluster: { server: `http://127.0.0.1:${port}` } },
        { name: "nowhere", cluster: { server: "http://127.0.0.1:1" } },
      ],
      users: [{ name: "me", user: { token: "secret" } }],
    };
    writeFileSync(join(folder, "config"), JSON.stringify(config));
    process.env.KUBECONFIG = join(folder, "config");
    pods = new KubectlFetch(new Kubectl(), place);
  });

  afterAll(async () => {
    pods.stop();
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  test("tells its contexts", async () => {
    const { all, current } = await new Kubectl().contexts();
    expect(all.map(({ name, namespace, cluster }) => [name, namespace, cluster])).toEqual([
      ["test", "serving", "here"],
      ["gone", "default", "nowhere"],
    ]);
    expect(current?.name).toBe("test");
  });

  test("lists pods by labels, reads a page through the proxy, a log and nothing of a node", async () => {
    const { text } = await pods.fetchText(podsAddress(place, { labels: "app in (llama)", name: null }));
    expect(readPods(text)?.pods.map(({ name }) => name)).toEqual(["llama-1"]);
    const page = await pods.fetchText(podAddress(place, "llama-1", { scheme: "http", port: 8000, path: "/metrics" }));
    expect(page.text).toBe("# TYPE a gauge\na 1\n");
    const log = await pods.fetchText(logAddress(place, "llama-1", { container: "vllm", previous: true, mostBytes: 4096 }));
    expect(log.text).toMatch(/container=vllm/);
    expect(log.text).toMatch(/limitBytes=4096/);
    expect(log.text).toMatch(/previous=true/);
    await expect(pods.fetchText(nodeAddress("gpu-1"))).rejects.toMatchObject({ kind: "unreachable" });
  });

  test("watches line by line, as the lines come, until it is stopped", async () => {
    const lines: string[] = [];
    const following = pods.follow(watchFrom("1"), (line) => lines.push(line));
    for (let tries = 0; lines.length === 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines.map((line) => new FollowedPods({ pods: [], version: "1" }).take(line))).toEqual(["changed"]);
    following.stop();
  });

  test.each([
    ["2", ["anew"], { kind: "other", said: "" }],
    ["3", [], { kind: "other", said: expect.stringMatching(/\(Expired\): too old resource version/) }],
    ["4", [], { kind: "denied" }],
    ["5", [], { kind: "other", said: "" }],
    ["6", ["changed"], { kind: expect.stringMatching(/unreachable|other/) }],
  ])("a watch that ends says how (%s)", async (version, took, failure) => {
    const found: Followed[] = [];
    const known = new FollowedPods({ pods: [], version });
    const following = pods.follow(watchFrom(version), (line) => found.push(known.take(line)));
    expect(await following.ended).toMatchObject(failure);
    expect(found).toEqual(took);
  });

  test.each([
    ["closed", "unreachable", /does not allow this: Error from server \(Forbidden\): pods is forbidden/],
    ["expired", "unreachable", /log in again/],
  ])("what is refused (%s) is told in its words", async (namespace, kind, words) => {
    const asked = pods.fetchText(podsAddress({ namespace }, { labels: "a=b", name: null }));
    await expect(asked).rejects.toMatchObject({ kind, needsKey: false, message: expect.stringMatching(words) });
  });

  test("a port where nothing listens, and a cluster that is not there", async () => {
    const closed = pods.fetchText(podAddress(place, "llama-1", { scheme: "http", port: 9000, path: "/metrics" }));
    await expect(closed).rejects.toMatchObject({ kind: "unreachable", message: expect.stringMatching(/Nothing listens on this port/) });
    const away = new KubectlFetch(new Kubectl(), { context: "gone", namespace: "serving" });
    await expect(away.fetchText(podsAddress(place, { labels: "a=b", name: null }))).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be reached/),
    });
    await expect(new Kubectl().get({ context: "nosuch" }, "/api/v1/nodes")).rejects.toMatchObject({ failure: { kind: "no-context" } });
  });

  test.each([
    [8001, 401],
    [8002, 403],
  ])("a pod that wants a key (%i) is told from a cluster that refuses", async (port, status) => {
    const page = pods.fetchText(podAddress(place, "llama-1", { scheme: "http", port, path: "/metrics" }));
    await expect(page).rejects.toMatchObject({ kind: "status", status, needsKey: true });
  });

  test("takes the words of port-forward", async () => {
    const page = pods.fetchText(podAddress(place, "llama-2", { scheme: "http", port: 8000, path: "/metrics" }));
    await expect(page).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/pods\/proxy.*A port cannot be forwarded either/s),
    });
  });
});
