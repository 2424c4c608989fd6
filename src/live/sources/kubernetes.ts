import { type Message, message, plain } from "../../deployment/message.ts";
import { podsAddress } from "../kubernetes/api-address.ts";
import type { ClusterPlace } from "../kubernetes/cluster-place.ts";
import { type MeantPod, meantPods, noneRuns, runningPods } from "../kubernetes/find-pods.ts";
import type { PodQuery } from "../kubernetes/manifest-pods.ts";
import { type PodList, readPods } from "../kubernetes/pod.ts";
import { PodChanges } from "../kubernetes/pod-changes.ts";
import { PodPage } from "../kubernetes/pod-page.ts";
import { podTrouble } from "../kubernetes/pod-trouble.ts";
import { type Follow, PodWatch } from "../kubernetes/pod-watch.ts";
import { RestartsOnce } from "../kubernetes/restarts-once.ts";
import { isWorker } from "../kubernetes/serving-ports.ts";
import type { Ask, LiveEvent, LiveSource, Look, MemberState } from "../source.ts";
import { Fleet } from "./fleet.ts";

/** How often the cluster is asked for its pods where it does not tell of itself what happens to them. */
const listSeconds = 15;
/** Where a page no longer answers, after so long. */
const soonSeconds = 3;
/** Each page costs a program; for more there is Prometheus. */
const mostPods = 32;
/** A page through the API server may take so long before the look goes on without it. */
const pageSeconds = 4;

export interface PodsOptions {
  /** Names of the pods that are read, whenever they change. */
  readonly onPods?: (names: ReadonlySet<string>) => void;
  /** How long a look waits for its slowest page. */
  readonly patienceSeconds?: number;
  /** How the cluster is followed; absent = it is asked again and again. */
  readonly follow?: Follow;
}

/** The pods of a deployment as one fleet that follows them: who comes, goes or is started again is a member or an event. */
export class KubernetesPods implements LiveSource {
  readonly kind = "kubernetes";
  private readonly fleet: Fleet;
  private readonly pages = new Map<string, PodPage>();
  /** As the cluster told them last. */
  private known: readonly MeantPod[] | undefined;
  private listing: Promise<void> | undefined;
  private askedThrough: Ask | undefined;
  /** Of the steady clock. */
  private listedAt = Number.NEGATIVE_INFINITY;
  private isOneLost = false;
  private readonly watch: PodWatch | undefined;
  private readonly changes = new PodChanges();
  private readonly restarts = new RestartsOnce();
  private events: readonly LiveEvent[] = [];
  private problem: Message | undefined;

  constructor(
    readonly name: string,
    private readonly place: ClusterPlace,
    private readonly queries: readonly PodQuery[],
    private readonly options: PodsOptions = {},
  ) {
    this.fleet = new Fleet(name, [], { kind: "kubernetes", patienceSeconds: options.patienceSeconds ?? pageSeconds });
    const { follow } = options;
    this.watch = follow && new PodWatch(follow, place, () => this.askedThrough?.now().steady ?? 0);
  }

  get identityAt(): readonly string[] {
    return this.fleet.identityAt;
  }

  /** As the cluster told them last, without those that are being removed. */
  get seen(): readonly MeantPod[] {
    return (this.known ?? []).filter(({ isLeaving }) => !isLeaving);
  }

  /** Ends what goes on between looks. */
  stop(): void {
    this.watch?.stop();
  }

  async look(ask: Ask): Promise<Look> {
    this.list(ask);
    // Who is to be read is known before the first page is; later lists are waited for by nobody.
    if (this.known === undefined) await this.listing;
    const told = this.watch?.changes();
    if (told) this.take(meantPods(told), ask.now().time);
    if (this.known === undefined) return this.nothing(ask, this.problem ?? message("The cluster does not answer"));
    // Who went for good settles with time, whether or not anything else happens.
    this.note(this.known, ask.now().time);
    const none = noneRuns(this.seen, this.place);
    return this.noted(none ? this.nothing(ask, none) : await this.fleet.look(ask), ask);
  }

  /** Begins to list the pods where it is time. */
  private list(ask: Ask): void {
    const { steady } = ask.now();
    if (this.askedThrough !== ask) {
      // What another port was asked was taken back.
      this.listing = undefined;
      this.listedAt = Number.NEGATIVE_INFINITY;
      this.askedThrough = ask;
    }
    if (this.listing || steady - this.listedAt < this.listedAfter) return;
    this.listedAt = steady;
    this.listing = this.listed(ask).then((found) => {
      if (this.askedThrough !== ask) return;
      this.listing = undefined;
      if ("text" in found) this.problem = found;
      else {
        this.problem = undefined;
        this.watch?.begin(found);
        this.take(meantPods(found.map(({ query, list }) => ({ query, pods: list.pods }))), ask.now().time);
      }
    });
  }

  /** Seconds from one list to the next. */
  private get listedAfter(): number {
    if (this.known === undefined) return soonSeconds;
    // What is followed tells of itself, unless a connection broke and nobody noticed.
    if (this.watch?.isOn) return this.isOneLost ? listSeconds : Number.POSITIVE_INFINITY;
    return this.isOneLost ? soonSeconds : listSeconds;
  }

  /** What the cluster lists now, or why nobody can tell. */
  private async listed(ask: Ask): Promise<readonly { readonly query: PodQuery; readonly list: PodList }[] | Message> {
    const found: { readonly query: PodQuery; readonly list: PodList }[] = [];
    for (const query of this.queries) {
      const answer = await ask.text(podsAddress(this.place, query), { accept: "application/json", timeoutSeconds: listSeconds });
      if (answer.kind === "failed") return answer.detail;
      const list = readPods(answer.text);
      if (!list) return message("The cluster answers with something that is no list of pods");
      found.push({ query, list });
    }
    return found;
  }

  private note(pods: readonly MeantPod[], time: number): void {
    this.events = [...this.events, ...this.restarts.fresh("list", this.changes.take(pods, time))];
  }

  private take(pods: readonly MeantPod[], time: number): void {
    this.note(pods, time);
    this.known = pods;
    const staying = this.seen;
    const read = runningPods(staying).slice(0, mostPods);
    const before = [...this.pages.keys()].join(" ");
    for (const pod of read) {
      const page = this.pages.get(pod.name);
      if (page) page.become(pod);
      else this.pages.set(pod.name, new PodPage(pod));
    }
    const names = new Set(read.map(({ name }) => name));
    for (const name of this.pages.keys()) if (!names.has(name)) this.pages.delete(name);
    const members = [...read]
      .sort((a, b) => Number(isWorker(a)) - Number(isWorker(b)))
      .flatMap((pod) => {
        const source = this.pages.get(pod.name);
        return source ? [{ source, role: pod.role }] : [];
      });
    this.fleet.replace(members, undefined);
    if ([...this.pages.keys()].join(" ") !== before) this.options.onPods?.(names);
  }

  /** A look with what is known of the pods beside it. */
  private noted(look: Look, ask: Ask): Look {
    const { events } = this;
    this.events = [];
    const pods = this.seen;
    // Workers of a group that serve nothing lend their GPUs: no members, and nothing is wrong with them.
    const silent = new Set(pods.filter(isWorker).map(({ name }) => name));
    const missing = pods.flatMap((pod) => troubled(pod, ask) ?? []);
    const explained = new Set(missing.map(({ name }) => name));
    const answering = (look.members ?? []).filter(
      ({ name, measures }) => !explained.has(name) && (measures !== undefined || !silent.has(name)),
    );
    const members = [...answering, ...missing];
    this.isOneLost = answering.some(({ state }) => state === "lost");
    const problems = look.problems.filter((words) => ![...silent].some((name) => words.startsWith(`${name}: `)));
    return {
      ...look,
      members,
      events: [...events, ...this.restarts.fresh("page", look.events ?? [])],
      problems: [...this.problems(pods), ...problems],
    };
  }

  private problems(pods: readonly MeantPod[]): readonly string[] {
    const left = runningPods(pods).length - mostPods;
    return [
      ...(this.problem === undefined ? [] : [plain(this.problem)]),
      ...(this.watch?.isRefused ? [`The cluster lets its pods be listed and not watched: it is asked every ${listSeconds} s`] : []),
      ...(left > 0 ? [`${left} pods more than ${mostPods}: they are not read`] : []),
    ];
  }

  private nothing(ask: Ask, why: Message): Look {
    return { kind: "none", why: "lost", detail: ask.say(why), ...ask.now(), problems: [] };
  }
}

/** A pod that cannot be asked, as a member that is missing. */
function troubled(pod: MeantPod, { say }: Ask): MemberState | undefined {
  const trouble = podTrouble(pod);
  return trouble && { name: pod.name, role: pod.role, state: "lost", detail: say(trouble.words), engines: 0, measures: undefined };
}
