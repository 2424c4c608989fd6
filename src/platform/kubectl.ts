import { execFile, spawn } from "node:child_process";
import { plain } from "../deployment/message.ts";
import { type ClusterPlace, type KubeContexts, readContexts } from "../live/kubernetes/cluster-place.ts";
import { failureWords, type KubectlFailure, kubectlFailure } from "../live/kubernetes/kubectl-failure.ts";

/** Why kubectl gave no answer; `words` for people. */
export class KubectlError extends Error {
  override readonly name = "KubectlError";
  readonly words: ReturnType<typeof failureWords>;

  constructor(
    readonly failure: KubectlFailure,
    tool: string,
  ) {
    const words = failureWords(failure, tool);
    super(plain(words).trim());
    this.words = words;
  }
}

export function isKubectlError(error: unknown): error is KubectlError {
  return error instanceof KubectlError;
}

export interface KubectlLimits {
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A program that goes on until it is stopped. */
export interface RunningTool {
  /** Resolves once with what it complained of when it ended by itself; never after `stop`. */
  readonly ended: Promise<KubectlFailure>;
  stop(): void;
}

/**
 * The person's own kubectl: words as a list and never a shell, its environment as it is, nothing to read from. What takes too long or
 * prints too much is ended.
 */
export class Kubectl {
  constructor(readonly tool = "kubectl") {}

  /** What the configuration on this machine says; no cluster is asked. */
  async contexts(signal?: AbortSignal): Promise<KubeContexts> {
    return readContexts(await this.run(["config", "view", "-o", "json"], { timeoutMs: 10_000, signal }));
  }

  /** What the API server answers to a GET of the path: no discovery, one request. Rejects with KubectlError alone. */
  async get({ context }: Pick<ClusterPlace, "context">, path: string, limits: KubectlLimits = {}): Promise<string> {
    return this.run(["--context", context, "get", "--raw", path], limits);
  }

  /** Forwards a free port of this machine to a pod's; tells every line that kubectl prints. */
  forward({ context, namespace }: ClusterPlace, pod: string, port: number, onLine: (line: string) => void): RunningTool {
    const words = ["--context", context, "--namespace", namespace, "port-forward", "--address", "127.0.0.1", `pod/${pod}`, `:${port}`];
    return started(this.tool, words, onLine);
  }

  /** Follows what the API server answers to a GET of the path for as long as it goes on; tells every line. */
  follow({ context }: Pick<ClusterPlace, "context">, path: string, onLine: (line: string) => void): RunningTool {
    return started(this.tool, ["--context", context, "get", "--raw", path], onLine);
  }

  private run(words: readonly string[], { timeoutMs = 15_000, maxBytes = 16 * 2 ** 20, signal }: KubectlLimits): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { signal, timeout: timeoutMs, maxBuffer: maxBytes, killSignal: "SIGKILL", windowsHide: true } as const;
      const child = execFile(this.tool, words, options, (error, stdout, stderr) => {
        if (error) reject(new KubectlError(failureOf(error, stderr), this.tool));
        else resolve(stdout);
      });
      // A plugin that would ask for a password has nobody to ask.
      child.stdin?.end();
    });
  }
}

function failureOf(error: Error & { readonly code?: unknown; readonly killed?: unknown }, stderr: string): KubectlFailure {
  if (error.name === "AbortError") return { kind: "cancelled", said: "" };
  if (error.code === "ENOENT" || error.code === "EACCES") return { kind: "missing-tool", said: "" };
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return { kind: "too-much", said: "" };
  if (error.killed === true) return { kind: "timeout", said: "" };
  return kubectlFailure(stderr);
}

/** Of a long-running program's last words as much as a sentence needs. */
const mostSaid = 4000;
/** Of a line as much as an object of Kubernetes may have (1.5 MiB, etcd's limit); what is longer makes no sense, and is noticed by that. */
const longestLine = 2 ** 21;

function started(tool: string, words: readonly string[], onLine: (line: string) => void): RunningTool {
  const child = spawn(tool, words, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  let stopped = false;
  let said = "";
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = (lines.pop() ?? "").slice(-longestLine);
    for (const line of lines) onLine(line);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-mostSaid);
  });
  const ended = new Promise<KubectlFailure>((resolve) => {
    child.once("error", (error) => !stopped && resolve(failureOf(error, said)));
    child.once("close", () => !stopped && resolve(kubectlFailure(said)));
  });
  const stop = (): void => {
    stopped = true;
    // By its own process id: nothing else of that name is touched.
    child.kill();
    child.stdout.destroy();
    child.stderr.destroy();
  };
  return { ended, stop };
}
