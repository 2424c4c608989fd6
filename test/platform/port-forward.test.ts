import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { Kubectl } from "../../src/platform/kubectl.ts";
import { PortForward } from "../../src/platform/port-forward.ts";
import { FakeCluster, type FakeState } from "../support/fake-cluster.ts";

const forwarded = { place: { context: "prod", namespace: "serving" }, pod: "llama-1", port: 8000 };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function cluster(state: FakeState): FakeCluster {
  const made = new FakeCluster(state);
  ends.push(() => made.remove());
  return made;
}

/** A clock whose hands a test moves. */
function clock() {
  let ahead = 0;
  return {
    ...systemClock,
    steady: () => systemClock.steady() + ahead,
    pass: (ms: number) => {
      ahead += ms;
    },
  };
}

async function pod(): Promise<number> {
  const server = createServer((_, response) => response.end("a 1\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe.skipIf(process.platform === "win32")("a forwarded port", () => {
  test("is not asked for again at once where it was refused, but after longer and longer waits", async () => {
    const fake = cluster({ forward: { fail: "error: lost connection to pod" } });
    const hands = clock();
    const forward = new PortForward(new Kubectl(fake.tool), forwarded, hands, () => 0.5);
    ends.push(() => forward.stop());
    const tries = () => fake.calls().length;
    await expect(forward.port()).rejects.toMatchObject({ message: expect.stringMatching(/lost connection to pod/) });
    await expect(forward.port()).rejects.toMatchObject({ message: expect.stringMatching(/lost connection to pod/) });
    expect(tries()).toBe(1);
    // One second after the first failure, two after the second.
    hands.pass(1100);
    await expect(forward.port()).rejects.toThrow();
    expect(tries()).toBe(2);
    hands.pass(1100);
    await expect(forward.port()).rejects.toThrow();
    expect(tries()).toBe(2);
    hands.pass(1100);
    await expect(forward.port()).rejects.toThrow();
    expect(tries()).toBe(3);
  });

  test("serves all who ask for it with one program, and is closed when that is ended", async () => {
    const fake = cluster({ forward: { port: await pod() } });
    const forward = new PortForward(new Kubectl(fake.tool), forwarded);
    ends.push(() => forward.stop());
    const [first, second] = await Promise.all([forward.port(), forward.port()]);
    expect(second).toBe(first);
    expect(fake.calls().length).toBe(1);
    expect(await (await fetch(`http://127.0.0.1:${first}/`)).text()).toBe("a 1\n");
    forward.stop();
    await expect(forward.port()).rejects.toMatchObject({ failure: { kind: "cancelled" } });
    await expect
      .poll(async () =>
        fetch(`http://127.0.0.1:${first}/`).then(
          () => "answers",
          () => "closed",
        ),
      )
      .toBe("closed");
  });
});
