import { afterEach, describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { selectedPods } from "../../src/live/kubernetes/manifest-pods.ts";
import type { Pod } from "../../src/live/kubernetes/pod.ts";
import { ClusterPods } from "../../src/platform/cluster-pods.ts";
import { Kubectl } from "../../src/platform/kubectl.ts";
import { attachedPods, podsTarget, podsUrl } from "../../src/platform/pods-target.ts";
import { type FakeAnswer, FakeCluster, type FakePod, podList } from "../support/fake-cluster.ts";

const place = { context: "prod", namespace: "team-a" };
const queries = selectedPods("app=llama");
const made: FakeCluster[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

function cluster(answers: readonly FakeAnswer[]): ClusterPods {
  const fake = new FakeCluster({ answers });
  made.push(fake);
  return new ClusterPods(new Kubectl(fake.tool), place);
}

const pods = (...all: readonly FakePod[]) => ({ match: "/pods\\?", json: podList(...all) });

describe.skipIf(process.platform === "win32")("the pods of a cluster", () => {
  const why = async (...answers: readonly FakeAnswer[]): Promise<string> => {
    const asked = cluster(answers);
    return (await asked.whyNone(await asked.list(queries))).map(plain).join(" ");
  };

  test("that run need no reason", async () => {
    expect(await why(pods({ name: "llama-1" }, { name: "llama-2", phase: "Pending" }))).toBe("");
  });

  test.each([
    ["denied", 'Error from server (Forbidden): pods is forbidden: User "me" cannot list resource "pods"', /does not allow this/],
    ["login", "error: You must be logged in to the server (Unauthorized)", /log in again/],
    ["login", "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255", /log in again/],
    ["unreachable", "Unable to connect to the server: dial tcp: lookup api on 10.0.0.2:53: no such host", /cannot be reached/],
    ["timeout", "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout", /did not answer in time/],
  ])("that may not be listed (%s)", async (kind, fail, words) => {
    await expect(cluster([{ match: "pods", fail }]).list(queries)).rejects.toMatchObject({
      failure: { kind },
      message: expect.stringMatching(words),
    });
  });

  test("in a namespace that is not there, and in one that is", async () => {
    const missing = { match: "namespaces/team-a$", fail: 'Error from server (NotFound): namespaces "team-a" not found' };
    expect(await why(pods(), missing)).toMatch(/^There is no such namespace in this cluster/);
    const none = "No pod of this deployment is in namespace team-a of context prod.";
    expect(await why(pods(), { match: "namespaces/team-a$", json: {} })).toBe(none);
    const forbidden = { match: "namespaces/team-a$", fail: 'Error from server (Forbidden): namespaces "team-a" is forbidden' };
    expect(await why(pods(), forbidden)).toBe(none);
  });

  test("that wait for a node, or for an image", async () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available: 3 Insufficient nvidia.com/gpu." }];
    expect(await why(pods({ name: "llama-1", phase: "Pending", conditions }))).toBe(
      "llama-1 waits for a node: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
    );
    const status = { state: { waiting: { reason: "ImagePullBackOff", message: "manifest unknown" } } };
    expect(await why(pods({ name: "llama-1", phase: "Pending", status }))).toMatch(/cannot fetch its image .*: manifest unknown$/);
  });

  test("whose engine refuses to start, with its own reason from the log of the start before", async () => {
    const status = { restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } };
    const log = [
      "INFO 11-28 10:00:00 [api_server.py:1839] vLLM API server version 0.11.0",
      "ERROR 11-28 10:00:10 [core.py:708] ValueError: No available memory for the cache blocks.",
    ].join("\n");
    const crashing = pods({ name: "llama-1", status });
    const told = await why(crashing, { match: "/log\\?container=vllm&limitBytes=4194304&previous=true$", text: log });
    expect(told).toMatch(/ends again and again, 4 times so far .* refused: no memory left for the KV cache$/);
    const denied = { match: "/log", fail: 'Error from server (Forbidden): pods "llama-1" is forbidden: User "me" cannot get "pods/log"' };
    expect(await why(crashing, denied)).toMatch(/4 times so far \(CrashLoopBackOff\)\.$/);
  });

  test("on a click: a node's labels, where they may be read, and the log of the start", async () => {
    const node = { match: "/nodes/gpu-1$", json: { metadata: { labels: { "nvidia.com/gpu.product": "NVIDIA-H200" } } } };
    const asked = cluster([pods({ name: "llama-1" }), node, { match: "/log", text: "started\n" }]);
    const [pod] = await asked.list(queries);
    expect((await asked.running(pod as Pod)).nodeLabels.get("nvidia.com/gpu.product")).toBe("NVIDIA-H200");
    expect(await asked.startLog(pod as Pod)).toBe("started\n");
    const closed = cluster([pods({ name: "llama-1" }), { match: "/nodes/", fail: "Error from server (Forbidden): nodes is forbidden" }]);
    expect((await closed.running(pod as Pod)).nodeLabels.size).toBe(0);
    expect(await closed.startLog(pod as Pod)).toBeUndefined();
  });
});

test("what is attached can be named, and attached again by its name", () => {
  const target = { name: "llama 8b", place: { context: "arn:aws:eks:x:1:cluster/c", namespace: "team-a" }, queries };
  const url = podsUrl(target);
  expect(url).toMatch(/^kubernetes:\/\/team-a\/llama%208b\?context=arn/);
  expect(podsTarget(url)).toEqual(target);
  expect(podsTarget("http://team-a/llama?context=c&pods=[]")).toBeUndefined();
  expect(podsTarget("kubernetes://team-a/llama")).toBeUndefined();
  expect(attachedPods(target, "kubectl").source.name).toBe("llama 8b (arn:aws:eks:x:1:cluster/c, team-a)");
});
