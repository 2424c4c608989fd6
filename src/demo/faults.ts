import type { ServerResponse } from "node:http";

/** Ways in which real servers misbehave, to see what a client does then. */
export type Fault =
  | { readonly kind: "hang" | "html" | "truncated" | "endless" | "slow" | "needs-key" }
  /** Gone for two seconds at this many seconds after the start, then back with all counters at 0. */
  | { readonly kind: "restart-at"; readonly seconds: number };

const plainFaults = ["hang", "html", "truncated", "endless", "slow", "needs-key"] as const;
export const faultNames: readonly string[] = [...plainFaults, "restart-at=SECONDS"];

/** `hang`, `restart-at=30`. Throws with the list of names for anything else. */
export function parseFault(text: string): Fault {
  const restart = /^restart-at=(\d+(?:\.\d+)?)s?$/.exec(text);
  if (restart) return { kind: "restart-at", seconds: Number(restart[1]) };
  const plain = plainFaults.find((name) => name === text);
  if (!plain) throw new Error(`No such fault: ${text.slice(0, 40)}. There are ${faultNames.join(", ")}`);
  return { kind: plain };
}

const slowMs = 3000;
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
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
      response.end(page.slice(0, Math.floor(page.length * 0.6)));
      return true;
    case "endless":
      endless(page, response);
      return true;
    case "slow": {
      const timer = setTimeout(() => {
        response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
        response.end(page);
      }, slowMs);
      response.once("close", () => clearTimeout(timer));
      return true;
    }
    case "needs-key":
      response.writeHead(401, { "content-type": "application/json" });
      response.end('{"error":"Unauthorized"}');
      return true;
    case "restart-at":
      return false;
    default:
      return fault satisfies never;
  }
}

function endless(page: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
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
