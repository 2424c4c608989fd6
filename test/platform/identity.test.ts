import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import type { PageIdentity } from "../../src/live/running/identify.ts";
import { safeEndpoints } from "../../src/live/running/safe-endpoints.ts";
import { fetchText } from "../../src/platform/http.ts";
import { readIdentity, readVersionsOf } from "../../src/platform/identity.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on which every GET is possible, and that remembers which were asked for. */
async function remembering(answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const text = answers[(request.url ?? "").replace(/\?.*/, "")];
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "application/json" }).end(text ?? "{}");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/metrics`, asked };
}

function page(kind: string, model: string | null = null): PageIdentity {
  return { server: { kind: kind as PageIdentity["server"]["kind"], model, engines: 1 } };
}

const read = (url: string, what: PageIdentity) => readIdentity(fetchText, url, what, {});

/** Written out once more, so that the list cannot grow by itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  vllm: ["/openapi.json", "/server_info?config_format=json", "/version", "/v1/models"],
  sglang: ["/server_info", "/get_server_info", "/model_info", "/get_model_info", "/v1/models"],
  "trtllm-serve": ["/version", "/v1/models"],
  triton: ["/v2", "/v2/models/llama/config"],
  tgi: ["/info"],
  "llama.cpp": ["/props", "/v1/models"],
  nim: ["/v1/version", "/v1/metadata", "/v1/models"],
  dynamo: ["/v1/models"],
  unknown: ["/version", "/v1/models"],
};

describe("what is asked", () => {
  test("each kind of server has its list, and no other is asked for more", () => {
    expect(Object.keys(safeEndpoints).sort()).toEqual(Object.keys(allowed).sort());
  });

  test.each(Object.keys(allowed))("of %s nothing outside the list, whatever it refuses", async (kind) => {
    const { url, asked } = await remembering({ "/openapi.json": JSON.stringify({ paths: { "/server_info": { get: {} } } }) });
    await read(url, page(kind, "llama"));
    expect(new Set(asked)).toEqual(new Set(allowed[kind]?.map((path) => `GET ${path}`)));
  });

  test.each(["llm-d", "production-stack", "ray", "dcgm"])("of %s nothing at all", async (kind) => {
    const { url, asked } = await remembering({});
    await read(url, page(kind));
    expect(asked).toEqual([]);
  });

  test("vLLM is asked for its configuration only where it lists that it tells it", async () => {
    const { url, asked } = await remembering({ "/openapi.json": JSON.stringify({ paths: { "/server_info": { post: {} } } }) });
    await read(url, page("vllm"));
    expect(asked).not.toContain("GET /server_info?config_format=json");
  });

  test.each(["../flush_cache", "a/b", "", "x?y=1", "%2e%2e", ".."])("a model called “%s” makes no address", async (model) => {
    const { url, asked } = await remembering({});
    await read(url, page("triton", model));
    expect(asked).toEqual(["GET /v2"]);
  });
});

describe("what comes back", () => {
  test("is read where it makes sense, and unknown where not", async () => {
    const { url } = await remembering({
      "/version": '{"version":"0.19.0"}',
      "/v1/models":
        '{"data":[{"id":"adapter","parent":"base"},{"id":"base","root":"meta-llama/Llama-3.1-8B","parent":null,"max_model_len":4096}]}',
    });
    expect(await read(url, page("vllm"))).toMatchObject({ version: "0.19.0", model: "meta-llama/Llama-3.1-8B", maxModelLen: 4096 });
  });

  test.each([
    ["HTML", "<html>"],
    ["a list", "[1,2]"],
    ["other kinds of values", '{"version":{"a":1},"data":[{"id":7,"root":[],"max_model_len":"long"}]}'],
    ["a torn answer", '{"version":"0.1'],
    ["very deep brackets", "[".repeat(1_000_000)],
    ["nothing", ""],
  ])("%s leaves everything unknown", async (_, text) => {
    const { url } = await remembering({ "/version": text, "/v1/models": text });
    const { running, ...words } = await read(url, page("vllm"));
    expect(words).toEqual({ version: null, model: null, maxModelLen: null });
    expect(running).toMatchObject({ engine: "vllm", version: null, model: null, settings: {} });
  });

  test("more than four MiB are not read", async () => {
    const { url } = await remembering({ "/version": JSON.stringify({ version: "1.0", more: "x".repeat(5 * 2 ** 20) }) });
    expect((await read(url, page("vllm"))).version).toBeNull();
  });

  test("a word from a server is one line of bounded length", async () => {
    const { url } = await remembering({ "/version": JSON.stringify({ version: `0.1\n\u001b[31m${"x".repeat(5000)}` }) });
    const { version } = await read(url, page("vllm"));
    expect(version).toMatch(/^0\.1 \[31mx+$/);
    expect(version).toHaveLength(300);
  });
});

test("servers of a fleet are compared by their versions, each once; who does not say is left out", async () => {
  const fleet = await Promise.all(
    ["0.11.0", "0.10.2", "0.11.0", null].map((version) => remembering(version === null ? {} : { "/version": JSON.stringify({ version }) })),
  );
  const asked = { page: page("vllm"), keyFor: () => undefined, signal: AbortSignal.timeout(10_000) };
  expect(
    await readVersionsOf(
      fetchText,
      fleet.map(({ url }) => url),
      asked,
    ),
  ).toEqual(["0.11.0", "0.10.2"]);
});
