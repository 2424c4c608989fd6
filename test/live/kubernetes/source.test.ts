import { describe, expect, test } from "vitest";
import { message, plain } from "../../../src/deployment/message.ts";
import type { PodQuery } from "../../../src/live/kubernetes/manifest-pods.ts";
import type { Answer, Ask, Look } from "../../../src/live/source.ts";
import { KubernetesPods } from "../../../src/live/sources/kubernetes.ts";
import { type FakePod, podList } from "../../support/fake-cluster.ts";

const place = { context: "prod", namespace: "serving" };
const byLabel: readonly PodQuery[] = [{ labels: "app=llama", name: null, prefix: null, role: null }];

function page(tokens: number): string {
  return `# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine="0"} 2\n# TYPE vllm:generation_tokens counter\nvllm:generation_tokens_total{engine="0"} ${tokens}\n`;
}

/** A cluster whose pods and pages a test lays down; time passes look by look. */
class Cluster implements Ask {
  time = 1_000_000;
  pods: readonly FakePod[] | string = [];
  pages: Record<string, string> = {};
  readonly asked: string[] = [];

  now() {
    return { time: this.time, steady: this.time };
  }

  readonly say = plain;

  async wait(): Promise<void> {
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }

  async text(address: string): Promise<Answer> {
    this.asked.push(address);
    const at = this.now();
    const failed = (detail: string): Answer => ({ kind: "failed", why: "unreachable", detail: message(detail), status: null, at });
    if (!address.includes("/proxy/")) {
      return typeof this.pods === "string"
        ? failed(this.pods)
        : { kind: "text", text: JSON.stringify(podList(...this.pods)), contentType: "", at };
    }
    const [, name = ""] = /pods\/([^/]+)\/proxy/.exec(address) ?? [];
    const text = this.pages[name];
    return text === undefined ? failed("Nothing listens on this port of the pod") : { kind: "text", text, contentType: "", at };
  }

  async look(source: KubernetesPods, seconds: number): Promise<Look> {
    this.time += seconds;
    return source.look(this);
  }
}

const events = (look: Look): readonly string[] => (look.events ?? []).map(({ kind, words }) => `${kind}: ${plain(words)}`);
const members = (look: Look): readonly string[] =>
  (look.members ?? []).map(({ name, role, state, detail }) => `${name} ${role} ${state} ${detail}`.trim());

function pods(): KubernetesPods {
  return new KubernetesPods("llama", place, byLabel);
}

describe("pods as a fleet", () => {
  test("each that runs is a member with its role; a token that both pools made counts once", async () => {
    const cluster = new Cluster();
    cluster.pods = [
      { name: "p-1", labels: { "llm-d.ai/role": "prefill" } },
      { name: "d-1", labels: { "llm-d.ai/role": "decode" } },
    ];
    cluster.pages = { "p-1:8000": page(100), "d-1:8000": page(1000) };
    const source = pods();
    expect(members(await cluster.look(source, 1))).toEqual(["d-1 decode live", "p-1 prefill live"]);
    expect(cluster.asked[0]).toBe("kubernetes://cluster/api/v1/namespaces/serving/pods?labelSelector=app%3Dllama&limit=500");
    cluster.pages = { "p-1:8000": page(150), "d-1:8000": page(1400) };
    const look = await cluster.look(source, 5);
    expect(look).toMatchObject({ kind: "stretch", seconds: 5, grown: { counters: { generation_tokens_total: 400 } } });
  });

  test("the cluster is asked for its pods again after 15 s, and no sooner", async () => {
    const cluster = new Cluster();
    cluster.pods = [{ name: "a" }];
    cluster.pages = { "a:8000": page(1) };
    const source = pods();
    const lists = () => cluster.asked.filter((address) => !address.includes("/proxy/")).length;
    for (let i = 0; i < 4; i++) await cluster.look(source, 4);
    expect(lists()).toBe(1);
    await cluster.look(source, 4);
    expect(lists()).toBe(2);
  });

  test("who comes, goes and is started again is told, and asked or not from then on", async () => {
    const cluster = new Cluster();
    cluster.pods = [{ name: "a" }, { name: "b" }];
    cluster.pages = { "a:8000": page(1), "b:8000": page(1), "c:8000": page(1) };
    const source = pods();
    await cluster.look(source, 1);
    const status = { restartCount: 1, lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } };
    cluster.pods = [{ name: "a", status }, { name: "b" }, { name: "c" }];
    // The list comes beside the pages: who came is asked at the next look.
    const told = await cluster.look(source, 15);
    const look = await cluster.look(source, 1);
    expect([...events(told), ...events(look)]).toEqual([
      "restart: a was started again after it ended: OOMKilled",
      "scale: 2 pods became 3",
    ]);
    expect(members(look)).toEqual(["a both live", "b both live", "c both live"]);
    cluster.pods = [{ name: "c" }];
    await cluster.look(source, 15);
    expect(members(await cluster.look(source, 1))).toEqual(["c both live"]);
  });

  test("a restart that both the list and the page tell is marked once, whichever comes first", async () => {
    const cluster = new Cluster();
    const status = (restartCount: number) => ({ restartCount, lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } });
    cluster.pods = [{ name: "a" }];
    cluster.pages = { "a:8000": page(1000) };
    const source = pods();
    await cluster.look(source, 1);
    cluster.pods = [{ name: "a", status: status(1) }];
    const listed = [await cluster.look(source, 15), await cluster.look(source, 1)];
    cluster.pages = { "a:8000": page(10) };
    const back = await cluster.look(source, 1);
    expect([...listed, back].flatMap(events)).toEqual(["restart: a was started again after it ended: OOMKilled"]);
    cluster.pages = { "a:8000": page(1) };
    const first = await cluster.look(source, 1);
    cluster.pods = [{ name: "a", status: status(2) }];
    const later = [await cluster.look(source, 15), await cluster.look(source, 1)];
    expect([first, ...later].flatMap(events)).toEqual(["restart: a was restarted"]);
  });

  test("one that stops is told once, with Kubernetes' reason for it", async () => {
    const cluster = new Cluster();
    cluster.pods = [{ name: "a" }, { name: "b" }];
    cluster.pages = { "a:8000": page(1), "b:8000": page(1) };
    const source = pods();
    await cluster.look(source, 1);
    const crash = {
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { reason: "Error", exitCode: 1 } },
      restartCount: 2,
    };
    cluster.pods = [{ name: "a" }, { name: "b", status: crash }];
    cluster.pages = { "a:8000": page(1) };
    const reason = "b both lost b ends again and again, 2 times so far (Error, exit code 1).";
    expect(members(await cluster.look(source, 15))).toEqual(["a both live", reason]);
    expect(members(await cluster.look(source, 1))).toEqual(["a both live", reason]);
  });

  test("one that does not run is missing, with Kubernetes' reason", async () => {
    const cluster = new Cluster();
    const conditions = [{ type: "PodScheduled", status: "False", message: "Insufficient nvidia.com/gpu." }];
    cluster.pods = [{ name: "a" }, { name: "b", phase: "Pending", conditions }];
    cluster.pages = { "a:8000": page(1) };
    expect(members(await cluster.look(pods(), 1))).toEqual(["a both live", "b both lost b waits for a node: Insufficient nvidia.com/gpu."]);
  });

  test("where none runs there are no figures, and the reason is told", async () => {
    const cluster = new Cluster();
    const source = pods();
    expect(await cluster.look(source, 1)).toMatchObject({
      kind: "none",
      why: "lost",
      detail: "No pod of this deployment is in namespace serving of context prod.",
    });
    cluster.pods = [{ name: "a", phase: "Pending", status: { state: { waiting: { reason: "ImagePullBackOff", message: "not found" } } } }];
    await cluster.look(source, 15);
    expect(await cluster.look(source, 1)).toMatchObject({ detail: "a cannot fetch its image vllm/vllm-openai:v0.11.0: not found" });
  });

  test("a cluster that does not answer at first is asked again soon; later its pods are still read", async () => {
    const cluster = new Cluster();
    cluster.pods = "The cluster does not know you any more";
    const source = pods();
    expect(await cluster.look(source, 1)).toMatchObject({ kind: "none", why: "lost", detail: "The cluster does not know you any more" });
    cluster.pods = [{ name: "a" }];
    cluster.pages = { "a:8000": page(1) };
    expect(members(await cluster.look(source, 4))).toEqual(["a both live"]);
    cluster.pods = "The cluster cannot be reached";
    await cluster.look(source, 15);
    const look = await cluster.look(source, 1);
    expect(look.problems).toEqual(["The cluster cannot be reached"]);
    expect(members(look)).toEqual(["a both live"]);
  });

  test("a worker of a group that serves nothing is no member, and nothing is wrong with it", async () => {
    const cluster = new Cluster();
    const worker = { "leaderworkerset.sigs.k8s.io/worker-index": "1" };
    cluster.pods = [{ name: "a" }, { name: "b", labels: worker }, { name: "c", labels: worker }];
    cluster.pages = { "a:8000": page(1), "c:8000": page(1) };
    const look = await cluster.look(pods(), 1);
    expect(members(look)).toEqual(["a both live", "c both live"]);
    expect(look.problems).toEqual([]);
  });

  test("a router beside engines with accelerators is no member; where none has any, all are", async () => {
    const cluster = new Cluster();
    const cpu = { resources: {} };
    cluster.pods = [{ name: "a" }, { name: "router", container: cpu }];
    cluster.pages = { "a:8000": page(1), "router:8000": page(1) };
    expect(members(await cluster.look(pods(), 1))).toEqual(["a both live"]);
    cluster.pods = [
      { name: "a", container: cpu },
      { name: "router", container: cpu },
    ];
    expect(members(await cluster.look(pods(), 1))).toEqual(["a both live", "router both live"]);
  });

  test("of several ports the first that tells an engine's figures is kept", async () => {
    const cluster = new Cluster();
    cluster.pods = [{ name: "a", annotations: { "prometheus.io/port": "15020" }, container: { ports: [{ containerPort: 8000 }] } }];
    cluster.pages = { "a:15020": "# TYPE go_goroutines gauge\ngo_goroutines 7\n", "a:8000": page(1) };
    const source = pods();
    await cluster.look(source, 1);
    expect(source.identityAt).toEqual(["kubernetes://cluster/api/v1/namespaces/serving/pods/a:8000/proxy/metrics"]);
    cluster.asked.length = 0;
    await cluster.look(source, 1);
    expect(cluster.asked).toEqual(["kubernetes://cluster/api/v1/namespaces/serving/pods/a:8000/proxy/metrics"]);
  });

  test("of very many pods a part is read, and the rest is named", async () => {
    const cluster = new Cluster();
    const names = Array.from({ length: 40 }, (_, i) => `pod-${String(i).padStart(2, "0")}`);
    cluster.pods = names.map((name) => ({ name }));
    cluster.pages = Object.fromEntries(names.map((name) => [`${name}:8000`, page(1)]));
    const look = await cluster.look(pods(), 1);
    expect(look.members?.length).toBe(32);
    expect(look.problems).toEqual(["8 pods more than 32: they are not read"]);
  });
});
