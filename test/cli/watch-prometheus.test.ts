import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Told } from "../live/sources/fake-api.ts";
import { type StoreState, server, storeAnswer, two } from "../live/sources/fake-store.ts";
import { at, bundledCli, type Cli, lines } from "./support.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => cli.dispose());

const open: Server[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
});

interface Request {
  readonly path: string;
  readonly key: string | undefined;
  readonly tenant: string | string[] | undefined;
}

/** A store that listens on this machine; `refuse` may answer instead of it. */
async function store(state: StoreState, refuse: (request: Request) => Told | undefined = () => undefined) {
  const requests: Request[] = [];
  const listener = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://store");
    const one = { path: url.pathname, key: request.headers.authorization, tenant: request.headers["x-scope-orgid"] };
    requests.push(one);
    const parameters =
      request.method === "POST" ? Object.fromEntries(new URLSearchParams(await body(request))) : Object.fromEntries(url.searchParams);
    const asked = { path: url.pathname.replace(/^(?:\/prometheus)?\/api\/v1\//, ""), parameters, method: "GET" as const, headers: {} };
    const told = refuse(one) ?? storeAnswer(asked, state, Date.now() / 1000);
    if ("status" in told) response.writeHead(told.status, { "content-type": "text/plain" }).end(told.said ?? "");
    else if ("text" in told) response.end(told.text);
    else response.end(JSON.stringify({ status: "success", ...told }));
  });
  open.push(listener);
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, requests };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

const watch = (...words: readonly string[]) => cli.run(["watch", ...words], { env: { INFERENCE_LENS_TOKEN: "s3cret" } });

describe("watch --prometheus", () => {
  it("prints what the store says of the servers chosen, as one line", async () => {
    const { url, requests } = await store(two);
    const { stdout, stderr, code } = await watch(
      "--prometheus",
      url,
      "--labels",
      "job=vllm",
      "--once",
      "--format",
      "jsonl",
      "--per-engine",
    );
    expect(code).toBe(0);
    expect(stderr).toBe("Prometheus API: 2 servers, 2 engines of acme/chat.\n");
    const [line] = lines(stdout);
    expect(at(line, "server")).toEqual({ kind: "vllm", version: null, model: "acme/chat", engines: 2 });
    expect(at(line, "metrics", "requests_running")).toBe(8);
    expect(at(line, "metrics", "generation_tokens_per_second")).toBe(150);
    expect(at(line, "metrics", "ttft_seconds", "mean")).toBeCloseTo(0.2, 12);
    expect(at(line, "engines", 1, "engine")).toBe("b");
    expect(requests.every(({ key }) => key === "Bearer s3cret")).toBe(true);
  });

  it("finds the API below the address that people know", async () => {
    const { url } = await store(two, ({ path }) =>
      path.startsWith("/prometheus/") ? undefined : { status: 404, said: "404 page not found" },
    );
    const { code, stdout } = await watch("--prometheus", `${url}/graph?g0.expr=up`, "--once", "--format", "jsonl");
    expect([code, at(lines(stdout)[0], "metrics", "requests_running")]).toEqual([0, 8]);
  });

  it("lists the models of a store to choose from", async () => {
    const more = { ...server("c"), job: "other", model_name: "acme/large" };
    const { url } = await store({ ...two, running: [...two.running, [more, 1]] });
    const { code, stderr } = await watch("--prometheus", url, "--once");
    expect(code).toBe(2);
    expect(stderr).toContain(
      "knows several models; choose one:\n  --labels job=vllm,model_name=acme/chat  (2)\n  --labels job=other,model_name=acme/large  (1)",
    );
  });

  it.each([
    [{ status: 401, said: "" }, "Needs a key (HTTP 401)"],
    [{ status: 401, said: "no org id" }, "Name it with --tenant."],
    [{ status: 404, said: "404 page not found" }, "Mimir has it below /prometheus"],
    [{ status: 500, said: "" }, "The server failed (HTTP 500)"],
  ])("says what a refusal means: %o", async (told, words) => {
    const { url } = await store(two, () => told);
    const { code, stderr, stdout } = await watch("--prometheus", url, "--once");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("s3cret");
  });

  it("names the tenant in every request", async () => {
    const { url, requests } = await store(two, ({ tenant }) => (tenant === "team-a" ? undefined : { status: 401, said: "no org id" }));
    expect((await watch("--prometheus", url, "--tenant", "team-a", "--once")).code).toBe(0);
    expect(requests.every(({ tenant }) => tenant === "team-a")).toBe(true);
  });

  it("says where no server has the labels", async () => {
    const { url } = await store({ ...two, running: [] });
    const { code, stderr } = await watch("--prometheus", url, "--labels", "job=none", "--once");
    expect([code, stderr]).toEqual([4, expect.stringContaining("knows no serving engine with these labels")]);
  });

  it.each([
    [["--prometheus", "9090", "--labels", "job"], "--labels takes label=value"],
    [["--prometheus", "://"], "Not an address"],
    [["--prometheus", "9090", "8000"], "exclude each other"],
    [["8000", "--labels", "a=b"], "go with --prometheus"],
  ])("takes no %j", async (words, said) => {
    const { code, stderr } = await watch(...words, "--once");
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
