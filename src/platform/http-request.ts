import type { LookupFunction } from "node:net";
import { type Duplex, pipeline, type Readable } from "node:stream";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
// VS Code puts its proxy, system certificates and sign-in behind these two names without `node:` alone (its Module._load).
// biome-ignore lint/style/useNodejsImportProtocol: see above
import * as http from "http";
import { HttpProxyAgent } from "http-proxy-agent";
// biome-ignore lint/style/useNodejsImportProtocol: see above
import * as https from "https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { message } from "../deployment/message.ts";
import type { Connections } from "./connections.ts";
import { HttpError } from "./http-error.ts";
import { isLoopback } from "./url.ts";

export interface Asked {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: Readable;
}

/** One request on a connection of its own. Redirects are replies like others. `signal` ends it at any stage. */
export function send(url: URL, { method, headers, body }: Asked, connections: Connections, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options: https.RequestOptions = {
      method,
      // Said by ourselves: what is connected to may be called otherwise.
      headers: { host: url.host, ...headers, "accept-encoding": "gzip" },
      signal,
      path: url.pathname + url.search,
      ...placeOf(url),
      ...routeTo(url, connections),
      ...(url.protocol === "https:" ? trustOf(url, connections) : {}),
    };
    const request = (url.protocol === "https:" ? https : http).request(options, (response) => {
      const body = unpacked(response);
      if (body) resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      else
        reject(new HttpError("not-text", message("Answers packed in a way that is not known here: have it answer as plain text or gzip")));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** VS Code spares its proxy for three names of this machine alone: every other of its names is asked for under one of them. */
function placeOf(url: URL): https.RequestOptions {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port || undefined;
  if (!isLoopback(url.href) || ["localhost", "127.0.0.1", "::1"].includes(hostname)) return { hostname, port };
  if (!hostname.startsWith("127.")) return { hostname: "localhost", port, servername: hostname };
  const lookup: LookupFunction = (_, { all }, found) => (all ? found(null, [{ address: hostname, family: 4 }]) : found(null, hostname, 4));
  // An address is no server name; the certificate has to hold it all the same.
  const identity = { servername: "", checkServerIdentity: (_: string, one: PeerCertificate) => checkServerIdentity(hostname, one) };
  return { hostname: "localhost", port, lookup, ...identity };
}

function routeTo(url: URL, { proxyFor, secureContext }: Connections): https.RequestOptions {
  const proxy = proxyFor(url);
  if (proxy === undefined) return {};
  if (proxy === null) return { agent: false };
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new HttpError("unreachable", message("The proxy that is set is no http or https address: set one that is, or none"));
  }
  const trust = secureContext ? { secureContext } : {};
  return { agent: url.protocol === "https:" ? new HttpsProxyAgent(proxy, trust) : new HttpProxyAgent(proxy, trust) };
}

function trustOf(url: URL, { secureContext, isExcepted }: Connections): https.RequestOptions {
  return { ...(secureContext ? { secureContext } : {}), rejectUnauthorized: !isExcepted(url.origin) };
}

/** undefined where nobody here knows how it was packed. */
function unpacked(response: http.IncomingMessage): Readable | undefined {
  switch (response.headers["content-encoding"]?.trim().toLowerCase() ?? "") {
    case "":
    case "identity":
      return response;
    case "gzip":
    case "x-gzip":
      return through(response, createGunzip());
    case "deflate":
      return through(response, createInflate());
    case "br":
      return through(response, createBrotliDecompress());
    default:
      return undefined;
  }
}

/** A failure of either ends the other; the reader hears of it from the one it reads. */
function through(response: http.IncomingMessage, unpack: Duplex): Readable {
  return pipeline(response, unpack, () => undefined);
}
