import { expect, test } from "vitest";
import { addressesOf, proposed } from "./support.ts";

/** A service of vLLM with these lines of ports, as they stand under `ports:`. */
function compose(ports: readonly string[], { command = "--model Qwen/Qwen3-8B", more = "" } = {}): string {
  return `
services:
  llm:
    image: vllm/vllm-openai:v0.11.0
    command: ${command}
${more}    ports:
${ports.map((port) => `      ${port}`).join("\n")}
`;
}

test.each([
  ["a port of this host", ['- "8080:8000"'], ["http://127.0.0.1:8080"]],
  ["without quotes", ["- 8001:8000"], ["http://127.0.0.1:8001"]],
  ["with a protocol", ["- 8001:8000/tcp"], ["http://127.0.0.1:8001"]],
  ["no other protocol", ["- 8001:8000/udp"], []],
  ["no port that Docker draws", ['- "8000"', '- "127.0.0.1::8000"'], []],
  ["an address of the host", ['- "127.0.0.1:8002:8000"', '- "10.1.2.3:8003:8000"'], ["http://127.0.0.1:8002", "http://10.1.2.3:8003"]],
  ["every address of the host", ['- "0.0.0.0:8004:8000"'], ["http://127.0.0.1:8004"]],
  ["IPv6", ['- "[::1]:8005:8000"', '- "::1:8006:8000"'], ["http://[::1]:8005", "http://[::1]:8006"]],
  ["a range side by side", ['- "9000-9002:7999-8001"'], ["http://127.0.0.1:9001"]],
  ["no range of another length", ['- "9000-9003:8000-8001"'], []],
  ["a default", ['- "${PORT:-8010}:8000"'], ["http://127.0.0.1:8010"]],
  ["no variable without one", ['- "${PORT}:8000"'], []],
  ["the long syntax", ["- { target: 8000, published: 8011 }"], ["http://127.0.0.1:8011"]],
  [
    "the long syntax's words",
    ['- { target: 8000, published: "8012", host_ip: 127.0.0.1, protocol: tcp, mode: host }'],
    ["http://127.0.0.1:8012"],
  ],
  ["no long syntax without a published port", ["- { target: 8000 }"], []],
  ["nothing of another container's port", ['- "8080:9999"'], []],
  ["nothing that is no port", ['- "99999:8000"', "- 8000:eight", "- {}", "- ~"], []],
])("compose: %s", (_, ports, expected) => {
  expect(addressesOf(compose(ports))).toEqual(expected);
});

test("the reason names port and service, the place the mapping", () => {
  expect(proposed(compose(['- "8080:8000"']))).toEqual(["http://127.0.0.1:8080 | compose publishes port 8000 of llm here | 8080:8000"]);
});

test("the engine's own --port is the one that counts", () => {
  const text = compose(['- "8080:8000"', '- "8090:9000"'], { command: "--model Qwen/Qwen3-8B --port 9000" });
  expect(addressesOf(text)).toEqual(["http://127.0.0.1:8090"]);
});

test("a port that cannot be read may be any of those published", () => {
  const text = compose(['- "8080:8000"', '- "8090:9000"'], { command: "--model Qwen/Qwen3-8B --port $$PORT" });
  expect(addressesOf(text)).toEqual(["http://127.0.0.1:8080", "http://127.0.0.1:8090"]);
});

test("replicas that share a range are one fleet; fewer of them may be anywhere in it", () => {
  const scaled = (replicas: number): string => compose(['- "8000-8001:8000"'], { more: `    deploy: { replicas: ${replicas} }\n` });
  expect(proposed(scaled(2))).toEqual([
    "http://127.0.0.1:8000 http://127.0.0.1:8001 | compose publishes port 8000 of the 2 replicas of llm here | 8000-8001:8000",
  ]);
  expect(addressesOf(scaled(1))).toEqual(["http://127.0.0.1:8000", "http://127.0.0.1:8001"]);
});

test("a service that extends another publishes what that one does", () => {
  const text = `
services:
  base:
    image: vllm/vllm-openai:v0.11.0
    ports: ["8123:8000"]
  llm:
    extends: { service: base }
    command: --model Qwen/Qwen3-8B
`;
  expect(addressesOf(text)).toContain("http://127.0.0.1:8123");
});

test("what is not published is not proposed", () => {
  expect(addressesOf("services:\n  llm:\n    image: vllm/vllm-openai:v0.11.0\n    command: --model m\n")).toEqual([]);
});
