import type { Message } from "../deployment/message.ts";
import type { LiveState, Measures } from "./snapshot.ts";

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
  readonly kind: "restart" | "gap" | "drift" | "deploy" | "scale";
  readonly words: Message;
}
