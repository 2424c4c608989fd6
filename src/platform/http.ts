import { message } from "../deployment/message.ts";
import { type Connections, environmentConnections } from "./connections.ts";
import { HttpError, isHttpError } from "./http-error.ts";
import { type Asked, type Reply, send } from "./http-request.ts";
import { certificateWords, redirectWords, statusWords, unreachableWords } from "./http-words.ts";
import { basicOf, redactUrl } from "./url.ts";

export interface FetchLimits {
  /** Sent to this host only: a bearer token, or a key that names its scheme (`Basic …`, `Query token=…`), one a line. */
  readonly token?: string | undefined;
  /** For connection, headers and body together; 10 s where absent. */
  readonly timeoutMs?: number;
  /** Of the body, unpacked; 16 MiB where absent. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form, sent by POST; without it, GET. */
  readonly form?: Readonly<Record<string, string>>;
}

export interface HttpText {
  readonly text: string;
  readonly contentType: string;
  readonly seconds: number;
}

/** What everything that asks a server takes, so that tests can stand in. */
export type FetchText = (url: string, limits?: FetchLimits) => Promise<HttpText>;

const mostRedirects = 3;
/** Characters of a refusal that are kept. */
const mostSaid = 2000;
const metricsAccept = "application/openmetrics-text;version=1.0.0;q=0.5, text/plain;version=0.0.4, */*;q=0.1";

/** Fetches texts over connections of one kind; `fetchText` is the terminal's. */
export function httpFetch(connections: () => Connections): FetchText {
  return (url, limits = {}) => fetchOver(connections(), url, limits);
}

/** As a terminal reaches servers: proxies by the environment. */
export const fetchText: FetchText = httpFetch(() => environmentConnections(process.env));

/** A text within limits. Rejects with HttpError alone. Redirects are followed on the same host, port and scheme alone. */
async function fetchOver(connections: Connections, url: string, limits: FetchLimits): Promise<HttpText> {
  const started = performance.now();
  const deadline = AbortSignal.timeout(limits.timeoutMs ?? 10_000);
  const signal = limits.signal ? AbortSignal.any([limits.signal, deadline]) : deadline;
  // Stops the connection on every way out, so that an endless body does not stay open behind our back.
  const own = new AbortController();
  try {
    const reply = await follow(url, limits, connections, AbortSignal.any([signal, own.signal]));
    const contentType = reply.headers["content-type"] ?? "";
    await refuseStatus(reply);
    // Text that calls itself octets is text: what it is shows in its bytes.
    if (/^(?:image|audio|video|font)\/|zip/i.test(contentType)) {
      throw new HttpError(
        "not-text",
        message("Answers with {0}, not text: check that this is the address of the metrics page", contentType.slice(0, 60)),
      );
    }
    const text = await body(reply, limits.maxBytes ?? 16 * 2 ** 20);
    if (text.slice(0, 4096).includes("\0"))
      throw new HttpError("not-text", message("Answers with binary data, not text: check that this is the address of the metrics page"));
    return { text, contentType, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    throw named(error, limits, deadline);
  } finally {
    own.abort();
  }
}

async function follow(start: string, limits: FetchLimits, connections: Connections, signal: AbortSignal): Promise<Reply> {
  const { url, basic } = parsed(start);
  let at = url;
  for (let hops = 0; ; hops++) {
    const reply = await send(withQuery(at, limits.token), asked(limits, basic), connections, signal);
    const { location } = reply.headers;
    if (reply.status < 300 || reply.status >= 400 || location === undefined) return reply;
    reply.body.destroy();
    if (!URL.canParse(location, at.href))
      throw new HttpError(
        "redirect",
        message("Redirects to something that is no address: attach to the address of the server itself"),
        reply.status,
      );
    const next = new URL(location, at.href);
    const other = otherPart(at, next);
    if (other) {
      throw new HttpError("redirect", redirectWords(redactUrl(next.href), other), reply.status);
    }
    if (hops >= mostRedirects)
      throw new HttpError(
        "redirect",
        message("Redirects in circles: attach to the address of the server itself, behind what redirects"),
        reply.status,
      );
    next.username = "";
    next.password = "";
    at = next;
  }
}

function otherPart(from: URL, to: URL): "host" | "port" | "scheme" | undefined {
  if (to.hostname !== from.hostname) return "host";
  if (to.protocol !== from.protocol) return "scheme";
  return to.port === from.port ? undefined : "port";
}

interface Address {
  /** Without user and password. */
  readonly url: URL;
  readonly basic: string | null;
}

function parsed(input: string): Address {
  if (!URL.canParse(input)) throw new HttpError("bad-url", message("Not an address: {0}", redactUrl(input)));
  const url = new URL(input);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HttpError("bad-url", message("Only http and https can be asked, not {0}", url.protocol.replace(":", "")));
  }
  const basic = basicOf(url);
  url.username = "";
  url.password = "";
  return { url, basic };
}

function asked({ token, accept, headers, form }: FetchLimits, basic: string | null): Asked {
  const key = authorization(token ?? "") ?? basic;
  const body = form && new URLSearchParams(form).toString();
  return {
    method: form ? "POST" : "GET",
    headers: {
      ...headers,
      accept: accept ?? metricsAccept,
      "user-agent": "inference-lens",
      ...(body === undefined
        ? {}
        : { "content-type": "application/x-www-form-urlencoded", "content-length": String(Buffer.byteLength(body)) }),
      ...(key === null ? {} : { authorization: key }),
    },
    body,
  };
}

const queryScheme = "Query ";

/** A key is a bearer token unless it names its own scheme. */
function authorization(key: string): string | null {
  const line = key.split("\n").find((one) => one !== "" && !one.startsWith(queryScheme));
  if (line === undefined) return null;
  return /^(?:bearer|basic) /i.test(line) ? line : `Bearer ${line}`;
}

/** With the part of a key that its host takes in the address. */
function withQuery(url: URL, key = ""): URL {
  const line = key.split("\n").find((one) => one.startsWith(queryScheme));
  if (line === undefined) return url;
  const whole = new URL(url);
  for (const [name, value] of new URLSearchParams(line.slice(queryScheme.length))) whole.searchParams.set(name, value);
  return whole;
}

async function refuseStatus(reply: Reply): Promise<void> {
  const { status } = reply;
  if (status >= 200 && status < 300) return;
  throw new HttpError("status", statusWords(status), status, await beginning(reply));
}

/** The first part of a refusal that is sent as text; the rest is not waited for. */
async function beginning({ headers, body }: Reply): Promise<string> {
  if (!/^(?:text\/plain|application\/(?:problem\+)?json)\b/i.test(headers["content-type"] ?? "")) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunksOf(body)) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= mostSaid) break;
  }
  return text.slice(0, mostSaid);
}

/** Packed bodies count as they are unpacked: what announces little may become much. */
async function body({ headers, body: stream }: Reply, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    new HttpError("too-large", message("Answers with more than {0} MiB: no metrics page is so long", Math.round(maxBytes / 2 ** 20) || 1));
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(stream)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join("");
}

async function* chunksOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
}

/** Any failure as one of our kinds. */
function named(error: unknown, { signal, timeoutMs }: FetchLimits, deadline: AbortSignal): HttpError {
  if (isHttpError(error)) return error;
  if (signal?.aborted) return new HttpError("cancelled", message("Stopped."));
  if (deadline.aborted)
    return new HttpError("timeout", message("No answer within {0} s: the server may be busy or stuck", (timeoutMs ?? 10_000) / 1000));
  return unreachable(error);
}

function unreachable(error: unknown): HttpError {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const certificate = certificateWords(code);
  if (certificate) return new HttpError("certificate", certificate);
  return new HttpError("unreachable", unreachableWords(code, error instanceof Error ? error.message : ""));
}
