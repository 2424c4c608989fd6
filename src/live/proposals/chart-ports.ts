import { isReadable, spanOf } from "../../deployment/mapped.ts";
import type { Span } from "../../deployment/text.ts";
import type { YamlValue } from "../../deployment/yaml-document.ts";
import { portNumber } from "./engine-ports.ts";

/** The port of a Service as a chart's values say it. */
export interface ChartPort {
  readonly port: number;
  readonly span: Span;
}

/** Deeper than any chart keeps a server's values. */
const deepest = 16;

/** The ports of the Services that a chart makes around what stands at a place of its values: `servicePort`, `service.port`, `service.ports`. */
export function chartPorts(root: YamlValue, { start }: Span): readonly ChartPort[] {
  const found: ChartPort[] = [];
  let level: YamlValue | undefined = root;
  for (let depth = 0; level && depth < deepest; depth++) {
    const service = level.at("service");
    const ports = service.at("ports");
    const several = ports.isList
      ? ports.items().map((one) => one.at("port"))
      : ports.entries().map((one) => (one.isMap ? one.at("port") : one));
    for (const value of [level.at("servicePort"), service.at("port"), service.at("servicePort"), ...several]) found.push(...portAt(value));
    level = [...level.entries(), ...level.items()].find(
      ({ span, key }) => span !== undefined && (key?.span.start ?? span.start) <= start && start < span.end,
    );
  }
  return [...found, ...portAt(root.at("routerSpec", "servicePort"))];
}

function portAt(value: YamlValue): readonly ChartPort[] {
  const text = value.text();
  const port = text && isReadable(text.value) ? portNumber(text.value) : undefined;
  return text && port !== undefined ? [{ port, span: spanOf(text) }] : [];
}
