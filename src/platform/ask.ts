import { type Message, plain } from "../deployment/message.ts";
import type { Answer, Ask, AskFailure, Moment } from "../live/source.ts";
import type { Clock } from "./clock.ts";
import type { FetchText } from "./http.ts";
import { type HttpError, isHttpError } from "./http-error.ts";

export interface AskPorts {
  readonly fetchText: FetchText;
  readonly clock: Clock;
  /** The key for an address, where there is one. */
  readonly keyFor: (address: string) => string | undefined;
  readonly timeoutMs: number;
  /** In whose language; English where absent. */
  readonly say?: (words: Message) => string;
}

/** The port of a source over HTTP; `signal` takes everything back. */
export function httpAsk({ fetchText, clock, keyFor, timeoutMs, say = plain }: AskPorts, signal: AbortSignal): Ask {
  const now = (): Moment => ({ time: clock.now() / 1000, steady: clock.steady() / 1000 });
  return {
    now,
    say,
    text: async (address, how = {}): Promise<Answer> => {
      const { accept, headers, form, timeoutSeconds } = how;
      try {
        const { text, contentType } = await fetchText(address, {
          token: keyFor(address),
          timeoutMs: timeoutSeconds === undefined ? timeoutMs : timeoutSeconds * 1000,
          signal,
          ...(accept === undefined ? {} : { accept }),
          ...(headers === undefined ? {} : { headers }),
          ...(form === undefined ? {} : { form }),
        });
        return { kind: "text", text, contentType, at: now() };
      } catch (error) {
        if (!isHttpError(error)) throw error;
        const { words, status, said } = error;
        return { kind: "failed", why: whyOf(error), detail: words, status, ...(said === "" ? {} : { said }), at: now() };
      }
    },
    wait: (seconds, unless) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const over = (): void => {
          cancel();
          signal.removeEventListener("abort", over);
          resolve();
        };
        const cancel = clock.after(seconds * 1000, over);
        signal.addEventListener("abort", over, { once: true });
        void unless?.then(over, over);
      }),
  };
}

function whyOf(error: HttpError): AskFailure {
  if (error.needsKey) return "needs-key";
  switch (error.kind) {
    case "status":
    case "redirect":
      return "refused";
    case "bad-url":
    case "not-text":
      return "wrong-page";
    case "certificate":
      return "unreachable";
    case "unreachable":
    case "timeout":
    case "too-large":
    case "cancelled":
      return error.kind;
    default:
      return error.kind satisfies never;
  }
}
