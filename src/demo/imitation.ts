import type { Version } from "../deployment/version.ts";
import type { Report } from "../simulation/report/report.ts";
import { demoPage } from "./demo-page.ts";
import { type PlayedMember, Replay } from "./replay.ts";
import type { RunLog } from "./run-log.ts";
import { sglangDialect } from "./sglang-wire.ts";
import { vllmDialect } from "./vllm-wire.ts";
import type { Dialect, PageFacts, ServedLayout } from "./wire.ts";

export const imitated = ["vllm", "sglang"] as const;
export type Imitated = (typeof imitated)[number];

const dialects: Readonly<Record<Imitated, Dialect>> = { vllm: vllmDialect, sglang: sglangDialect };
const fallbackVersions: Readonly<Record<Imitated, string>> = { vllm: "0.19.0", sglang: "0.5.5" };

export interface ImitationOptions {
  /** The run to play. */
  readonly report: Report;
  /** Which server to look like; that of the run where absent. */
  readonly server?: Imitated;
  /** Name the API gives; the deployment's where absent. */
  readonly model?: string;
  readonly maxModelLen?: number;
  /** Simulated seconds per second; rates grow with it, latencies stay those of the run. */
  readonly speed?: number;
  /** Release to speak as; the report's own where absent. */
  readonly version?: string;
  /** Data-parallel engines on the page, unevenly loaded. */
  readonly engines?: number;
  /** Further labels of `cache_config_info`. */
  readonly cacheConfig?: Readonly<Record<string, string>>;
  readonly layout?: ServedLayout;
  /** Its steps, and where requests were; without them gaps of an answer are even, and no steps are counted. */
  readonly log?: RunLog;
  /** One server of pools that work together; all of the run where absent. */
  readonly member?: PlayedMember;
  /** Of that server; the report's where absent. */
  readonly memory?: Report["memory"];
}

/** The server that a run is of; undefined where it is of an engine that is not imitated. */
export function imitatedBy({ engine }: Pick<Report, "engine">): Imitated | undefined {
  return /^sglang/i.test(engine) ? "sglang" : /^vllm/i.test(engine) ? "vllm" : undefined;
}

/** A process that serves, since a moment of the imitation. */
export interface Life {
  /** Seconds since the imitation began. */
  readonly since: number;
}

/**
 * A simulated run that looks like a server: its page and its other answers at any moment, without a socket or a clock. The same options
 * give the same bytes. Throws in words where an option makes no sense.
 */
export class Imitation {
  readonly version: Version;
  private readonly dialect: Dialect;
  private readonly speed: number;
  private readonly replay: Replay;
  private readonly facts: Omit<PageFacts, "startedAt">;

  /** `began` in unix seconds. */
  constructor(
    options: ImitationOptions,
    private readonly began: number,
  ) {
    const { report, speed = 1, member, memory = report.memory } = options;
    const engines = member?.instances.length ?? options.engines ?? 1;
    if (!(speed > 0 && speed <= 10_000)) throw new Error(`Speed must lie between 0 and 10,000, not ${speed}`);
    if (!Number.isInteger(engines) || engines < 1 || engines > 64) throw new Error(`Engines must be 1 to 64, not ${engines}`);
    const own = imitatedBy(report);
    const kind = options.server ?? own ?? "vllm";
    this.dialect = dialects[kind];
    // The run's release says nothing of another engine's.
    const release = kind === own ? /\d+\.\d+(?:\.\d+)?/.exec(report.engine)?.[0] : undefined;
    this.version = this.dialect.version(options.version ?? release ?? fallbackVersions[kind]);
    this.speed = speed;
    const maxModelLen = options.maxModelLen ?? Math.max(1, memory.longestModelLen);
    this.replay = new Replay(report, {
      engines,
      bounds: this.dialect.bounds(maxModelLen),
      log: options.log,
      member,
      isSentToBoth: this.dialect.isSentToBoth,
    });
    this.facts = {
      version: this.version,
      model: options.model ?? report.name,
      maxModelLen,
      memory,
      role: member?.role ?? "both",
      cacheConfig: options.cacheConfig ?? {},
      engines,
      layout: options.layout ?? null,
    };
  }

  /** The metrics page, so many seconds after the imitation began. */
  page(seconds: number, life: Life = { since: 0 }): string {
    return demoPage(this.dialect, this.factsOf(life), this.replay.at((seconds - life.since) * this.speed));
  }

  get contentType(): string {
    return this.dialect.contentType(this.version);
  }

  /** What another address answers as JSON; null = an empty answer, undefined = there is no such address. */
  answer(path: string, life: Life = { since: 0 }): unknown {
    return this.dialect.endpoints(this.factsOf(life)).get(path);
  }

  private factsOf({ since }: Life): PageFacts {
    return { ...this.facts, startedAt: this.began + since };
  }
}
