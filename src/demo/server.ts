import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Fault, lifeAt, misbehave, parseFault } from "./faults.ts";
import { Imitation, type ImitationOptions } from "./imitation.ts";

export interface DemoOptions extends ImitationOptions {
  /** 0 or absent = any free one. */
  readonly port?: number;
  /** See `parseFault`. */
  readonly fault?: string;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface DemoServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a simulated run as its engine would, on 127.0.0.1 only. Rejects where the port is taken or an option makes no sense. */
export async function startDemo(options: DemoOptions): Promise<DemoServer> {
  const demo = new Demo(options);
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
  private readonly imitation: Imitation;
  private readonly fault: Fault | undefined;
  private readonly now: () => number;
  private readonly began: number;

  constructor(options: DemoOptions) {
    this.fault = options.fault === undefined ? undefined : parseFault(options.fault);
    this.now = options.now ?? Date.now;
    this.began = this.now();
    this.imitation = new Imitation(options, this.began / 1000);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const seconds = (this.now() - this.began) / 1000;
    const life = lifeAt(this.fault, seconds);
    if (!life) {
      request.socket.destroy();
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      json(response, 405, { detail: "Method Not Allowed" });
      return;
    }
    const path = (request.url ?? "/").replace(/[?#].*$/, "");
    if (path === "/metrics") {
      const page = this.imitation.page(seconds, life);
      if (this.fault && misbehave(this.fault, page, response)) return;
      response.writeHead(200, { "content-type": this.imitation.contentType }).end(page);
      return;
    }
    const answer = this.imitation.answer(path, life);
    if (answer === undefined) json(response, 404, { detail: "Not Found" });
    else if (answer === null) response.writeHead(200).end();
    else json(response, 200, answer);
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
