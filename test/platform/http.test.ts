import { createServer, type RequestListener, type Server } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { fetchText } from "../../src/platform/http.ts";
import { isHttpError } from "../../src/platform/http-error.ts";
import { isLoopback, normaliseUrl, redactUrl, siblingUrl } from "../../src/platform/url.ts";

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

describe("fetchText", () => {
  it("gives text, its type and how long it took", async () => {
    const url = await serve((_, response) => response.writeHead(200, { "content-type": "text/plain; version=1.0.0" }).end("a 1\n"));
    const answer = await fetchText(url);
    expect(answer).toMatchObject({ text: "a 1\n", contentType: "text/plain; version=1.0.0" });
    expect(answer.seconds).toBeGreaterThan(0);
  });

  it("joins characters that chunks cut, and unpacks what is packed", async () => {
    const bytes = Buffer.from("ä 1\n");
    const cut = await serve((_, response) => {
      response.write(bytes.subarray(0, 1));
      setTimeout(() => response.end(bytes.subarray(1)), 20);
    });
    expect((await fetchText(cut)).text).toBe("ä 1\n");
    const packed = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("b 2\n")));
    expect((await fetchText(packed)).text).toBe("b 2\n");
  });

  it("sends the key, and asks for text", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers.accept);
      response.end("ok");
    });
    await fetchText(url, { token: "secret" });
    await fetchText(url.replace("http://", "http://me:pa%40ss@"));
    expect(seen[0]).toBe("Bearer secret");
    expect(seen[1]).toContain("text/plain");
    expect(seen[2]).toBe(`Basic ${Buffer.from("me:pa@ss").toString("base64")}`);
  });

  it("keeps how a refusal begins where it is plain text or JSON, and no more of it", async () => {
    const said = async (contentType: string, text: string) => {
      const url = await serve((_, response) => response.writeHead(422, { "content-type": contentType }).end(text));
      return fetchText(url).then(
        () => "answered",
        (error: unknown) => isHttpError(error) && error.said,
      );
    };
    expect(await said("application/json; charset=utf-8", '{"status":"error"}')).toBe('{"status":"error"}');
    expect(await said("text/plain", "no org id\n")).toBe("no org id\n");
    expect(await said("text/html", "<h1>no</h1>")).toBe("");
    expect(await said("text/plain", "x".repeat(100_000))).toBe("x".repeat(2000));
  });

  it("posts a form with headers of its own", async () => {
    const url = await serve((request, response) => {
      let text = "";
      request.on("data", (part) => {
        text += String(part);
      });
      request.on("end", () => response.end(`${request.method} ${String(request.headers["x-scope-orgid"])} ${text}`));
    });
    const { text } = await fetchText(url, { form: { query: 'up{job="a b"}' }, headers: { "X-Scope-OrgID": "team-a" } });
    expect(text).toBe("POST team-a query=up%7Bjob%3D%22a+b%22%7D");
  });

  it.each([
    [401, "Needs a key"],
    [403, "not allowed"],
    [404, "no such page"],
    [500, "HTTP 500"],
  ])("says what HTTP %d means", async (status, words) => {
    const url = await serve((_, response) => response.writeHead(status).end("no"));
    await expect(fetchText(url)).rejects.toMatchObject({
      name: "HttpError",
      kind: "status",
      status,
      message: expect.stringContaining(words),
    });
  });

  it("gives up on a server that hangs, before headers and after", async () => {
    const silent = await serve(() => undefined);
    const started = performance.now();
    await expect(fetchText(silent, { timeoutMs: 200 })).rejects.toMatchObject({
      kind: "timeout",
      message: "No answer within 0.2 s: the server may be busy or stuck",
    });
    const dripping = await serve((_, response) => {
      const timer = setInterval(() => response.write("a 1\n"), 20);
      response.on("close", () => clearInterval(timer));
    });
    await expect(fetchText(dripping, { timeoutMs: 300 })).rejects.toMatchObject({ kind: "timeout" });
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("refuses 100 MB, announced, streamed or packed, after little of it", async () => {
    let sent = 0;
    const hundred = 100 * 2 ** 20;
    const streamed = await serve((_, response) => {
      const chunk = "a".repeat(65_535);
      const more = () => {
        while (sent < hundred && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      response.on("drain", more);
      more();
    });
    await expect(fetchText(streamed, { maxBytes: 2 ** 20 })).rejects.toMatchObject({
      kind: "too-large",
      message: "Answers with more than 1 MiB: no metrics page is so long",
    });
    expect(sent).toBeLessThan(40 * 2 ** 20);
    const announced = await serve((_, response) => response.writeHead(200, { "content-length": String(hundred) }).write("a"));
    await expect(fetchText(announced)).rejects.toMatchObject({
      kind: "too-large",
      message: "Answers with more than 16 MiB: no metrics page is so long",
    });
    const packed = await serve((_, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(30 * 2 ** 20))),
    );
    await expect(fetchText(packed)).rejects.toMatchObject({ kind: "too-large" });
  });

  it("refuses what is no text", async () => {
    const image = await serve((_, response) => response.writeHead(200, { "content-type": "image/png" }).end("x"));
    await expect(fetchText(image)).rejects.toMatchObject({ kind: "not-text" });
    const binary = await serve((_, response) => response.end(Buffer.from([1, 0, 2])));
    await expect(fetchText(binary)).rejects.toMatchObject({ kind: "not-text" });
  });

  it("reads text that calls itself octets", async () => {
    const octets = await serve((_, response) => response.writeHead(200, { "content-type": "application/octet-stream" }).end("a 1\n"));
    expect((await fetchText(octets)).text).toBe("a 1\n");
  });

  it("follows redirects on the same host only, and never in circles", async () => {
    const moved = await serve((request, response) => {
      if (request.url === "/metrics") response.writeHead(307, { location: "/metrics/" }).end();
      else response.end("a 1\n");
    });
    expect((await fetchText(`${moved}/metrics`, { token: "t" })).text).toBe("a 1\n");

    const asked: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.end("stolen");
    });
    const away = await serve((_, response) => response.writeHead(302, { location: other.replace("127.0.0.1", "localhost") }).end());
    await expect(fetchText(away, { token: "t" })).rejects.toMatchObject({
      kind: "redirect",
      message: expect.stringContaining("another host"),
    });
    expect(asked).toEqual([]);

    const circle = await serve((_, response) => response.writeHead(302, { location: "/" }).end());
    await expect(fetchText(circle)).rejects.toMatchObject({ kind: "redirect", message: expect.stringContaining("Redirects in circles") });
  });

  it("says that nothing listens, that a connection broke, that it was stopped", async () => {
    const gone = await serve(() => undefined);
    const server = open.pop();
    await new Promise((resolve) => server?.close(resolve));
    await expect(fetchText(gone)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("Nothing listens there (connection refused)"),
    });
    const breaking = await serve((request) => request.socket.destroy());
    await expect(fetchText(breaking)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("The connection broke"),
    });
    const half = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("a 1\n");
      setTimeout(() => response.destroy(), 20);
    });
    await expect(fetchText(half)).rejects.toMatchObject({ kind: "unreachable" });
    const stop = new AbortController();
    const silent = await serve(() => undefined);
    setTimeout(() => stop.abort(), 30);
    await expect(fetchText(silent, { signal: stop.signal })).rejects.toMatchObject({ kind: "cancelled" });
  });

  it("keeps credentials out of every message", async () => {
    const failure = await fetchText("http://me:hunter2@127.0.0.1:1/metrics?token=hunter2", { token: "hunter2" }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).not.toContain("hunter2");
    await expect(fetchText("ftp://me:hunter2@host/")).rejects.toMatchObject({
      kind: "bad-url",
      message: "Only http and https can be asked, not ftp",
    });
  });
});

describe("addresses", () => {
  it.each([
    ["localhost:8000", "http://localhost:8000/metrics"],
    ["8000", "http://localhost:8000/metrics"],
    [" http://10.0.0.7:8000/ ", "http://10.0.0.7:8000/metrics"],
    ["http://h:8000/v1", "http://h:8000/metrics"],
    ["https://gateway/llama/metrics", "https://gateway/llama/metrics"],
    ["http://h/v1/metrics", "http://h/v1/metrics"],
    ["http://h/metrics?x=1#top", "http://h/metrics?x=1"],
    ["[::1]:8000", "http://[::1]:8000/metrics"],
    ["vllm.prod.svc.cluster.local:8000", "http://vllm.prod.svc.cluster.local:8000/metrics"],
  ])("reads %s as %s", (input, url) => {
    expect(normaliseUrl(input)).toBe(url);
    expect(normaliseUrl(url)).toBe(url);
  });

  it.each(["", "  ", "http://", "file:///etc/passwd", "http://h:99999/", "not a url"])("refuses %j", (input) => {
    expect(() => normaliseUrl(input)).toThrow();
  });

  it("finds neighbours, hides credentials, knows this machine", () => {
    expect(siblingUrl("http://h:8000/metrics", "version")).toBe("http://h:8000/version");
    expect(siblingUrl("http://h/llama/metrics?x=1", "v1/models")).toBe("http://h/llama/v1/models");
    expect(siblingUrl("http://h/v1/metrics", "v1/models")).toBe("http://h/v1/models");
    expect(redactUrl("http://me:pw@h/metrics?key=1#x")).toBe("http://h/metrics");
    expect(redactUrl("//me:pw@h/metrics?key=1")).toBe("//h/metrics");
    expect(["http://localhost:1", "http://127.0.0.9", "http://[::1]:3"].map(isLoopback)).toEqual([true, true, true]);
    expect(["http://127.evil.com", "http://10.0.0.1", "nonsense"].map(isLoopback)).toEqual([false, false, false]);
  });
});
