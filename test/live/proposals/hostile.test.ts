import { expect, test } from "vitest";
import { addressesOf } from "./support.ts";

const engine = `
      containers:
        - { name: vllm, image: "vllm/vllm-openai:v0.11.0", args: ["--model", "m"], resources: { limits: { nvidia.com/gpu: 1 } } }`;

/** A list of lists of lists …: ten times as many values a level, by names alone. */
function laughs(levels: number): string {
  const lines = Array.from(
    { length: levels },
    (_, i) =>
      `  l${i}: &l${i} [${Array(10)
        .fill(i === 0 ? "x" : `*l${i - 1}`)
        .join(", ")}]`,
  );
  return `x-laughs:\n${lines.join("\n")}\n`;
}

test.each([
  [
    "aliases that stand for a billion values",
    `${laughs(10)}apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  template:\n    spec:${engine}\n`,
  ],
  [
    "an object that holds itself",
    `x: &x { y: *x }\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  template:\n    spec:${engine}\n`,
  ],
  [
    "values that hold themselves",
    "image: { repository: vllm/vllm-openai, tag: v0.11.0 }\ncommand: [vllm, serve, m]\nservice: &s { service: *s, ports: *s }\n",
  ],
  [
    "ten thousand ports",
    `services:\n  llm:\n    image: vllm/vllm-openai:v0.11.0\n    command: --model m\n    ports:\n${'      - "10000-10255:8000"\n'.repeat(10_000)}`,
  ],
  [
    "a port that is a mapping of lists",
    "services:\n  llm:\n    image: vllm/vllm-openai:v0.11.0\n    command: --model m\n    ports: [[[]], { target: [1] }, { published: { a: b } }]\n",
  ],
])("%s: read in time, and to no more than a list can show", (_, text) => {
  const began = performance.now();
  expect(addressesOf(text).length).toBeLessThanOrEqual(24);
  expect(performance.now() - began).toBeLessThan(5000);
});
