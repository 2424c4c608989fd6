import { BlockList, isIP } from "node:net";
import { isLoopback } from "./url.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in small letters or capitals; null = none. This machine is
 * never reached through one.
 */
export function environmentProxy(url: URL, environment: Environment): string | null {
  if (isLoopback(url.href)) return null;
  const read = (name: string): string | undefined => environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || undefined;
  const proxy = read(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? read("ALL_PROXY");
  if (proxy === undefined || isExcluded(url, read("NO_PROXY") ?? "")) return null;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** `host`, `.domain`, `*.domain`, an address, a block of addresses, each with or without a port; `*` = everything. */
function isExcluded(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const block = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (block) return isInBlock(block[1] ?? "", Number(block[2]), host);
  const [, name = "", ofPort] = /^(\[[\da-f:]+\]|[^:]*|[\da-f:]+)(?::(\d+))?$/.exec(entry) ?? [];
  if (ofPort !== undefined && ofPort !== port) return false;
  const bare = canonical(name.replace(/^\[|\]$/g, "").replace(/^\*?\.|\.$/g, ""));
  return bare !== "" && (host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`)));
}

/** An address in the one form that the host of a URL has. */
function canonical(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

function isInBlock(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(network, bits, kind);
  return block.check(host, kind);
}
