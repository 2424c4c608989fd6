import { message } from "../deployment/message.ts";
import { isSecretName } from "../live/secret-names.ts";
import { HttpError } from "./http-error.ts";

/**
 * The metrics address people mean: `localhost:8000`, `8000`, `http://host:8000/` and the API's base `…/v1` become `…/metrics`; an address
 * with a path of its own stays. Throws HttpError `bad-url`.
 */
export function normaliseUrl(input: string): string {
  const text = input.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${/^\d+$/.test(text) ? `localhost:${text}` : text}`;
  if (text === "" || !URL.canParse(withScheme)) throw new HttpError("bad-url", message("Not an address: {0}", redactUrl(text)));
  const url = new URL(withScheme);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new HttpError("bad-url", message("Only http and https can be asked, not {0}", url.protocol.replace(":", "")));
  }
  url.hash = "";
  // As servers print it where they listen on every address: there is nobody of that name.
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "localhost";
  if (/^\/?(?:v1\/?)?$/.test(url.pathname)) url.pathname = "/metrics";
  return url.href;
}

/** An address beside the metrics page on the same server: `siblingUrl("http://h/x/metrics", "version")` → `http://h/x/version`. */
export function siblingUrl(metricsUrl: string, path: string, query = ""): string {
  const url = new URL(metricsUrl);
  url.pathname = `${url.pathname.replace(/\/(?:v1\/|prometheus\/)?metrics\/?$/, "").replace(/\/$/, "")}/${path}`;
  url.search = query;
  return url.href;
}

const fleetScheme = "fleet:";
/** In front of the address of a store of metrics, behind which a fragment says which servers of it are meant (`store-target.ts`). */
export const storeScheme = "prometheus:";

/** Several metrics pages as one address: `fleet:http://a/metrics,http://b/metrics`. One alone stays as it is. */
export function fleetUrl(urls: readonly string[]): string {
  const [only] = urls;
  return only !== undefined && urls.length === 1 ? only : fleetScheme + urls.map((url) => url.replaceAll(",", "%2C")).join(",");
}

/** A server of a fleet as people write it, with what it does in front: `prefill=host:8000` → `http://host:8000/metrics#prefill`. */
export function memberUrl(input: string): string {
  const [, role, address = ""] = /^(prefill|decode)=(.*)$/s.exec(input.trim()) ?? ["", undefined, input];
  return role === undefined ? normaliseUrl(address) : `${normaliseUrl(address)}#${role}`;
}

/** What a member's address says that it does; "" where it says nothing. */
export function saidRole(member: string): "#prefill" | "#decode" | "" {
  return member.endsWith("#prefill") ? "#prefill" : member.endsWith("#decode") ? "#decode" : "";
}

/** The addresses that are asked for what is attached; itself where it is one. */
export function fleetMembers(url: string): readonly string[] {
  if (url.startsWith(storeScheme)) return [url.slice(storeScheme.length).replace(/#.*$/s, "")];
  return url.startsWith(fleetScheme) ? url.slice(fleetScheme.length).split(",") : [url];
}

/** The hosts of an address, for titles and messages. */
export function hostsOf(url: string): string {
  const hosts = fleetMembers(url).map((one) => (URL.canParse(one) ? new URL(one).host : redactUrl(one)));
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(", ")} …` : hosts.join(", ");
}

/** The address without user, password and query, for logs and messages. */
export function redactUrl(input: string): string {
  if (input.startsWith(fleetScheme)) return fleetUrl(fleetMembers(input).map((member) => redactUrl(member) + saidRole(member)));
  if (input.startsWith(storeScheme)) {
    return input.replace(/^[^#]*/, (address) => storeScheme + redactUrl(address.slice(storeScheme.length)).replace(/\/$/, ""));
  }
  // What is no address of ours may still be one with a password, its scheme forgotten: `me:password@host`.
  if (!URL.canParse(input) || new URL(input).hostname === "") return input.replace(/^([\w+.-]*:?\/\/)?[^/\s]*@/, "$1").replace(/\?.*$/, "");
  const url = new URL(input);
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  return url.href;
}

/** Further parameters of addresses that gateways take for a key. */
const keyParameter = /^(?:key|code|auth|authorization|sig|signature|pwd)$/i;

/** Takes the secrets out of an address' query; what they were as a key that names its scheme, null where there are none. */
function takenQuery({ searchParams }: URL): string | null {
  const taken = [...searchParams].filter(([name]) => keyParameter.test(name) || isSecretName(name));
  for (const [name] of taken) searchParams.delete(name);
  return taken.length > 0 ? `Query ${new URLSearchParams(taken).toString()}` : null;
}

/** An address without users, passwords and other secrets in it, and what those are as keys of their hosts. */
export function withoutCredentials(input: string): {
  readonly url: string;
  readonly keys: readonly { readonly address: string; readonly key: string }[];
} {
  const keys: { readonly address: string; readonly key: string }[] = [];
  let url = input;
  for (const member of fleetMembers(input)) {
    if (!URL.canParse(member)) continue;
    const bare = new URL(member);
    const key = [basicOf(bare), takenQuery(bare)].filter((line) => line !== null).join("\n");
    if (key === "") continue;
    bare.username = "";
    bare.password = "";
    keys.push({ address: bare.href, key });
    url = url.replace(member, () => bare.href);
  }
  return { url, keys };
}

/** User and password of an address as the header says them; null where it has none. */
export function basicOf({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A bare % in a password that somebody typed.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** This machine: 127.0.0.0/8, ::1, localhost, and the address under which servers say that they listen everywhere. */
export function isLoopback(input: string): boolean {
  if (!URL.canParse(input)) return false;
  const host = new URL(input).hostname;
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\])$/.test(host)
  );
}
