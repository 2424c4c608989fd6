import { type Message, message, plain } from "../../deployment/message.ts";
import { mixedIn } from "../page/mixed.ts";
import { isUnknownSpan, secondsBetween } from "../series/moment.ts";
import type { Ask, LiveEvent, LiveSource, Look, MemberState, Moment } from "../source.ts";
import { type Member, type Share, WatchedMember } from "./fleet-member.ts";
import { fleetSum } from "./fleet-sum.ts";
import { Slots } from "./slots.ts";

const atOnce = 16;
const mostMembers = 256;
const mostProblems = 20;
/** A look waits so long for its slowest member; what comes later belongs to the next look. */
const patienceSeconds = 2;

export interface FleetOptions {
  readonly kind?: LiveSource["kind"];
  /** Instead of two seconds: for a look alone, that is to have all members. */
  readonly patienceSeconds?: number;
}

/**
 * Several servers as one. Each member keeps its own last snapshot, growth and restarts; all are asked at the same time. A member that is
 * lost is named, and its share is missing until it is back: never zero, never made up for.
 */
export class Fleet implements LiveSource {
  readonly kind: LiveSource["kind"];
  private readonly patience: number;
  private readonly slots = new Slots(atOnce);
  private watched: readonly WatchedMember[] = [];
  private left = 0;
  private asked: Ask | undefined;
  private before: Moment | undefined;
  private events: LiveEvent[] = [];

  constructor(
    readonly name: string,
    members: readonly Member[],
    { kind = "fleet", patienceSeconds: patience = patienceSeconds }: FleetOptions = {},
  ) {
    this.kind = kind;
    this.patience = patience;
    this.replace(members, undefined);
  }

  get identityAt(): readonly string[] {
    return this.watched.flatMap(({ member }) => member.source.identityAt);
  }

  /** Other members from now on; who stays, by name, keeps what is known of it. `time` (unix seconds) tells who came and went. */
  replace(members: readonly Member[], time: number | undefined): void {
    const known = new Map(this.watched.map((one) => [one.name, one]));
    const next = new Map<string, WatchedMember>();
    for (const member of members) {
      const watched = known.get(member.source.name) ?? new WatchedMember(member);
      watched.member = member;
      next.set(watched.name, watched);
    }
    if (time !== undefined) {
      const tell = (words: Message) => this.events.push({ time, kind: "scale", words });
      for (const name of next.keys()) if (!known.has(name)) tell(message("{0} joined", name));
      for (const name of known.keys()) if (!next.has(name)) tell(message("{0} left", name));
    }
    this.watched = [...next.values()].slice(0, mostMembers);
    this.left = next.size - this.watched.length;
  }

  async look(ask: Ask): Promise<Look> {
    // Another port means that all under way was taken back, or that a person asked for another try.
    if (this.asked !== ask) for (const member of this.watched) member.anew();
    this.asked = ask;
    const { watched } = this;
    const answers = Promise.all(watched.map((member) => member.ask(ask, (task) => this.slots.run(task))));
    await Promise.race([answers, ask.wait(this.patience, answers)]);
    return this.summed(watched, ask);
  }

  /** The same of looks that somebody else has, by their members' names; who has none has not answered yet. */
  given(looks: ReadonlyMap<string, Look>, at: Pick<Ask, "now" | "say">): Look {
    for (const member of this.watched) member.receive(looks.get(member.name), at);
    return this.summed(this.watched, at);
  }

  private summed(watched: readonly WatchedMember[], ask: Pick<Ask, "now" | "say">): Look {
    const now = ask.now();
    const { before, events } = this;
    this.events = [];
    const seconds = before && !isUnknownSpan(before, now) ? secondsBetween(before, now) : null;
    const shares: Share[] = watched.flatMap((member) => member.share(now, seconds, events) ?? []);
    const members = watched.map((member) => member.standing());
    const limits = this.limits(watched);
    const problems = [...limits, ...lostMembers(members)];
    const notes = { members, events, problems, ...(limits.length > 0 ? { limits } : {}) };
    if (shares.length === 0) return { kind: "none", ...reasonOf(watched, members, ask), ...now, ...notes };
    this.before = now;
    const grown = fleetSum(
      shares.map(({ name, role, grown: own }) => ({ name, role, snapshot: own })),
      now.time,
    );
    return {
      kind: "stretch",
      grown,
      seconds,
      sinceStart: fleetSum(
        shares.map(({ name, role, whole }) => ({ name, role, snapshot: whole })),
        now.time,
      ),
      ...notes,
      problems: [...mixedIn(grown.server).map(plain), ...problems],
    };
  }

  private limits(watched: readonly WatchedMember[]): readonly string[] {
    const own = this.left > 0 ? [`${this.left} servers more than ${mostMembers}: they are not read`] : [];
    return shortened([...own, ...watched.flatMap(({ name, limits }) => limits.map((limit) => `${name}: ${limit}`))]);
  }
}

function lostMembers(members: readonly MemberState[]): readonly string[] {
  return shortened(members.filter(({ state }) => state === "lost").map(({ name, detail }) => `${name}: ${detail}`));
}

function shortened(list: readonly string[]): readonly string[] {
  return list.length > mostProblems ? [...list.slice(0, mostProblems), `and ${list.length - mostProblems} more`] : list;
}

/** Why nobody has figures: a key or another address only helps where it is what all of them lack. */
function reasonOf(
  watched: readonly WatchedMember[],
  [first, ...others]: readonly MemberState[],
  { say }: Pick<Ask, "say">,
): { readonly why: "lost" | "wrong-page" | "needs-key"; readonly detail: string } {
  if (!first) return { why: "lost", detail: say(message("There is no server to ask")) };
  const common = watched[0]?.refusal;
  return {
    why: common && watched.every(({ refusal }) => refusal === common) ? common : "lost",
    detail:
      others.length > 0
        ? say(message("{0}: {1} (and {2} more)", first.name, first.detail, others.length))
        : `${first.name}: ${first.detail}`,
  };
}
