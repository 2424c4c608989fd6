import type { ToLiveView } from "../../src/protocol/live-view.ts";
import type { Sentence } from "../parts/models.ts";
import { brief, duration, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import type { AnsweringInput } from "./answering-words.ts";
import { answeringWords } from "./answering-words.ts";

export type Connection = Extract<ToLiveView, { kind: "state" }>["state"];

export interface VerdictInput extends AnsweringInput {
  readonly state: Connection;
  readonly detail: string;
  /** Some answer came, however long ago. */
  readonly hasAnswered: boolean;
  /** Seconds without an answer. */
  readonly silentSeconds: number;
  readonly retrySeconds: number | null;
  /** One look alone has no rates and no percentiles yet. */
  readonly isFirst: boolean;
}

/** The sentence on top of the live page, for every state a server can be in. */
export function liveVerdict(input: VerdictInput): Sentence {
  switch (input.state) {
    case "connecting":
      return {
        sign: plainSign("○"),
        title: words("Connecting to {0}", input.header.url),
        lines: [{ text: input.detail === "" ? words("Waiting for the first answer.") : input.detail }],
      };
    case "needs-key":
      return {
        sign: warning("▲"),
        title: input.detail,
        lines: [{ text: words("The key is kept in VS Code's secret storage and sent to this host only.") }],
      };
    case "wrong-page":
      return { sign: warning("?"), title: words("This is no metrics page"), lines: [{ text: input.detail }] };
    case "lost":
      return lost(input);
    case "idle":
    case "live":
    case "restarted":
      return answeringWords(input) ?? quiet(input);
    default: {
      const never: never = input.state;
      return never;
    }
  }
}

const plainSign = (glyph: string) => ({ glyph, word: "", tone: "plain" }) as const;
const warning = (glyph: string) => ({ glyph, word: "", tone: "warning" }) as const;

function lost({ detail, hasAnswered, silentSeconds, retrySeconds, header }: VerdictInput): Sentence {
  const why = detail === "" ? "" : detail.replace(/[.\s]*$/, ".");
  const again = retrySeconds === null ? "" : words("Trying again in {0} s.", Math.max(0, Math.ceil(retrySeconds)));
  if (!hasAnswered) {
    const lines = [why, again].filter((text) => text !== "").map((text) => ({ text }));
    return { sign: warning("▲"), title: words("No answer from {0}", header.url), lines };
  }
  const kept = words("The last values stay, greyed and with their age; nothing is drawn for the gap.");
  return {
    sign: warning("▲"),
    title: words("No answer for {0}", brief(duration(Math.max(1, Math.round(silentSeconds))))),
    lines: [{ text: [why, again, kept].filter((text) => text !== "").join(" ") }],
  };
}

function quiet({ state, measured, isFirst }: VerdictInput): Sentence {
  const running = measured?.running ?? 0;
  if (state === "idle" || running === 0) {
    return {
      sign: plainSign("○"),
      title: words("No requests in this window"),
      lines: [{ text: words("The server is idle. Rates and percentiles start with the first request.") }],
    };
  }
  return {
    sign: plainSign("○"),
    title: running === 1 ? words("1 request running") : words("{0} requests running", whole(running)),
    lines: [
      {
        text: isFirst
          ? words("Rates and percentiles start with the second answer.")
          : words("The server offers no latency histogram, or none was observed in this window."),
      },
    ],
  };
}
