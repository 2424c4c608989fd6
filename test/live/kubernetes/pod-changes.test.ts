import { expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { readPods } from "../../../src/live/kubernetes/pod.ts";
import { PodChanges } from "../../../src/live/kubernetes/pod-changes.ts";
import { type FakePod, podList } from "../../support/fake-cluster.ts";

const hash = (value: string) => ({ "pod-template-hash": value });
const one = (name: string, more: Partial<FakePod> = {}): FakePod => ({ name, labels: hash("1"), ...more });
const next = (name: string, more: Partial<FakePod> = {}): FakePod =>
  one(name, { labels: hash("2"), container: { image: "vllm/vllm-openai:v0.12.0" }, ...more });
const leaving = { isLeaving: true };

/** What is told of each look at these pods, five seconds apart. */
function told(...looks: readonly (readonly FakePod[])[]): readonly (readonly string[])[] {
  const changes = new PodChanges();
  return looks.map((pods, i) =>
    changes.take(readPods(JSON.stringify(podList(...pods)))?.pods ?? [], 100 + 5 * i).map(({ kind, words }) => `${kind}: ${plain(words)}`),
  );
}

test("nothing, where nothing did, and nothing before the first look", () => {
  expect(told([], [])).toEqual([[], []]);
  expect(told([one("a"), one("b")], [one("a"), one("b")])).toEqual([[], []]);
});

test("a container that was started again in the same pod", () => {
  const status = { restartCount: 1, lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } };
  expect(told([one("a"), one("b")], [one("a", { status }), one("b")])[1]).toEqual([
    "restart: a was started again after it ended: OOMKilled",
  ]);
});

test("a pod in the place of another, at once or while the other is being removed", () => {
  expect(told([one("a"), one("b")], [one("a"), one("c")], [one("a"), one("c")])).toEqual([[], ["restart: c came in the place of b"], []]);
  const removed = told(
    [one("a"), one("b")],
    [one("a"), one("b", leaving)],
    [one("a"), one("b", leaving), one("c", { phase: "Pending" })],
    [one("a"), one("c")],
    [one("a"), one("c")],
    [one("a"), one("c")],
  );
  expect(removed.flat()).toEqual(["restart: c came in the place of b"]);
});

test("a pod of a StatefulSet comes back under its own name once the other is gone", () => {
  const looks = told(
    [one("a-0", { uid: "1" })],
    [one("a-0", { uid: "1", ...leaving })],
    [],
    [one("a-0", { uid: "2" })],
    [one("a-0", { uid: "2" })],
  );
  // It was away for less than the time after which another number is told.
  expect(looks.flat()).toEqual(["restart: a-0 came in the place of a-0"]);
});

test("a pod that failed and stays listed has its successor", () => {
  const failed = one("b", { phase: "Failed" });
  expect(told([one("a"), one("b")], [one("a"), failed], [one("a"), failed, one("c")], [one("a"), failed, one("c")]).flat()).toEqual([
    "restart: c came in the place of b",
  ]);
  // One that had failed before has none to come.
  expect(told([one("a"), failed], [one("a"), failed, one("c")]).flat()).toEqual(["scale: 1 pods became 2"]);
});

test("more of them at once, fewer once it is clear that nobody follows", () => {
  expect(told([one("a"), one("b")], [one("a"), one("b"), one("c")])[1]).toEqual(["scale: 2 pods became 3"]);
  expect(told([one("a"), one("b")], [one("a"), one("b", leaving)], [one("a")], [one("a")], [one("a")])).toEqual([
    [],
    [],
    [],
    ["scale: 2 pods became 1"],
    [],
  ]);
});

test("none, and some again", () => {
  const looks = told([one("a"), one("b")], [one("a", leaving), one("b", leaving)], [], [], [], [one("c")], [one("c"), one("d")]);
  expect(looks).toEqual([
    [],
    [],
    [],
    ["scale: 2 pods became 0"],
    [],
    ["restart: c came in the place of a", "scale: 0 pods became 1"],
    ["restart: d came in the place of b", "scale: 1 pods became 2"],
  ]);
});

test("a rolling deploy is one event, however its pods come and go, and no change of number", () => {
  const looks = told(
    [one("a"), one("b")],
    [one("a"), one("b"), next("c", { phase: "Pending" })],
    [one("a"), one("b", leaving), next("c")],
    [one("a"), next("c"), next("d")],
    [one("a", leaving), next("c"), next("d")],
    [next("c"), next("d")],
    [next("c"), next("d")],
    [next("c"), next("d")],
  );
  expect(looks.flat()).toEqual(["deploy: A new version is rolled out: vllm/vllm-openai:v0.12.0"]);
});

test("a deploy that also scales tells the number when it is through", () => {
  const looks = told(
    [one("a"), one("b")],
    [one("a"), one("b", leaving), next("c")],
    [one("a", leaving), next("c")],
    [next("c")],
    [next("c")],
    [next("c")],
  );
  expect(looks.flat()).toEqual(["deploy: A new version is rolled out: vllm/vllm-openai:v0.12.0", "scale: 2 pods became 1"]);
});
