import type { ServerResponse } from "node:http";

/** Ways in which real servers misbehave, to see what a client does then. */
export type Fault =
  | { readonly kind: (typeof plainFaults)[number] }
  /** Gone for two seconds at this many seconds after the start, then back with all counters at 0; where it repeats, again and again. */
  | { readonly kind: "restart"; readonly seconds: number; readonly repeats: boolean };

const plainFaults = ["hang", "html", "truncated", "endless", "slow", "slow-drip", "needs-key", "401", "500"] as const;
export const faultNames: readonly string[] = [...plainFaults, "restart-at=SECONDS", "restart-every=SECONDS"];

/** `hang`, `restart-at=30`. Throws with the list of names for anything else. */
export function parseFault(text: string): Fault {
  const restart = /^restart-(at|every)=(\d+(?:\.\d+)?)s?$/.exec(text);
  const seconds = Number(restart?.[2]);
  if (restart && (restart[1] === "at" || seconds > downSeconds)) return { kind: "restart", seconds, repeats: restart[1] === "every" };
  const plain = plainFaults.find((name) => name === text);
  if (!plain) throw new Error(`No such fault: ${text.slice(0, 40)}. There are ${faultNames.join(", ")}`);
  return { kind: plain };
}

const downSeconds = 2;

/** The process that serves at a moment after the start, by when it began; undefined while none does. */
export function lifeAt(fault: Fault | undefined, seconds: number): { readonly since: number } | undefined {
  if (fault?.kind !== "restart" || seconds < fault.seconds) return { since: 0 };
  const last = fault.repeats ? Math.floor(seconds / fault.seconds) * fault.seconds : fault.seconds;
  return seconds < last + downSeconds ? undefined : { since: last + downSeconds };
}

const slowMs = 3000;
/** A byte now and then: each comes in time, the page never does. */
const dripMs = 200;
/** An endless answer ends after this much even if the client never does. */
const endlessBytes = 2 ** 30;

/** Answers in a faulty way; false where this fault leaves the answer alone. Timers end with the connection. */
export function misbehave(fault: Fault, page: string, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "hang":
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end("<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n");
      return true;
    case "truncated":
      begin(response);
      response.end(page.slice(0, Math.floor(page.length * 0.6)));
      return true;
    case "endless":
      endless(page, response);
      return true;
    case "slow": {
      const timer = setTimeout(() => {
        begin(response);
        response.end(page);
      }, slowMs);
      response.once("close", () => clearTimeout(timer));
      return true;
    }
    case "slow-drip":
      drip(page, response);
      return true;
    case "needs-key":
    case "401":
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"error":"Unauthorized"}');
      return true;
    case "500":
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end("Internal Server Error");
      return true;
    case "restart":
      return false;
    default:
      return fault satisfies never;
  }
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
}

function drip(page: string, response: ServerResponse): void {
  begin(response);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(page.charAt(sent % page.length));
    sent++;
  }, dripMs);
  response.once("close", () => clearInterval(timer));
}

function endless(page: string, response: ServerResponse): void {
  begin(response);
  let sent = 0;
  const more = () => {
    while (!response.destroyed && sent < endlessBytes) {
      sent += page.length;
      if (!response.write(page)) return;
    }
    response.end();
  };
  response.on("drain", more);
  more();
}
