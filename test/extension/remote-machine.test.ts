import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { machineName, refusedLocalhost } from "../../src/extension/remote-machine.ts";

const said = (remoteName: string | undefined, authority?: string, isWeb = false): readonly (string | null)[] => {
  const machine = { remoteName, authority, isWeb };
  const name = machineName(machine);
  const refused = refusedLocalhost(machine, "8000");
  return [name && plain(name), refused && plain(refused)];
};

test.each([
  ["ssh-remote", "ssh-remote+gpu-7", "SSH: gpu-7", /ssh -R 8000:localhost:8000 gpu-7/],
  // A packed name (JSON in hexadecimal digits) is no name to show.
  ["ssh-remote", "ssh-remote+7b22686f73744e616d65223a2261227d", "the SSH host", /ssh -R 8000:localhost:8000 HOST/],
  ["wsl", "wsl+ubuntu", "WSL: ubuntu", /mirrored networking/],
  ["dev-container", "dev-container+7b22", "the container", /host\.docker\.internal:8000/],
  ["attached-container", "attached-container+7b22", "the container", /host\.docker\.internal:8000/],
  ["k8s-container", "k8s-container+context=x", "the pod's container", /the name of its Service, as in SERVICE\.NAMESPACE:8000/],
  ["codespaces", "codespaces+fluffy-waddle", "the codespace", /in the codespace's terminal/],
  ["tunnel", "tunnel+lab-box", "tunnel: lab-box", /Run the port-forward on that machine/],
  ["something-new", "something-new+x", "the remote machine", /on another machine/],
])("%s is named, and a refused localhost there says what to do", (remoteName, authority, name, refused) => {
  expect(said(remoteName, authority)).toEqual([name, expect.stringMatching(refused)]);
});

test("the machine in front of a person needs no name; behind a page it is the one that serves it", () => {
  expect(said(undefined)).toEqual([null, null]);
  expect(said(undefined, undefined, true)).toEqual(["the machine behind this page", expect.stringContaining("the machine that serves it")]);
});
