import type { ClusterPlace } from "../live/kubernetes/cluster-place.ts";
import { backoffMs } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Kubectl, KubectlError, type RunningTool } from "./kubectl.ts";

/** kubectl says so when the port is open. */
const forwarding = /^Forwarding from 127\.0\.0\.1:(\d+) ->/;
const openingMs = 15_000;

export interface ForwardedPod {
  readonly place: ClusterPlace;
  readonly pod: string;
  readonly port: number;
}

/**
 * A port of this machine that leads to a pod's, opened when it is first needed. Where it breaks, it is opened again, after longer and
 * longer waits; `stop` ends it for good.
 */
export class PortForward {
  private tool: RunningTool | undefined;
  private opening: Promise<number> | undefined;
  private failures = 0;
  private notBefore = 0;
  private stopped = false;

  constructor(
    private readonly kubectl: Kubectl,
    private readonly forwarded: ForwardedPod,
    private readonly clock: Clock = systemClock,
    private readonly random: () => number = Math.random,
  ) {}

  /** The open port on 127.0.0.1. Rejects with KubectlError where there is none now. */
  async port(): Promise<number> {
    if (this.stopped) throw new KubectlError({ kind: "cancelled", said: "" }, this.kubectl.tool);
    if (this.opening) return this.opening;
    if (this.clock.steady() < this.notBefore) throw new KubectlError(this.lost, this.kubectl.tool);
    this.opening = this.open();
    return this.opening;
  }

  /** What was forwarded does not answer: the next call opens it anew. */
  broken(): void {
    this.close();
  }

  stop(): void {
    this.stopped = true;
    this.close();
  }

  private lost: KubectlError["failure"] = { kind: "unreachable", said: "" };

  private async open(): Promise<number> {
    const { place, pod, port } = this.forwarded;
    try {
      const open = await new Promise<number>((resolve, reject) => {
        const cancel = this.clock.after(openingMs, () => reject(new KubectlError({ kind: "timeout", said: "" }, this.kubectl.tool)));
        const tool = this.kubectl.forward(place, pod, port, (line) => {
          const local = Number(forwarding.exec(line)?.[1] ?? Number.NaN);
          if (Number.isNaN(local)) return;
          cancel();
          resolve(local);
        });
        this.tool = tool;
        void tool.ended.then((failure) => {
          cancel();
          this.lost = failure;
          reject(new KubectlError(failure, this.kubectl.tool));
          if (this.tool === tool) this.close();
        });
      });
      this.failures = 0;
      return open;
    } catch (error) {
      this.failures++;
      this.notBefore = this.clock.steady() + backoffMs(this.failures, 1000, this.random);
      this.close();
      throw error;
    }
  }

  private close(): void {
    this.tool?.stop();
    this.tool = undefined;
    this.opening = undefined;
  }
}
