import { isReadable, spanOf } from "../../deployment/mapped.ts";
import type { Span } from "../../deployment/text.ts";
import { expandCompose } from "../../deployment/variables.ts";
import type { YamlValue } from "../../deployment/yaml-document.ts";
import { portNumber } from "./engine-ports.ts";

/** A port of a container that compose publishes. */
export interface PublishedPort {
  readonly container: number;
  /** Ports of the host that lead to it; of several, each replica takes one. */
  readonly host: readonly number[];
  /** As it is written; "" = every address of the host. */
  readonly boundTo: string;
  readonly span: Span;
}

/** More mappings than anybody writes. */
const mostEntries = 100;
/** More ports than anybody publishes of one server. */
const mostPorts = 256;

/** The published ports of a service, short and long syntax; ports that Docker draws, and those that cannot be read, are none. */
export function publishedPorts(ports: YamlValue): readonly PublishedPort[] {
  return ports
    .items()
    .slice(0, mostEntries)
    .flatMap((item) => (item.isMap ? longSyntax(item) : shortSyntax(item)));
}

/** `[HOST_IP:][HOST:]CONTAINER[/PROTOCOL]`, host and container single ports or ranges. */
function shortSyntax(item: YamlValue): readonly PublishedPort[] {
  const written = readable(item);
  if (!written) return [];
  const [mapping = "", protocol = "tcp"] = written.text.split("/");
  const [, boundTo = "", host = "", container = ""] = /^(?:(\[[^\]]*\]|[^[\]]*):)?([\d-]+):([\d-]+)$/.exec(mapping) ?? [];
  return protocol === "tcp" ? mapped(range(host), range(container), { boundTo, span: written.span }) : [];
}

function longSyntax(item: YamlValue): readonly PublishedPort[] {
  const target = readable(item.at("target"));
  const published = readable(item.at("published"));
  const bound = item.at("host_ip").exists ? readable(item.at("host_ip")) : { text: "" };
  if (!target || !published || !bound || !/^(?:tcp)?$/.test(item.at("protocol").string)) return [];
  return mapped(range(published.text), range(target.text), { boundTo: bound.text, span: published.span });
}

/** Ranges of one length go side by side; of a longer one on the host, one port is taken. */
function mapped(
  host: readonly number[],
  container: readonly number[],
  where: Pick<PublishedPort, "boundTo" | "span">,
): readonly PublishedPort[] {
  const [only] = container;
  if (only !== undefined && container.length === 1) return host.length > 0 ? [{ container: only, host, ...where }] : [];
  if (host.length !== container.length) return [];
  return container.flatMap((port, i) => {
    const published = host[i];
    return published === undefined ? [] : [{ container: port, host: [published], ...where }];
  });
}

/** `8000` or `8000-8003`; empty for anything else. */
function range(text: string): readonly number[] {
  const [first = Number.NaN, last = first] = text.split("-").map((part) => portNumber(part) ?? Number.NaN);
  const length = last - first + 1;
  return length > 0 && length <= mostPorts ? Array.from({ length }, (_, i) => first + i) : [];
}

function readable(value: YamlValue): { readonly text: string; readonly span: Span } | undefined {
  const written = value.text();
  const text = written && expandCompose(written);
  return text && isReadable(text.value) ? { text: text.value.trim(), span: spanOf(text) } : undefined;
}
