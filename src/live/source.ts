import type { Message } from "../deployment/message.ts";
import type { LiveState, Measures, Snapshot } from "./snapshot.ts";

/** One moment on two clocks: the wall's, which people read and which may be set, and one that never steps, for spans. */
export interface Moment {
  /** Unix seconds. */
  readonly time: number;
  /** Seconds since any beginning. */
  readonly steady: number;
}

/** How a text is asked for. */
export interface AskHow {
  readonly accept?: string;
  /** Never credentials: whoever stands behind the port adds those. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form, sent by POST; without it, GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** For the whole answer; 10 s where absent. */
  readonly timeoutSeconds?: number;
}

/** Why there is no text. */
export type AskFailure =
  /** No connection, or it broke. */
  | "unreachable"
  | "timeout"
  | "too-large"
  /** A key is missing, wrong, or not enough. */
  | "needs-key"
  /** Any other status than 2xx, or a redirect that is not followed. */
  | "refused"
  /** No text, or no address that can be asked. */
  | "wrong-page"
  /** Taken back from our side: says nothing about who was asked. */
  | "cancelled";

export type Answer =
  | { readonly kind: "text"; readonly text: string; readonly contentType: string; readonly at: Moment }
  | {
      readonly kind: "failed";
      readonly why: AskFailure;
      /** For people; holds no credentials. */
      readonly detail: Message;
      readonly status: number | null;
      /** How the text of a refusal begins: stores of metrics say there what they miss. Absent where there is none. */
      readonly said?: string;
      readonly at: Moment;
    };

/** The port through which a source reaches the world. Nothing of it rejects. */
export interface Ask {
  /** Fetches a text within limits; `address` is what the source's host knows how to reach. */
  text(address: string, how?: AskHow): Promise<Answer>;
  /** Ends after so many seconds, sooner where `unless` is there by then, at once when all is taken back. */
  wait(seconds: number, unless?: Promise<unknown>): Promise<void>;
  now(): Moment;
  /** A sentence in the language of whoever reads what a source tells. */
  readonly say: (words: Message) => string;
}

/** What a member does of the work. */
export type MemberRole = "prefill" | "decode" | "both";

/** One server of a fleet (a pod, a URL); a single server is a fleet of one. */
export interface MemberState {
  readonly name: string;
  readonly role: MemberRole;
  readonly state: LiveState;
  /** Why it did not answer; empty while it does. */
  readonly detail: string;
  readonly engines: number;
  /** Its own figures at the last answer; undefined before the first. */
  readonly measures: Measures | undefined;
}

/** Something that happened to a server, marked through all rows of its page. */
export interface LiveEvent {
  /** Unix seconds. */
  readonly time: number;
  /** Where it began, for what lasted: unix seconds. */
  readonly since?: number;
  readonly kind: "restart" | "gap" | "drift" | "deploy" | "scale" | "alert";
  readonly words: Message;
  /** Name of the member that it happened to, where it is one. */
  readonly member?: string;
}

interface LookNotes {
  /** What of the answer made no sense or was left out. */
  readonly problems: readonly string[];
  /** What was left out because there is too much of it: to be seen, not only logged. */
  readonly limits?: readonly string[];
  /** Each server behind the figures; absent where it is one. */
  readonly members?: readonly MemberState[];
  readonly events?: readonly LiveEvent[];
}

/** What a source gave when it was asked. */
export type Look =
  /** Counters since the process began: the series works out what came in, and sees restarts. */
  | ({ readonly kind: "scrape"; readonly snapshot: Snapshot } & LookNotes)
  /**
   * Gauges as they are; counters and histograms (those of `perEngine` and `perRole` too) hold what came in since the look before, worked
   * out by the source, restarts and missing members taken into account.
   */
  | ({
      readonly kind: "stretch";
      readonly grown: Snapshot;
      /** Over which it came in; null where there is no look before, or nobody knows how long ago it was: then nothing came in. */
      readonly seconds: number | null;
      /** Counters and histograms as they stand since the servers' start, for a look alone; absent where a source does not know. */
      readonly sinceStart?: Snapshot;
    } & LookNotes)
  /** No figures. `ended`: there will be none any more. */
  | ({
      readonly kind: "none";
      readonly why: "lost" | "wrong-page" | "needs-key" | "cancelled" | "ended";
      readonly detail: string;
      /** Unix seconds. */
      readonly time: number;
      /** See `Moment`. */
      readonly steady?: number;
    } & LookNotes);

/** Unix seconds of a look. */
export function lookTime(look: Look): number {
  if (look.kind === "none") return look.time;
  return (look.kind === "scrape" ? look.snapshot : look.grown).time;
}

/** Where figures come from: a page, a fleet, a store of metrics, a cluster, a recording. One small file each in `sources/`. */
export interface LiveSource {
  readonly kind: "metrics-url" | "fleet" | "prometheus" | "kubernetes" | "recording";
  /** For people; holds no credentials. */
  readonly name: string;
  /** Metrics pages of servers that may be asked who they are; the first that answers speaks for all. */
  readonly identityAt: readonly string[];
  /** It waits for its looks itself, failures too: nobody is spared by asking it less often. */
  readonly keepsPace?: true;
  /** One look; never two at a time. Never rejects. */
  look(ask: Ask): Promise<Look>;
  /** What was before the first look, oldest first; where a source remembers. Times in unix seconds. */
  history?(ask: Ask, from: number, to: number, stepSeconds: number): Promise<readonly Look[]>;
}
