import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { fetchText } from "../../src/platform/http.ts";
import { certificateWords, redirectWords, statusWords, unreachableWords } from "../../src/platform/http-words.ts";

const servers: TcpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

/** What answers every connection with these bytes. */
async function saying(bytes: string): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined).resume();
    socket.end(bytes);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

describe("each cause has a sentence that says what to do", () => {
  it.each([
    [401, "Needs a key (HTTP 401): give one, or another than the one given"],
    [403, "Reading this page is not allowed (HTTP 403): it takes another key, or asks for a client that it knows"],
    [404, "There is no such page (HTTP 404): check the path"],
    [407, "The proxy wants a user and a password (HTTP 407): write them into its address, or spare this host from it"],
    [418, "Answers with HTTP 418, which is no page: check address and path"],
    [429, "Was asked too often (HTTP 429): make the time between two looks longer"],
    [500, "The server failed (HTTP 500): its own log says why"],
    [503, "What stands before the server does not reach it (HTTP 503): it may be starting or be down"],
  ])("HTTP %d", (status, words) => {
    expect(plain(statusWords(status))).toBe(words);
  });

  it.each([
    ["ECONNREFUSED", "Nothing listens there (connection refused): start the server, or check the port"],
    ["ENOTFOUND", /name is not known: check its spelling/],
    ["EAI_AGAIN", /name server of this machine does not answer/],
    ["ECONNRESET", /broke before the answer was whole/],
    ["EHOSTUNREACH", /check network and VPN/],
    ["ETIMEDOUT", /whether a firewall stands in between/],
    ["ERR_SSL_WRONG_VERSION_NUMBER", /attach to it with http:\/\//],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", /wants a certificate of the client/],
    ["HPE_INVALID_CONSTANT", /speaks no HTTP: try https:\/\//],
    ["EMFILE", "No connection (EMFILE)"],
    ["", "No connection (socket gone)"],
  ])("no connection: %s", (code, words) => {
    expect(plain(unreachableWords(code, "socket gone"))).toMatch(words);
  });

  it.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", /signed by the server itself: name that certificate/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /an authority that is not known here: name the authority's file/],
    ["CERT_HAS_EXPIRED", /has expired: the server needs a new one/],
    ["CERT_NOT_YET_VALID", /this machine's clock may be behind/],
    ["ERR_TLS_CERT_ALTNAME_INVALID", /made out to another name: attach by a name that stands in it/],
    ["CERT_REVOKED", /not valid \(CERT_REVOKED\)/],
  ])("no proof: %s", (code, words) => {
    const found = certificateWords(code);
    expect(found && plain(found)).toMatch(words);
  });

  it("a redirect names what it leads to", () => {
    expect(plain(redirectWords("https://h/login", "scheme"))).toBe(
      "Redirects to https://h/login, which is another scheme: attach to that address instead",
    );
    expect(certificateWords("ECONNRESET")).toBeUndefined();
  });
});

describe("what answers without speaking HTTP", () => {
  it.each([
    ["http", "SSH-2.0-OpenSSH_9.6\r\n", /speaks no HTTP/],
    ["https", "HTTP/1.1 400 Bad Request\r\n\r\n", /attach to it with http:\/\//],
    ["http", "", /broke before the answer was whole/],
  ])("%s of %j", async (scheme, bytes, words) => {
    const url = `${scheme}://127.0.0.1:${await saying(bytes)}/metrics`;
    await expect(fetchText(url)).rejects.toMatchObject({ kind: "unreachable", message: expect.stringMatching(words) });
  });
});
