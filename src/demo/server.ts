import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { atLeast, type Version } from "../deployment/version.ts";
import type { Report } from "../simulation/report/report.ts";
import { demoPage, type PageFacts } from "./demo-page.ts";
import { type Fault, misbehave, parseFault } from "./faults.ts";
import { Replay } from "./replay.ts";
import { demoVersion, histogramBounds } from "./wire-families.ts";

export interface DemoOptions {
  /** The run to play. */
  readonly report: Report;
  /** Name the API gives; the deployment's where absent. */
  readonly model?: string;
  readonly maxModelLen?: number;
  /** 0 or absent = any free one. */
  readonly port?: number;
  /** Simulated seconds per real second; rates grow with it, latencies stay those of the run. */
  readonly speed?: number;
  /** vLLM release to speak as; the report's own where absent. */
  readonly version?: string;
  /** Data-parallel engines on the page. */
  readonly engines?: number;
  /** See `parseFault`. */
  readonly fault?: string;
  /** Further labels of `cache_config_info`. */
  readonly cacheConfig?: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface DemoServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const fallbackVersion = "0.19.0";
const downMs = 2000;

/**
 * Serves a simulated run as a vLLM would: `/metrics`, `/v1/models`, `/version`, `/health`, on 127.0.0.1 only. Rejects where the port is
 * taken or an option makes no sense.
 */
export async function startDemo(options: DemoOptions): Promise<DemoServer> {
  const speed = options.speed ?? 1;
  if (!(speed > 0 && speed <= 10_000)) throw new Error(`Speed must lie between 0 and 10,000, not ${speed}`);
  const engines = options.engines ?? 1;
  if (!Number.isInteger(engines) || engines < 1 || engines > 64) throw new Error(`Engines must be 1 to 64, not ${engines}`);
  const demo = new Demo(options, speed, engines);
  const server = createServer((request, response) => demo.answer(request, response));
  // A client that says nothing must not hold a connection for ever.
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  server.maxConnections = 200;
  const port = await listening(server, options.port ?? 0);
  return { url: `http://127.0.0.1:${port}`, port, close: () => closing(server) };
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${port} is taken: choose another with --port`) : error);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

class Demo {
  private readonly version: Version;
  private readonly model: string;
  private readonly maxModelLen: number;
  private readonly replay: Replay;
  private readonly fault: Fault | undefined;
  private readonly now: () => number;
  private readonly began: number;

  constructor(
    private readonly options: DemoOptions,
    private readonly speed: number,
    engines: number,
  ) {
    const { report } = options;
    this.version = demoVersion(options.version ?? /\d+\.\d+(?:\.\d+)?/.exec(report.engine)?.[0] ?? fallbackVersion);
    this.model = options.model ?? report.name;
    this.maxModelLen = options.maxModelLen ?? Math.max(1, report.memory.longestModelLen);
    this.replay = new Replay(report, engines, histogramBounds(this.maxModelLen));
    this.fault = options.fault === undefined ? undefined : parseFault(options.fault);
    this.now = options.now ?? Date.now;
    this.began = this.now();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.isDown()) {
      request.socket.destroy();
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      json(response, 405, { detail: "Method Not Allowed" });
      return;
    }
    switch ((request.url ?? "/").replace(/[?#].*$/, "")) {
      case "/metrics":
        this.metrics(response);
        break;
      case "/version":
        json(response, 200, { version: this.version.text });
        break;
      case "/v1/models":
        json(response, 200, { object: "list", data: [this.modelCard()] });
        break;
      case "/health":
      case "/ping":
        response.writeHead(200).end();
        break;
      default:
        json(response, 404, { detail: "Not Found" });
    }
  }

  private metrics(response: ServerResponse): void {
    const elapsed = (this.now() - this.startedMs()) / 1000;
    const page = demoPage(this.facts(), this.replay.at(elapsed * this.speed));
    if (this.fault && misbehave(this.fault, page, response)) return;
    const text = atLeast(this.version, "0.20.0") ? "version=1.0.0" : "version=0.0.4";
    response.writeHead(200, { "content-type": `text/plain; ${text}; charset=utf-8` }).end(page);
  }

  private facts(): PageFacts {
    const { memory } = this.options.report;
    const rank = memory.ranks[memory.tightest];
    const blocks = memory.kvCacheBlocks;
    return {
      version: this.version,
      model: this.model,
      startedAt: this.startedMs() / 1000,
      blocks,
      cacheConfig: {
        block_size: String(memory.blockTokens),
        cache_dtype: "auto",
        enable_prefix_caching: "True",
        gpu_memory_utilization: rank ? String(Number((rank.budgetBytes / rank.totalBytes).toFixed(4))) : "None",
        num_gpu_blocks: String(blocks),
        num_gpu_blocks_override: "None",
        sliding_window: "None",
        // Both labels came in 2026 (vLLM pull request 42206).
        ...(atLeast(this.version, "0.22.0")
          ? { kv_cache_size_tokens: String(memory.kvCacheTokens), kv_cache_max_concurrency: String(memory.maxConcurrency) }
          : {}),
        ...this.options.cacheConfig,
      },
    };
  }

  private modelCard() {
    return {
      id: this.model,
      object: "model",
      created: Math.floor(this.startedMs() / 1000),
      owned_by: "vllm",
      root: this.model,
      parent: null,
      max_model_len: this.maxModelLen,
    };
  }

  private isDown(): boolean {
    if (this.fault?.kind !== "restart-at") return false;
    const late = this.now() - this.began - this.fault.seconds * 1000;
    return late >= 0 && late < downMs;
  }

  /** When the process that answers now began. */
  private startedMs(): number {
    if (this.fault?.kind !== "restart-at") return this.began;
    const back = this.began + this.fault.seconds * 1000 + downMs;
    return this.now() >= back ? back : this.began;
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
