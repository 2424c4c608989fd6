import { describe, expect, test } from "vitest";
import type { KubectlFailure } from "../../../src/live/kubernetes/kubectl-failure.ts";
import { kubectlFailure } from "../../../src/live/kubernetes/kubectl-failure.ts";
import { selectedPods } from "../../../src/live/kubernetes/manifest-pods.ts";
import { readPods } from "../../../src/live/kubernetes/pod.ts";
import { PodWatch } from "../../../src/live/kubernetes/pod-watch.ts";
import { type FakePod, podListAt, podObject } from "../../support/fake-cluster.ts";

interface Started {
  readonly address: string;
  readonly tell: (line: string) => void;
  readonly end: (stderr: string) => Promise<void>;
  isStopped: boolean;
}

/** A watch over a cluster that a test speaks for. */
class Watched {
  time = 1000;
  readonly started: Started[] = [];
  readonly watch = new PodWatch(
    (address, onLine) => {
      let resolve: (failure: KubectlFailure) => void = () => undefined;
      const ended = new Promise<KubectlFailure>((done) => {
        resolve = done;
      });
      const one: Started = {
        address,
        tell: onLine,
        end: async (stderr) => {
          resolve(kubectlFailure(stderr));
          await ended;
          await Promise.resolve();
        },
        isStopped: false,
      };
      this.started.push(one);
      return {
        ended,
        stop: () => {
          one.isStopped = true;
        },
      };
    },
    { namespace: "serving", context: "prod" },
    () => this.time,
  );
  private readonly queries = selectedPods("app=llama");

  begin(version: number, ...pods: readonly FakePod[]): void {
    const list = readPods(JSON.stringify(podListAt(version, ...pods)));
    if (list) this.watch.begin(this.queries.map((query) => ({ query, list })));
  }

  get last(): Started {
    const one = this.started.at(-1);
    if (!one) throw new Error("nothing was followed");
    return one;
  }

  names(): readonly string[] | undefined {
    return this.watch.changes()?.flatMap(({ pods }) => pods.map(({ name }) => name));
  }
}

const event = (type: string, pod: FakePod): string => JSON.stringify({ type, object: podObject(pod) });
const bookmark = (version: number): string =>
  JSON.stringify({ type: "BOOKMARK", object: { kind: "Pod", metadata: { resourceVersion: String(version) } } });

describe("pods that are watched", () => {
  test("from the moment of the list on, in the words of the API", () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    expect(cluster.started.map(({ address }) => address)).toEqual([
      "kubernetes://cluster/api/v1/namespaces/serving/pods?labelSelector=app%3Dllama&watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300",
    ]);
    expect(cluster.watch.isOn).toBe(true);
    expect(cluster.names()).toBeUndefined();
  });

  test("come, change and go, each told once", () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    cluster.last.tell(event("ADDED", { name: "b", version: 8 }));
    cluster.last.tell(event("MODIFIED", { name: "a", phase: "Pending", version: 9 }));
    expect(cluster.names()).toEqual(["a", "b"]);
    expect(cluster.names()).toBeUndefined();
    cluster.last.tell(event("DELETED", { name: "a", version: 10 }));
    cluster.last.tell("");
    expect(cluster.names()).toEqual(["b"]);
  });

  test("are followed on from where the API server or a proxy ended it", async () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    cluster.last.tell(event("ADDED", { name: "b", version: 8 }));
    cluster.last.tell(bookmark(40));
    cluster.time += 300;
    await cluster.last.end("");
    expect(cluster.last.address).toContain("resourceVersion=40&");
    cluster.time += 60;
    await cluster.last.end("error: unexpected EOF");
    expect(cluster.started.length).toBe(3);
    expect(cluster.watch.isOn).toBe(true);
  });

  test("are listed again where what happened in the meantime is forgotten (410)", async () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    cluster.time += 100;
    const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 7 (99)" };
    cluster.last.tell(JSON.stringify({ type: "ERROR", object: gone }));
    expect(cluster.watch.isOn).toBe(false);
    expect(cluster.last.isStopped).toBe(true);
    cluster.begin(99, { name: "a" });
    expect(cluster.last.address).toContain("resourceVersion=99&");
    cluster.time += 100;
    await cluster.last.end("Error from server (Expired): too old resource version: 99 (200)");
    expect(cluster.watch.isOn).toBe(false);
  });

  test("that cannot be followed for long are tried again later and later", async () => {
    const cluster = new Watched();
    const tries: number[] = [];
    for (let i = 0; i < 100; i++) {
      const before = cluster.started.length;
      cluster.begin(7, { name: "a" });
      if (cluster.started.length > before) {
        tries.push(cluster.time - 1000);
        await cluster.last.end("Unable to connect to the server: EOF");
      }
      cluster.time += 15;
    }
    expect(tries).toEqual([0, 15, 45, 105, 225, 465, 765, 1065, 1365]);
  });

  test("that may not be watched are not tried again", async () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    await cluster.last.end('Error from server (Forbidden): pods is forbidden: User "me" cannot watch resource "pods" in API group ""');
    expect(cluster.watch.isRefused).toBe(true);
    cluster.time += 10_000;
    cluster.begin(7, { name: "a" });
    expect(cluster.started.length).toBe(1);
  });

  test("whose connection broke without a word are followed anew", () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    cluster.time += 331;
    expect(cluster.names()).toBeUndefined();
    expect(cluster.started.map(({ isStopped }) => isStopped)).toEqual([true, false]);
  });

  test("of a line that makes no sense nothing is believed", () => {
    for (const line of ["<html>", "{}", JSON.stringify({ type: "ADDED", object: {} }), JSON.stringify({ kind: "PodList", items: [] })]) {
      const cluster = new Watched();
      cluster.begin(7, { name: "a" });
      cluster.last.tell(line);
      expect([cluster.watch.isOn, cluster.names()]).toEqual([false, undefined]);
    }
  });

  test("are followed no more once it was stopped, and never where the list tells no moment", () => {
    const cluster = new Watched();
    cluster.begin(7, { name: "a" });
    const [first] = cluster.started;
    cluster.watch.stop();
    first?.tell(event("ADDED", { name: "b" }));
    expect([first?.isStopped, cluster.watch.isOn, cluster.names()]).toEqual([true, false, undefined]);
    const list = readPods(JSON.stringify({ items: [] }));
    if (list) cluster.watch.begin(selectedPods("x=y").map((query) => ({ query, list })));
    expect(cluster.started.length).toBe(1);
  });
});
