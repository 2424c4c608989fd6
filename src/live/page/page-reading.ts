import type { CanonicalInfo, EngineMeasures, Family, Measures, MetricsPage, Role, Sample, ServerKind } from "../snapshot.ts";
import type { Alias } from "./aliases/alias.ts";
import { aliasesOf } from "./aliases.ts";
import { EngineSeries, modelOf, tellsEngines } from "./engine-series.ts";
import { fillCapacity, readAdapters, readCacheConfig } from "./kv-capacity.ts";
import { PageIndex } from "./page-index.ts";
import { type OpenMeasures, openMeasures, readAlias } from "./read-alias.ts";
import { roleOf } from "./role.ts";
import { selected } from "./select-series.ts";
import { type Speaker, speakersOn } from "./speakers.ts";
import { together } from "./together.ts";

type Labels = Readonly<Record<string, string>>;
type Groups = ReadonlyMap<string, readonly Sample[]>;
type Figure = Exclude<Alias, { readonly kind: "info" }>;

/** A page read engine by engine, where nothing else tells them apart model by model. */
export function readingOf(page: MetricsPage): PageReading {
  const reading = new PageReading(page, "engines");
  return reading.mixesModels ? new PageReading(page, "models") : reading;
}

/** The walk over one page, speaker by speaker: what the first has, the others do not add to. */
export class PageReading {
  /** First the one that speaks for the page. */
  readonly kinds: readonly ServerKind[];
  readonly infos: Partial<Record<CanonicalInfo, Labels>> = {};
  readonly wireNames: Record<string, string> = {};
  /** Of each engine, those that its series name. */
  private readonly modelsByEngine = new Map<string, Set<string>>();
  private readonly index: PageIndex;
  private readonly engines = new Map<string, OpenMeasures>();
  private readonly roles = new Map<string, Set<Role>>();
  private readonly filled = new Set<string>();
  private summed: Measures | undefined;

  constructor(
    private readonly page: MetricsPage,
    private readonly apart: "engines" | "models",
  ) {
    this.index = new PageIndex(page);
    const [first, ...beside] = speakersOn(this.index, page.writer);
    this.kinds = first ? [first.kind, ...beside.map(({ kind }) => kind)] : [];
    if (!first) return;
    this.readSpeaker(first, true);
    for (const speaker of beside) this.readSpeaker(speaker, false);
    this.readSpeaker({ kind: "unknown", names: aliasesOf("unknown") }, false);
    for (const measures of this.engines.values()) fillCapacity(measures);
  }

  /** All that the page names. */
  get models(): readonly string[] {
    return [...this.modelsByEngine.values()].flatMap((models) => [...models]);
  }

  /** An engine serves one model: where one seems to serve several, nothing but the model tells them apart. */
  get mixesModels(): boolean {
    const [kind] = this.kinds;
    return kind !== undefined && tellsEngines(kind) && [...this.modelsByEngine.values()].some(({ size }) => size > 1);
  }

  /** Engines, and what the page says of the server as a whole, together. */
  get whole(): Measures {
    this.summed ??= together([...this.engines.values()]);
    return this.summed;
  }

  /** Series without an engine label beside labelled ones belong to the server as a whole: they count, but are no engine. */
  get perEngine(): readonly EngineMeasures[] {
    const named = this.named.sort(byName);
    const [only] = named;
    if (named.length > 1) return named.map((one) => this.withRole(one.engine, together([one])));
    return this.engines.size === 0 ? [] : [this.withRole(only?.engine ?? "", this.whole)];
  }

  private get named(): OpenMeasures[] {
    return [...this.engines.values()].filter(({ engine }) => engine !== "");
  }

  private withRole(engine: string, measures: Measures): EngineMeasures {
    const role = only(this.roles.get(engine) ?? []) ?? this.role;
    return { ...measures, engine, ...(role ? { role } : {}) };
  }

  /** What all engines do alike; undefined where they differ or do not tell. */
  get role(): Role | undefined {
    return only([...this.roles.values()].flatMap((roles) => [...roles]));
  }

  private readSpeaker({ kind, names }: Speaker, principal: boolean): void {
    const series = new EngineSeries(this.page.labelNames, kind, this.apart);
    const grouped = (samples: readonly Sample[], alias: Alias): Groups => {
      const own = selected(this.ofEngines(samples, alias), alias);
      return principal && !alias.whole ? series.group(own) : new Map([["", series.speaking(own)]]);
    };
    for (const alias of names) {
      if (this.filled.has(alias.canonical) || (alias.ofEach && this.named.length > 1)) continue;
      const family = this.index.family(alias);
      if (!family) continue;
      this.wireNames[alias.canonical] ??= family.name;
      const second = alias.second === undefined ? undefined : this.index.family({ key: alias.second, wire: alias.wire });
      if (alias.second !== undefined && !second) continue;
      const groups = grouped(family.samples, alias);
      if (alias.kind === "info") this.readInfo(alias.canonical, groups);
      else {
        const others = second ? grouped(second.samples, alias) : undefined;
        if (this.readGroups(alias, family, groups, others)) this.readLabels(alias, groups, principal);
      }
    }
  }

  private readGroups(alias: Figure, family: Family, groups: Groups, others: Groups | undefined): boolean {
    let read = false;
    for (const [engine, samples] of groups) {
      const measures = this.engines.get(engine) ?? openMeasures(engine);
      if (!readAlias(alias, family.name, samples, others?.get(engine) ?? [], measures)) continue;
      this.engines.set(engine, measures);
      read = true;
    }
    if (read) {
      this.filled.add(alias.canonical);
      this.wireNames[alias.canonical] = family.name;
    }
    return read;
  }

  /** Model and role stand in labels of the series themselves; all lines of one histogram have the same. */
  private readLabels(alias: Figure, groups: Groups, principal: boolean): void {
    if (!principal || alias.kind === "parts") return;
    for (const [engine, samples] of groups) {
      const telling = alias.wire === "histogram" ? samples.filter(({ name }, at) => at === 0 || name.endsWith("_count")) : samples;
      for (const sample of telling) {
        const model = modelOf(sample);
        if (model !== "") this.modelsByEngine.set(engine, (this.modelsByEngine.get(engine) ?? new Set<string>()).add(model));
        const role = roleOf(sample);
        if (role) this.roles.set(engine, (this.roles.get(engine) ?? new Set<Role>()).add(role));
      }
    }
  }

  /** The newest series of each engine speaks; that of the first engine for all. */
  private readInfo(info: CanonicalInfo, groups: Groups): void {
    for (const engine of [...groups.keys()].sort()) {
      const [newest] = [...(groups.get(engine) ?? [])].sort((a, b) => b.value - a.value);
      if (!newest) continue;
      this.infos[info] ??= newest.labels;
      this.filled.add(info);
      if (info !== "cache_config_info" && info !== "lora_info") continue;
      const measures = this.engines.get(engine) ?? openMeasures(engine);
      this.engines.set(engine, measures);
      if (info === "cache_config_info") readCacheConfig(newest.labels, groups.size, measures);
      else readAdapters(newest.labels, measures);
    }
  }

  /**
   * Triton counts the steps of an ensemble beside the model that they make up: where a backend says which models are engines, only those
   * are read.
   */
  private ofEngines(samples: readonly Sample[], { among }: Alias): readonly Sample[] {
    if (!among) return samples;
    const names = new Set(among.families.flatMap((family) => this.index.labelValues(family, among.label)));
    return names.size > 0 ? samples.filter(({ labels }) => names.has(labels[among.label] ?? "")) : samples;
  }
}

/** The one that all are; undefined where they differ: a router speaks of both roles. */
function only(roles: Iterable<Role>): Role | undefined {
  const [role, ...others] = new Set(roles);
  return others.length === 0 ? role : undefined;
}

/** Ranks by number, before replicas by name: lines of a page come in any order. */
function byName({ engine: a }: OpenMeasures, { engine: b }: OpenMeasures): number {
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1;
  if (!Number.isNaN(left) && left !== right) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}
