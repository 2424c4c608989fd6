import { HttpError, isHttpError } from "./http-error.ts";
import { redactUrl } from "./url.ts";

export interface FetchLimits {
  /** Sent as a bearer token, to this host only. */
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

/** GETs a text within limits. Rejects with HttpError alone. Redirects are followed on the same host and never from https to http. */
export const fetchText: FetchText = async (url, limits = {}) => {
  const started = performance.now();
  const deadline = AbortSignal.timeout(limits.timeoutMs ?? 10_000);
  const signal = limits.signal ? AbortSignal.any([limits.signal, deadline]) : deadline;
  // Stops the connection on every way out, so that an endless body does not stay open behind our back.
  const own = new AbortController();
  try {
    const response = await follow(url, limits, AbortSignal.any([signal, own.signal]));
    const contentType = response.headers.get("content-type") ?? "";
    await refuseStatus(response);
    if (/^(?:image|audio|video|font)\/|octet-stream|zip/i.test(contentType)) {
      throw new HttpError("not-text", `Answers with ${contentType.slice(0, 60)}, not text`);
    }
    const text = await body(response, limits.maxBytes ?? 16 * 2 ** 20);
    if (text.slice(0, 4096).includes("\0")) throw new HttpError("not-text", "Answers with binary data, not text");
    return { text, contentType, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    throw named(error, limits, deadline);
  } finally {
    own.abort();
  }
};

async function follow(start: string, limits: FetchLimits, signal: AbortSignal): Promise<Response> {
  let url = parsed(start);
  for (let hops = 0; ; hops++) {
    const response = await fetch(url.bare, { ...posted(limits), headers: headers(url, limits), redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, url.bare)) throw new HttpError("redirect", "Redirects to something that is no address", response.status);
    const next = new URL(location, url.bare);
    const from = new URL(url.bare);
    if (
      next.hostname !== from.hostname ||
      (from.protocol === "https:" && next.protocol !== "https:") ||
      !next.protocol.startsWith("http")
    ) {
      throw new HttpError(
        "redirect",
        `Redirects to ${redactUrl(next.href)}, which is another host: attach to that address instead`,
        response.status,
      );
    }
    if (hops >= mostRedirects) throw new HttpError("redirect", "Redirects in circles", response.status);
    url = { bare: next.href, basic: url.basic };
  }
}

interface Address {
  /** Without user and password: fetch refuses an address that holds them. */
  readonly bare: string;
  readonly basic: string | null;
}

function parsed(input: string): Address {
  if (!URL.canParse(input)) throw new HttpError("bad-url", `Not an address: ${redactUrl(input)}`);
  const url = new URL(input);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HttpError("bad-url", `Only http and https can be asked, not ${url.protocol.replace(":", "")}`);
  }
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = "";
  url.password = "";
  return { bare: url.href, basic: user || password ? Buffer.from(`${user}:${password}`).toString("base64") : null };
}

function posted({ form }: FetchLimits): RequestInit {
  return form ? { method: "POST", body: new URLSearchParams(form) } : {};
}

function headers(url: Address, { token, accept, headers: more }: FetchLimits): Record<string, string> {
  const common = { ...more, accept: accept ?? metricsAccept, "user-agent": "inference-lens" };
  if (token) return { ...common, authorization: `Bearer ${token}` };
  return url.basic ? { ...common, authorization: `Basic ${url.basic}` } : common;
}

async function refuseStatus(response: Response): Promise<void> {
  const { status } = response;
  if (status >= 200 && status < 300) return;
  throw new HttpError("status", statusWords(status), status, await beginning(response));
}

function statusWords(status: number): string {
  if (status === 401) return "Needs a key (HTTP 401)";
  if (status === 403) return "The key is not allowed to read this page (HTTP 403)";
  if (status === 404) return "There is no such page (HTTP 404)";
  return `Answers with HTTP ${status}`;
}

/** The first part of a refusal that is sent as text; the rest is not waited for. */
async function beginning({ headers, body }: Response): Promise<string> {
  if (!body || !/^(?:text\/plain|application\/(?:problem\+)?json)\b/i.test(headers.get("content-type") ?? "")) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= mostSaid) break;
  }
  return text.slice(0, mostSaid);
}

async function body(response: Response, maxBytes: number): Promise<string> {
  const tooLarge = () => new HttpError("too-large", `Answers with more than ${Math.round(maxBytes / 2 ** 20) || 1} MiB`);
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge();
  if (!response.body) return "";
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join("");
}

/** Any failure as one of our kinds. */
function named(error: unknown, { signal, timeoutMs }: FetchLimits, deadline: AbortSignal): HttpError {
  if (isHttpError(error)) return error;
  if (signal?.aborted) return new HttpError("cancelled", "Stopped");
  if (deadline.aborted) return new HttpError("timeout", `No answer within ${(timeoutMs ?? 10_000) / 1000} s`);
  return new HttpError("unreachable", unreachable(error));
}

/** fetch says only "fetch failed"; the reason is in its cause. */
function unreachable(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  switch (code) {
    case "ECONNREFUSED":
      return "Nothing listens there (connection refused)";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "The host name is not known";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "The connection broke";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "The host cannot be reached";
    case "UND_ERR_CONNECT_TIMEOUT":
      return "The host does not answer";
    default:
      return code
        ? `No connection (${code})`
        : `No connection (${cause instanceof Error ? cause.message.slice(0, 120) : "unknown reason"})`;
  }
}
