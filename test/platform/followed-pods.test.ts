import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import type { Ask, Look } from "../../src/live/source.ts";
import { httpAsk } from "../../src/platform/ask.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { type AttachedPods, attachedPods } from "../../src/platform/pods-target.ts";
import { type FakeAnswer, FakeCluster, type FakePod, podListAt, podObject } from "../support/fake-cluster.ts";

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const page = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 2\n";
const watching: FakeAnswer = { match: "watch=1", follow: true };
const pages: FakeAnswer = { match: "/proxy/metrics$", text: page };
const target = {
  name: "llama",
  place: { context: "prod", namespace: "serving" },
  queries: [{ labels: "app=llama", name: null, prefix: null, role: null }],
};

/** Pods of a cluster, attached, and looked at through one port. */
class Attached {
  readonly cluster = new FakeCluster();
  readonly pods: AttachedPods = attachedPods(target, this.cluster.tool);
  private readonly taken = new AbortController();
  private readonly ask: Ask = httpAsk(
    { fetchText: this.pods.fetchText, clock: this.clock(), keyFor: () => undefined, timeoutMs: 5000 },
    this.taken.signal,
  );
  private aheadMs = 0;
  readonly events: string[] = [];

  constructor() {
    ends.push(() => {
      this.taken.abort();
      this.pods.stop();
      this.cluster.remove();
    });
  }

  lists(version: number, ...pods: readonly FakePod[]): void {
    this.cluster.become({ answers: [watching, { match: "/pods\\?", json: podListAt(version, ...pods) }, pages] });
  }

  async look(): Promise<Look> {
    const look = await this.pods.source.look(this.ask);
    this.events.push(...(look.events ?? []).map(({ kind, words }) => `${kind}: ${plain(words)}`));
    return look;
  }

  /** Looks until the members are these. */
  async until(...names: readonly string[]): Promise<Look> {
    for (let tries = 0; ; tries++) {
      const look = await this.look();
      const members = (look.members ?? []).filter(({ state }) => state !== "lost").map(({ name }) => name);
      if (members.join() === names.join()) return look;
      if (tries > 200) throw new Error(`members stayed ${members.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Lets so many seconds pass at once. */
  pass(seconds: number): void {
    this.aheadMs += seconds * 1000;
  }

  private clock() {
    return { ...systemClock, now: () => systemClock.now() + this.aheadMs, steady: () => systemClock.steady() + this.aheadMs };
  }

  async untilWatched(watches: number): Promise<void> {
    for (let tries = 0; this.calls().watches < watches; tries++) {
      if (tries > 200) throw new Error(`${this.calls().watches} watches were begun`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // It is begun, and about to read.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  /** Calls that list pods, and those that follow them. */
  calls(): { readonly lists: number; readonly watches: number } {
    const paths = this.cluster.calls().map((words) => words.at(-1) ?? "");
    const watches = paths.filter((path) => path.includes("watch=1")).length;
    return { lists: paths.filter((path) => path.includes("/pods?")).length - watches, watches };
  }

  /** Programs of this cluster that run now. */
  running(): number {
    const all = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    return all.split("\n").filter((line) => line.includes(this.cluster.tool) && line.includes("watch=1")).length;
  }
}

describe.skipIf(process.platform === "win32")("pods that kubectl watches", () => {
  test("come and go without the cluster being asked again, and detaching ends the watch", async () => {
    const attached = new Attached();
    attached.lists(1, { name: "a" }, { name: "b" });
    await attached.until("a", "b");
    attached.cluster.happens({ type: "ADDED", object: podObject({ name: "c", version: 2 }) });
    await attached.until("a", "b", "c");
    attached.cluster.happens({ type: "MODIFIED", object: podObject({ name: "a", isLeaving: true, version: 3 }) });
    attached.cluster.happens({ type: "ADDED", object: podObject({ name: "d", version: 4 }) });
    attached.cluster.happens({ type: "DELETED", object: podObject({ name: "a", isLeaving: true, version: 5 }) });
    await attached.until("b", "c", "d");
    expect(attached.events).toEqual(["scale: 2 pods became 3", "restart: d came in the place of a"]);
    expect(attached.calls()).toEqual({ lists: 1, watches: 1 });
    expect(attached.running()).toBe(1);
    attached.pods.stop();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(attached.running()).toBe(0);
  });

  test("a rolling deploy, and the deployment scaled to nothing and back", async () => {
    const attached = new Attached();
    const hash = (value: string) => ({ labels: { "pod-template-hash": value } });
    attached.lists(1, { name: "a", ...hash("1") });
    await attached.until("a");
    attached.cluster.happens({ type: "ADDED", object: podObject({ name: "b", version: 2, ...hash("2") }) });
    await attached.until("a", "b");
    attached.cluster.happens({ type: "DELETED", object: podObject({ name: "a", version: 3, ...hash("1") }) });
    await attached.until("b");
    expect(attached.events).toEqual(["deploy: A new version is rolled out: vllm/vllm-openai:v0.11.0"]);
    attached.cluster.happens({ type: "DELETED", object: podObject({ name: "b", version: 4, ...hash("2") }) });
    const none = await attached.until();
    expect(none).toMatchObject({ kind: "none", why: "lost", detail: "No pod of this deployment is in namespace serving of context prod." });
    attached.cluster.happens({ type: "ADDED", object: podObject({ name: "c", version: 5, ...hash("2") }) });
    await attached.until("c");
    expect(attached.calls()).toEqual({ lists: 1, watches: 1 });
  });

  test("a watch that ended in time goes on from its last moment, one whose moment is forgotten from a new list", async () => {
    const attached = new Attached();
    attached.lists(1, { name: "a" });
    await attached.until("a");
    await attached.untilWatched(1);
    attached.pass(300);
    attached.cluster.happens({ ends: true });
    await attached.untilWatched(2);
    attached.cluster.happens({ type: "ADDED", object: podObject({ name: "b", version: 2 }) });
    await attached.until("a", "b");
    expect(attached.calls()).toEqual({ lists: 1, watches: 2 });
    attached.lists(9, { name: "b" }, { name: "c" });
    attached.pass(300);
    attached.cluster.happens({ ends: true, fail: "Error from server (Expired): too old resource version: 2 (9)" });
    await attached.until("b", "c");
    await attached.untilWatched(3);
    expect(attached.calls()).toEqual({ lists: 2, watches: 3 });
    expect(attached.cluster.calls().at(-1)?.at(-1) ?? "").toMatch(/resourceVersion=9&|proxy/);
  });

  test("where watching is refused, lists go on, and that is told", async () => {
    const attached = new Attached();
    const fail = 'Error from server (Forbidden): pods is forbidden: User "me" cannot watch resource "pods" in API group ""';
    attached.cluster.become({ answers: [{ match: "watch=1", fail }, { match: "/pods\\?", json: podListAt(1, { name: "a" }) }, pages] });
    for (let tries = 0; tries < 200; tries++) {
      const { problems } = await attached.look();
      if (problems.length > 0) {
        expect(problems).toEqual(["The cluster lets its pods be listed and not watched: it is asked every 15 s"]);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("nothing was told");
  });

  test("a look alone follows nothing", async () => {
    const attached = new Attached();
    attached.lists(1, { name: "a" });
    const once = attachedPods(target, attached.cluster.tool, { isOneLook: true });
    const ask = httpAsk(
      { fetchText: once.fetchText, clock: systemClock, keyFor: () => undefined, timeoutMs: 5000 },
      new AbortController().signal,
    );
    expect((await once.source.look(ask)).kind).toBe("stretch");
    expect(attached.calls()).toEqual({ lists: 1, watches: 0 });
  });
});
