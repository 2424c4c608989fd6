import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { authoritiesOf, type Connections, environmentConnections } from "../../src/platform/connections.ts";
import { httpFetch } from "../../src/platform/http.ts";
import { environmentProxy } from "../../src/platform/proxy-route.ts";
import { type Certificates, certificates } from "./certificates.ts";

let tls: Certificates;
beforeAll(() => {
  tls = certificates(["DNS:localhost", "IP:127.0.0.1", "IP:127.0.0.3", "DNS:inside.test"]);
});
afterAll(() => tls.remove());

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

function answering(seen: IncomingMessage[]) {
  return (asked: IncomingMessage, response: ServerResponse): void => {
    seen.push(asked);
    response.end("a 1\n");
  };
}

const page = (seen: IncomingMessage[] = []) => createServer(answering(seen));
const securePage = (seen: IncomingMessage[] = []) => createSecureServer({ key: tls.key, cert: tls.certificate }, answering(seen));

/** A proxy that forwards whatever name it is asked for to one port of this machine, and remembers how it was asked. */
function proxy(to: number) {
  const lines: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createServer((asked, response) => {
    lines.push(`${asked.method} ${asked.url}`);
    credentials.push(asked.headers["proxy-authorization"]);
    const { pathname } = new URL(asked.url ?? "");
    const onwards = request({ port: to, host: "127.0.0.1", path: pathname, headers: asked.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    asked.pipe(onwards);
  });
  server.on("connect", (asked: IncomingMessage, socket: Socket) => {
    lines.push(`CONNECT ${asked.url}`);
    credentials.push(asked.headers["proxy-authorization"]);
    const onwards = connect(to, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onwards.pipe(socket).pipe(onwards);
    });
    for (const end of [onwards, socket]) end.on("error", () => end.destroy());
  });
  return { server, lines, credentials };
}

const own = (): Pick<Connections, "secureContext"> => ({ secureContext: authoritiesOf(tls.authority, {}) });

describe("through a proxy", () => {
  test("http is asked for by its whole address", async () => {
    const { server, lines } = proxy(await listening(page()));
    const through = environmentConnections({ HTTP_PROXY: `http://127.0.0.1:${await listening(server)}` });
    const { text } = await httpFetch(() => through)("http://inside.test:8000/metrics?a=1");
    expect([text, lines]).toEqual(["a 1\n", ["GET http://inside.test:8000/metrics?a=1"]]);
  });

  test("https goes through a tunnel: the proxy sees a name and a port, and no key", async () => {
    const seen: IncomingMessage[] = [];
    const { server, lines } = proxy(await listening(securePage(seen)));
    const port = await listening(server);
    const through = environmentConnections({ https_proxy: `http://127.0.0.1:${port}` }, own().secureContext);
    const { text } = await httpFetch(() => through)("https://inside.test:8443/metrics", { token: "secret" });
    expect([text, lines]).toEqual(["a 1\n", ["CONNECT inside.test:8443"]]);
    expect(seen[0]?.headers).toMatchObject({ authorization: "Bearer secret", host: "inside.test:8443" });
  });

  test("user and password of the proxy go to it alone", async () => {
    const seen: IncomingMessage[] = [];
    const { server, credentials } = proxy(await listening(securePage(seen)));
    const through = environmentConnections({ HTTPS_PROXY: `http://me:pass@127.0.0.1:${await listening(server)}` }, own().secureContext);
    await httpFetch(() => through)("https://inside.test/metrics");
    expect(credentials).toEqual([`Basic ${Buffer.from("me:pass").toString("base64")}`]);
    expect(seen[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  test.each(["127.0.0.1", "localhost", "127.0.0.2", "inference.localhost"])("%s never is", async (host) => {
    const { server, lines } = proxy(await listening(page()));
    const local = createServer((asked, response) => response.end(`host ${asked.headers.host}\n`));
    servers.push(local);
    await new Promise<void>((resolve) => local.listen(0, "0.0.0.0", resolve));
    const address = local.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const set = environmentConnections({ HTTP_PROXY: `http://127.0.0.1:${await listening(server)}` });
    // The same where somebody else decides: the name that it is asked under is one that VS Code spares.
    const { text } = await httpFetch(() => set)(`http://${host}:${port}/metrics`);
    expect([text, lines]).toEqual([`host ${host}:${port}\n`, []]);
  });

  test("a proxy that is no address, or wants a password, is said to", async () => {
    const odd = environmentConnections({ HTTP_PROXY: "socks5://127.0.0.1:1" });
    await expect(httpFetch(() => odd)("http://inside.test/metrics")).rejects.toMatchObject({
      kind: "unreachable",
      message: "The proxy that is set is no http or https address: set one that is, or none",
    });
    const refusing = createServer((_, response) => response.writeHead(407).end());
    refusing.on("connect", (_, socket: Socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    const set = `http://127.0.0.1:${await listening(refusing)}`;
    for (const scheme of ["http", "https"]) {
      const through = environmentConnections({ ALL_PROXY: set });
      await expect(httpFetch(() => through)(`${scheme}://inside.test/metrics`)).rejects.toMatchObject({ status: 407 });
    }
  });
});

describe("which proxy", () => {
  const set = {
    HTTP_PROXY: "http://p:1",
    HTTPS_PROXY: "q:2",
    NO_PROXY: "inside.test, .corp.test,10.0.0.0/8 fd00::/8,*.wild.test,port.test:8000,2001:0DB8:0::7",
  };
  test.each([
    ["http://outside.test/", "http://p:1"],
    ["https://outside.test/", "http://q:2"],
    ["http://inside.test/", null],
    ["http://deep.inside.test/", null],
    ["http://notinside.test/", "http://p:1"],
    ["http://a.corp.test/", null],
    ["http://corp.test/", null],
    ["http://10.1.2.3:8000/", null],
    ["http://11.1.2.3:8000/", "http://p:1"],
    ["http://[fd00::1]:8000/", null],
    ["http://[fe00::1]:8000/", "http://p:1"],
    ["http://a.wild.test/", null],
    ["http://port.test:8000/", null],
    ["http://port.test:9000/", "http://p:1"],
    ["http://localhost:8000/", null],
    ["http://[::1]:8000/", null],
    ["http://0.0.0.0:8000/", null],
    ["http://[::ffff:127.0.0.1]:8000/", null],
    ["http://inside.test.:8000/", null],
    ["http://[2001:db8::7]:8000/", null],
    ["http://[2001:db8::8]:8000/", "http://p:1"],
  ])("%s goes by %s", (url, proxyUrl) => {
    expect(environmentProxy(new URL(url), set)).toBe(proxyUrl);
  });

  test("none where everything is excluded, small letters win, and nothing is set", () => {
    const url = new URL("http://a.test/");
    expect(environmentProxy(url, { ...set, no_proxy: "*" })).toBeNull();
    expect(environmentProxy(url, { ...set, http_proxy: "http://small:1" })).toBe("http://small:1");
    expect(environmentProxy(url, { NO_PROXY: "10.0.0.0/99,::/x,[::1" })).toBeNull();
    expect(environmentProxy(url, { ...set, NO_PROXY: "10.0.0.0/99,::/x,[::1,." })).toBe("http://p:1");
  });
});

describe("who vouches for a server", () => {
  const fetching = (change: Partial<Connections>) => httpFetch(() => ({ ...environmentConnections({}), ...change }));

  test("nobody for one of an unknown authority, unless that is named or the host excepted", async () => {
    const url = `https://localhost:${await listening(securePage())}/metrics`;
    await expect(fetching({})(url)).rejects.toMatchObject({
      kind: "certificate",
      message: expect.stringContaining("The certificate comes from an authority that is not known here"),
    });
    expect((await fetching(own())(url)).text).toBe("a 1\n");
    const excepted = (origin: string) => origin === new URL(url).origin;
    expect((await fetching({ isExcepted: excepted })(url)).text).toBe("a 1\n");
    await expect(fetching({ isExcepted: (origin) => origin.endsWith("elsewhere") })(url)).rejects.toMatchObject({ kind: "certificate" });
  });

  test("one of several authorities in a file", async () => {
    const others = certificates(["DNS:other.test"]);
    try {
      const bundle = `# ours and theirs\n${readFileSync(others.authority, "utf8")}\r\n${readFileSync(tls.authority, "utf8")}`;
      writeFileSync(`${tls.authority}.bundle`, bundle);
      const url = `https://localhost:${await listening(securePage())}/metrics`;
      expect((await fetching({ secureContext: authoritiesOf(`${tls.authority}.bundle`) })(url)).text).toBe("a 1\n");
      await expect(fetching({ secureContext: authoritiesOf(others.authority) })(url)).rejects.toMatchObject({ kind: "certificate" });
    } finally {
      others.remove();
    }
  });

  test("a certificate for another name is refused under a known authority too", async () => {
    const port = await listening(securePage());
    await expect(fetching(own())(`https://other.localhost:${port}/metrics`)).rejects.toMatchObject({
      kind: "certificate",
      message: expect.stringContaining("The certificate is made out to another name"),
    });
  });

  test("an address of this machine is proved by itself, not by the name it is asked for under", async () => {
    const server = securePage();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect((await fetching(own())(`https://127.0.0.3:${port}/metrics`)).text).toBe("a 1\n");
    await expect(fetching(own())(`https://127.0.0.2:${port}/metrics`)).rejects.toMatchObject({ kind: "certificate" });
  });

  test("a server that does not speak https is no matter of certificates", async () => {
    const url = `https://127.0.0.1:${await listening(page())}/metrics`;
    await expect(fetching({})(url)).rejects.toMatchObject({ kind: "unreachable" });
  });

  test("a file that holds no certificate is refused when it is read", () => {
    expect(() =>
      authoritiesOf(new URL("connections.test.ts", import.meta.url).pathname.replace("connections.test.ts", "certificates.ts"), {}),
    ).toThrow();
    expect(() => authoritiesOf("/nowhere/ca.pem", {})).toThrow();
  });
});

describe("limits", () => {
  const fetchText = httpFetch(() => environmentConnections({}));

  test("a packed answer counts as it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, "a"));
    expect(bomb.byteLength).toBeLessThan(100_000);
    let sent = 0;
    const port = await listening(
      createServer((_, response) => {
        sent++;
        response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" }).end(bomb);
      }),
    );
    const before = process.memoryUsage().rss;
    await expect(fetchText(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      kind: "too-large",
      message: expect.stringContaining("Answers with more than 16 MiB"),
    });
    expect(sent).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 2 ** 20);
  });

  test("a packed answer that is torn, or packed in an unknown way, is an error of ours", async () => {
    const torn = gzipSync("a 1\n".repeat(1000)).subarray(0, 20);
    const port = await listening(
      createServer((asked, response) => response.writeHead(200, { "content-encoding": asked.url === "/torn" ? "gzip" : "zstd" }).end(torn)),
    );
    await expect(fetchText(`http://127.0.0.1:${port}/torn`)).rejects.toMatchObject({ kind: "unreachable" });
    await expect(fetchText(`http://127.0.0.1:${port}/odd`)).rejects.toMatchObject({ kind: "not-text" });
  });

  test("a slow drip ends with the time for the whole answer", async () => {
    const port = await listening(
      createServer((_, response) => {
        const drip = setInterval(() => response.write("a"), 20);
        response.on("close", () => clearInterval(drip));
      }),
    );
    const started = Date.now();
    await expect(fetchText(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })).rejects.toMatchObject({ kind: "timeout" });
    expect(Date.now() - started).toBeLessThan(2000);
  });

  test.each([
    ["another port", (port: number) => `http://127.0.0.1:${port + 1}/metrics`, "another port"],
    ["another host", (port: number) => `http://localhost:${port}/metrics`, "another host"],
    ["another scheme", (port: number) => `https://127.0.0.1:${port}/metrics`, "another scheme"],
    ["an address with credentials of its own", (port: number) => `http://evil:evil@localhost:${port}/`, "another host"],
  ])("a redirect to %s is refused, and says to which", async (_, to, words) => {
    const asked: string[] = [];
    let port = 0;
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(307, { location: to(port) }).end();
    });
    port = await listening(server);
    await expect(fetchText(`http://127.0.0.1:${port}/metrics`, { token: "t" })).rejects.toMatchObject({
      kind: "redirect",
      message: expect.stringMatching(new RegExp(`which is ${words}: attach to that address instead$`)),
    });
    expect(asked).toEqual(["/metrics"]);
  });
});
