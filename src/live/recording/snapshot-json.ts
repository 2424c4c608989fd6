import { type Fields, isFields } from "../../deployment/case-fields.ts";
import { serverKinds } from "../page/server-kinds.ts";
import type { CanonicalInfo, EngineMeasures, Measures, RoleMeasures, Snapshot } from "../snapshot.ts";
import { infoWords } from "../words.ts";
import { measuresFrom, measuresJson, memberOf } from "./measures-json.ts";
import { toldFrom, toldJson } from "./running-json.ts";

/** More engines than one page can hold. */
const mostEngines = 4096;

/** A look's figures as JSON, all of them but the time. An engine that is all there is stands as its name alone. */
export function snapshotJson(snapshot: Snapshot): Fields {
  const { server, role, startedAt, cacheConfig, infos, wireNames, perEngine, perRole, told } = snapshot;
  const whole = measuresJson(snapshot);
  return {
    kind: server.kind,
    ...(server.model === null ? {} : { model: server.model }),
    ...(server.models ? { models: server.models } : {}),
    engineCount: server.engines,
    ...(server.beside ? { beside: server.beside } : {}),
    ...(role ? { role } : {}),
    ...(infos ? { infos: { ...infos } } : {}),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(cacheConfig ? { cacheConfig } : {}),
    ...(told ? { told: toldJson(told) } : {}),
    ...(wireNames ? { wireNames } : {}),
    ...whole,
    ...(perEngine
      ? { engines: { order: perEngine.map(({ engine }) => engine), alone: aloneJson(perEngine, whole), ...rolesJson(perEngine) } }
      : {}),
    ...(perRole ? { roles: Object.fromEntries(perRole.map((one) => [one.role, { members: one.members, ...measuresJson(one) }])) } : {}),
  };
}

function rolesJson(engines: readonly EngineMeasures[]): Fields {
  const told = engines.flatMap(({ engine, role }) => (role ? [[engine, role] as const] : []));
  return told.length > 0 ? { roles: Object.fromEntries(told) } : {};
}

function aloneJson(engines: readonly EngineMeasures[], whole: Fields): Fields {
  const alone = engines.map((engine) => [engine.engine, measuresJson(engine)] as const);
  const [only] = alone;
  if (only && alone.length === 1 && JSON.stringify(only[1]) === JSON.stringify(whole)) return {};
  return Object.fromEntries(alone);
}

/** The look that `snapshotJson` wrote; undefined for what is no look. */
export function snapshotFrom(json: Fields, time: number): Snapshot | undefined {
  if (!isFields(json.gauges) || !isFields(json.counters) || !isFields(json.histograms)) return undefined;
  const whole = measuresFrom(json);
  const perEngine = enginesFrom(json.engines, whole);
  const perRole = rolesFrom(json.roles);
  const told = toldFrom(json.told);
  const wireNames = texts(json.wireNames);
  const besides: readonly unknown[] = Array.isArray(json.beside) ? json.beside : [];
  const beside = serverKinds.filter((kind) => besides.includes(kind));
  const models = (Array.isArray(json.models) ? json.models : []).filter((name: unknown) => typeof name === "string");
  const role = roles.find((known) => known === json.role);
  const infos = infosFrom(json.infos);
  return {
    time,
    server: {
      kind: serverKinds.find((kind) => kind === json.kind) ?? "unknown",
      model: typeof json.model === "string" ? json.model : null,
      ...(models.length > 1 ? { models } : {}),
      engines: typeof json.engineCount === "number" ? json.engineCount : 1,
      ...(beside.length > 0 ? { beside } : {}),
    },
    ...(role ? { role } : {}),
    ...(infos ? { infos } : {}),
    ...whole,
    startedAt: typeof json.startedAt === "number" ? json.startedAt : undefined,
    cacheConfig: texts(json.cacheConfig),
    ...(perEngine ? { perEngine } : {}),
    ...(perRole ? { perRole } : {}),
    ...(told ? { told } : {}),
    ...(wireNames ? { wireNames } : {}),
  };
}

function enginesFrom(value: unknown, whole: Measures): readonly EngineMeasures[] | undefined {
  if (!isFields(value) || !Array.isArray(value.order) || value.order.length > mostEngines) return undefined;
  return value.order.flatMap((engine: unknown) => {
    if (typeof engine !== "string") return [];
    const alone = memberOf(value.alone, engine);
    const role = roles.find((known) => known === memberOf(value.roles, engine));
    return [{ engine, ...(role ? { role } : {}), ...(isFields(alone) ? measuresFrom(alone) : whole) }];
  });
}

const roles: readonly RoleMeasures["role"][] = ["prefill", "decode", "both"];

/** In the order that they were written in. */
function rolesFrom(value: unknown): readonly RoleMeasures[] | undefined {
  if (!isFields(value)) return undefined;
  return Object.entries(value).flatMap(([name, one]) => {
    const role = roles.find((known) => known === name);
    if (!role || !isFields(one)) return [];
    return [{ role, members: typeof one.members === "number" ? one.members : 1, ...measuresFrom(one) }];
  });
}

function infosFrom(json: unknown): Snapshot["infos"] {
  if (!isFields(json)) return undefined;
  const infos: Partial<Record<CanonicalInfo, Readonly<Record<string, string>>>> = {};
  for (const word of infoWords) {
    const labels = texts(memberOf(json, word));
    if (labels) infos[word] = labels;
  }
  return infos;
}

function texts(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isFields(value)) return undefined;
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
