import { message } from "../deployment/message.ts";
import { apiPath, type ProxiedPage } from "../live/kubernetes/api-address.ts";
import type { ClusterPlace } from "../live/kubernetes/cluster-place.ts";
import { Slots } from "../live/sources/slots.ts";
import { type FetchLimits, type FetchText, fetchText, type HttpText } from "./http.ts";
import { HttpError, isHttpError } from "./http-error.ts";
import { isKubectlError, type Kubectl, type KubectlError, type RunningTool } from "./kubectl.ts";
import { PortForward } from "./port-forward.ts";
import { keyError, pageError, refusedBy } from "./proxied-page.ts";

/** Programs at a time: a look at a large fleet must not take the machine. */
const mostAtOnce = 8;

/**
 * Fetches addresses of one cluster with the person's kubectl: pods, logs and nodes from its API server, pages of pods through the same
 * server's proxy. Where that is refused, a port is forwarded to the pod instead, for as long as it is needed. Rejects with HttpError
 * alone; what the cluster itself refuses is `unreachable`, so that nobody is asked for an engine's key.
 */
export class KubectlFetch {
  private readonly forwards = new Map<string, PortForward>();
  private readonly slots = new Slots(mostAtOnce);
  /** The cluster does not let this person use its proxy: it is asked no more. */
  private isProxyRefused = false;
  /** Paths of pages whose pod takes them with a key alone. */
  private readonly wantsKey = new Set<string>();

  constructor(
    private readonly kubectl: Kubectl,
    readonly place: ClusterPlace,
    private readonly fetchForwarded: FetchText = fetchText,
  ) {}

  readonly fetchText: FetchText = async (address, limits = {}) => {
    const asked = apiPath(address);
    if (!asked) throw new HttpError("bad-url", message("Not an address: {0}", address));
    const began = performance.now();
    const text = asked.page ? await this.page(asked.path, asked.page, limits) : await this.slots.run(() => this.get(asked.path, limits));
    return typeof text === "string" ? { text, contentType: "", seconds: (performance.now() - began) / 1000 } : text;
  };

  /** Follows an address line by line, for as long as the cluster tells something. */
  follow(address: string, onLine: (line: string) => void): RunningTool {
    return this.kubectl.follow(this.place, apiPath(address)?.path ?? "/", onLine);
  }

  /** Whether pods are read through forwarded ports. */
  get isForwarding(): boolean {
    return this.forwards.size > 0;
  }

  /** Ends the ports of pods that are not among these. */
  keep(pods: ReadonlySet<string>): void {
    for (const key of this.forwards.keys()) if (!pods.has(key.slice(0, key.indexOf(":")))) this.end(key);
  }

  /** Ends everything that runs. */
  stop(): void {
    this.keep(new Set());
  }

  private async page(path: string, page: ProxiedPage, limits: FetchLimits): Promise<string | HttpText> {
    if (this.isProxyRefused || this.wantsKey.has(path)) return this.forwarded(page, limits);
    try {
      return await this.slots.run(() => this.kubectl.get(this.place, path, limitsOf(limits)));
    } catch (error) {
      if (!isKubectlError(error)) throw error;
      const refused = refusedBy(error.failure);
      if (refused === undefined) throw pageError(error);
      if (refused === "proxy") return await this.insteadOf(error, page, limits);
      // kubectl sends no key to a pod.
      if (limits.token === undefined) throw keyError(error);
      this.wantsKey.add(path);
      return await this.forwarded(page, limits);
    }
  }

  /** Through ports of our own, from now on. */
  private async insteadOf(refusal: KubectlError, page: ProxiedPage, limits: FetchLimits): Promise<HttpText> {
    try {
      const answer = await this.forwarded(page, limits);
      this.isProxyRefused = true;
      return answer;
    } catch (error) {
      const isClosed = isHttpError(error) && error.kind === "unreachable";
      // The proxy may be allowed by then.
      if (isClosed) this.end(`${page.pod}:${page.port}`);
      if (!isClosed) throw error;
      throw new HttpError("unreachable", message("{0} A port cannot be forwarded either: {1}", refusal.words, error.words));
    }
  }

  private async forwarded(page: ProxiedPage, limits: FetchLimits): Promise<HttpText> {
    const { path, scheme } = page;
    const forward = this.forwardTo(page);
    try {
      const local = await forward.port();
      return await this.fetchForwarded(`${scheme}://127.0.0.1:${local}${path}`, limits);
    } catch (error) {
      if (isKubectlError(error)) throw pageError(error);
      if (isHttpError(error) && (error.kind === "unreachable" || error.kind === "timeout")) forward.broken();
      throw error;
    }
  }

  /** One port a pod: that of a page which turned out to be none is ended. */
  private forwardTo({ pod, port }: ProxiedPage): PortForward {
    const key = `${pod}:${port}`;
    const open = this.forwards.get(key);
    if (open) return open;
    for (const other of this.forwards.keys()) if (other.startsWith(`${pod}:`)) this.end(other);
    const forward = new PortForward(this.kubectl, { place: this.place, pod, port });
    this.forwards.set(key, forward);
    return forward;
  }

  private end(key: string): void {
    this.forwards.get(key)?.stop();
    this.forwards.delete(key);
  }

  private async get(path: string, limits: FetchLimits): Promise<string> {
    try {
      return await this.kubectl.get(this.place, path, limitsOf(limits));
    } catch (error) {
      throw isKubectlError(error) ? pageError(error) : error;
    }
  }
}

function limitsOf({ timeoutMs, maxBytes, signal }: FetchLimits) {
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(maxBytes === undefined ? {} : { maxBytes }), signal };
}
