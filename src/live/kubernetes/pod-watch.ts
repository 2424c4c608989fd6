import { podsWatchAddress } from "./api-address.ts";
import type { ClusterPlace } from "./cluster-place.ts";
import type { FoundPods } from "./find-pods.ts";
import { FollowedPods } from "./followed-pods.ts";
import type { KubectlFailure } from "./kubectl-failure.ts";
import type { PodQuery } from "./manifest-pods.ts";
import type { PodList } from "./pod.ts";

/** Something that tells lines until it ends, or is stopped. */
export interface Following {
  /** Resolves with what it complained of when it ended by itself; never after `stop`. */
  readonly ended: Promise<KubectlFailure>;
  stop(): void;
}

/** How an address of the cluster is followed line by line. */
export type Follow = (address: string, onLine: (line: string) => void) => Following;

/** The API server ends a watch after so long; it is begun again where it ended. */
const watchSeconds = 300;
/** One that is still there so long after that is a connection of which nobody told that it broke. */
const overdueSeconds = 30;
/** Proxies cut what was idle for so long: no fault of the cluster. */
const cutSeconds = 20;
const firstPauseSeconds = 15;
const longestPauseSeconds = 300;

/** Follows the pods of some queries from a list on. Where that cannot go on, `isOn` is false, and the pods have to be listed. */
export class PodWatch {
  /** This person may list pods and not watch them. */
  isRefused = false;
  private followed: readonly { readonly query: PodQuery; readonly pods: FollowedPods }[] = [];
  private readonly running = new Map<PodQuery, { readonly following: Following; readonly since: number }>();
  private failures = 0;
  /** Of the steady clock: not begun before. */
  private notBefore = Number.NEGATIVE_INFINITY;
  private hasChanged = false;

  constructor(
    private readonly follow: Follow,
    private readonly place: ClusterPlace,
    /** Seconds of the steady clock. */
    private readonly now: () => number,
  ) {}

  get isOn(): boolean {
    return this.running.size > 0;
  }

  /** Follows what was listed, in place of what was followed before. */
  begin(lists: readonly { readonly query: PodQuery; readonly list: PodList }[]): void {
    this.stop();
    if (this.isRefused || this.now() < this.notBefore || lists.some(({ list }) => list.version === null)) return;
    this.followed = lists.map(({ query, list }) => ({ query, pods: new FollowedPods(list) }));
    for (const one of this.followed) this.run(one.query, one.pods);
  }

  /** The pods as they are now, where any changed since the last call; undefined else. */
  changes(): readonly FoundPods[] | undefined {
    for (const [query, { since }] of this.running) if (this.now() - since > watchSeconds + overdueSeconds) this.again(query);
    if (!this.hasChanged) return undefined;
    this.hasChanged = false;
    return this.followed.map(({ query, pods }) => ({ query, pods: pods.pods }));
  }

  stop(): void {
    for (const { following } of this.running.values()) following.stop();
    this.running.clear();
    this.hasChanged = false;
  }

  private run(query: PodQuery, pods: FollowedPods): void {
    const since = this.now();
    const address = podsWatchAddress(this.place, query, { version: pods.version ?? "", seconds: watchSeconds });
    const following = this.follow(address, (line) => {
      if (this.running.get(query)?.following !== following || line.trim() === "") return;
      const became = pods.take(line);
      if (became === "changed") this.hasChanged = true;
      if (became === "anew") this.giveUp(this.now() - since);
      else this.failures = 0;
    });
    this.running.set(query, { following, since });
    void following.ended.then((failure) => {
      if (this.running.get(query)?.following === following) this.ended(query, failure, this.now() - since);
    });
  }

  private ended(query: PodQuery, { kind, said }: KubectlFailure, lastedSeconds: number): void {
    if (kind === "denied") {
      this.isRefused = true;
      this.stop();
      return;
    }
    const wasCut = lastedSeconds >= cutSeconds && !/\((?:Expired|Gone)\)|too old resource version/.test(said);
    if (wasCut) this.again(query);
    else this.giveUp(lastedSeconds);
  }

  /** From where it ended. */
  private again(query: PodQuery): void {
    this.running.get(query)?.following.stop();
    const known = this.followed.find((one) => one.query === query);
    if (known) this.run(query, known.pods);
  }

  /** What happened in the meantime is not known. Soon after it began, that is likely to happen again. */
  private giveUp(lastedSeconds: number): void {
    this.stop();
    if (lastedSeconds >= cutSeconds) return;
    this.notBefore = this.now() + Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** Math.min(10, this.failures));
    this.failures++;
  }
}
