import { least } from "./plain-routers.ts";
import type { Router, RouterContext } from "./router.ts";

/** Requests of one session go to one target, by a hash of its name; those of none to the one with the fewest requests. */
export class SessionRouter implements Router {
  private readonly sessions: Int32Array;
  private readonly size: number;
  private readonly withoutSession: Router;

  constructor({ requests, size, outstanding }: RouterContext) {
    this.sessions = requests.session;
    this.size = size;
    this.withoutSession = least(outstanding.requests);
  }

  choose(r: number, now: number): number {
    const session = this.sessions[r] as number;
    return session < 0 ? this.withoutSession.choose(r, now) : mixed(session) % this.size;
  }
}

/** The last rounds of MurmurHash3: neighbours end far apart. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
