import type { Known, Located } from "../../located.ts";
import { isReadable, spanOf } from "../../mapped.ts";
import { indentAt, lineBreak, lineStart } from "../../placement.ts";
import type { PodFacts } from "../../pod-facts.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { wholeNumber } from "./resources.ts";

/** Kubernetes' own values where a probe leaves them out (API reference, Probe v1). */
const defaults = { initialDelaySeconds: 0, periodSeconds: 10, failureThreshold: 3 } as const;

/** Probes of a container, and the services whose variables its pod gets. */
export function podFacts(container: YamlValue, pod: YamlValue, context: ReaderContext): PodFacts {
  const startup = container.at("startupProbe");
  const liveness = container.at("livenessProbe");
  return {
    startDeadline: startup.isMap ? deadline(startup, context) : liveness.isMap ? deadline(liveness, context) : undefined,
    decidedBy: startup.isMap ? "startupProbe" : "livenessProbe",
    startupProbeSite: startup.exists ? undefined : startupSite(liveness, context),
    notTexts: notTexts(container, context),
    services: pod.at("enableServiceLinks").boolean === false ? [] : servicesBeside(container, context),
  };
}

/** Numbers, switches and nothing among `command`, `args` and the values of `env`. */
function notTexts(container: YamlValue, { lines }: ReaderContext): Located<string>[] {
  const words = [...container.at("command").items(), ...container.at("args").items()];
  const values = container
    .at("env")
    .items()
    .map((entry) => entry.at("value"));
  return [...words, ...values].flatMap((value) => {
    const text = value.isBare ? value.text() : undefined;
    return text ? [{ value: text.value, origin: "file", range: lines.range(spanOf(text)) }] : [];
  });
}

/** Seconds until a container that never answers is killed: the delay and as many periods as may fail. */
function deadline(probe: YamlValue, context: ReaderContext): Known<number> {
  const read = (key: keyof typeof defaults): Known<number> => {
    const value = probe.at(key);
    return value.exists ? wholeNumber(value, context.lines) : { value: defaults[key], origin: "engine-default" };
  };
  const delay = read("initialDelaySeconds");
  const period = read("periodSeconds");
  const failures = read("failureThreshold");
  const key = probe.key;
  if (!delay || !period || !failures || !key) return undefined;
  const { range } = [failures, delay, period].find((one) => one.range !== undefined) ?? {};
  const total: Located<number> = { value: delay.value + period.value * failures.value, origin: "file" };
  return { ...total, range: range ?? context.lines.range(spanOf(key)) };
}

/** Before the liveness probe, as a block of its own with the same question and 180 tries every 10 s. */
function startupSite(liveness: YamlValue, { source, lines }: ReaderContext): PodFacts["startupProbeSite"] {
  const { key } = liveness;
  if (!key || liveness.isFlow || liveness.document.errors.length > 0) return undefined;
  const start = lineStart(source, key.span.start);
  if (source.slice(start, key.span.start).trim() !== "") return undefined;
  const handler = liveness.entries().find((entry) => ["httpGet", "tcpSocket", "exec", "grpc"].includes(entry.key?.value ?? ""));
  if (!handler?.key || !handler.span) return undefined;
  const from = lineStart(source, handler.key.span.start);
  const written = source.slice(from, handler.span.end).trimEnd();
  if (!isReadable(written)) return undefined;
  const eol = lineBreak(source);
  const inner = indentAt(source, handler.key.span.start);
  const outer = indentAt(source, key.span.start);
  const text = `${outer}startupProbe:${eol}${written}${eol}${inner}periodSeconds: 10${eol}${inner}failureThreshold: 180${eol}`;
  return { at: lines.range({ start, end: start }), text };
}

/** Names of the file's Services in the workload's namespace; one written with a template may be any. */
function servicesBeside(container: YamlValue, context: ReaderContext): Located<string>[] {
  const namespace = container.document.root.at("metadata", "namespace").string;
  return context.ofKind("Service").flatMap((root) => {
    const name = root.at("apiVersion").string === "v1" ? root.at("metadata", "name").text() : undefined;
    if (!name || !isReadable(name.value) || root.at("metadata", "namespace").string !== namespace) return [];
    return [{ value: name.value, origin: "file", range: context.lines.range(spanOf(name)) }];
  });
}
