import { parsedJson } from "../../catalog/json-text.ts";
/** One message of a log, freed of what containers, clusters and terminals put around it. */
export interface LogLine {
  readonly text: string;
  /** Zero-based; counts line feeds. */
  readonly line: number;
  /** Container or pod it came from, where the log names several; "" otherwise. */
  readonly source: string;
}

/** Longest piece of a line that is looked at; the engines' longest, their configuration, have about 20,000 characters. */
const longest = 65_536;

/** Messages of a log in order. Progress bars end theirs with a carriage return; JSON lines may hold several. */
export function* logLines(text: string): Generator<LogLine> {
  const breaks = /[\r\n]+/g;
  let start = 0;
  let line = 0;
  let pending = "";
  while (start < text.length) {
    breaks.lastIndex = start;
    const found = breaks.exec(text);
    const end = found?.index ?? text.length;
    const piece = text.slice(start, Math.min(end, start + longest));
    if (piece !== "") {
      const { message, source, unfinished } = unwrapped(piece);
      if (unfinished) pending = (pending + message).slice(0, longest);
      else {
        for (const one of (pending + message).split(/[\r\n]+/)) if (one !== "") yield { text: plainText(one), line, source };
        pending = "";
      }
    }
    if (!found) break;
    for (const character of found[0]) if (character === "\n") line++;
    start = end + found[0].length;
  }
  if (pending !== "") yield { text: plainText(pending), line, source: "" };
}

interface Unwrapped {
  readonly message: string;
  readonly source: string;
  /** The runtime cut the message here; the rest follows. */
  readonly unfinished: boolean;
}

/** `[pod/vllm-7d9/vllm] …` of kubectl --prefix. */
const podPrefix = /^\[pod\/([^\]\s]+)\] /;
/** `vllm-1  | …` of compose. */
const composePrefix = /^\[?([\w.-]+)\]?\s+\| ?/;
/** `2026-04-22T01:35:23.1Z stderr F …` of the container runtime; P = more follows. */
const runtimePrefix = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) ([FP]) /;

function unwrapped(piece: string): Unwrapped {
  if (piece.startsWith("{") && piece.trimEnd().endsWith("}")) {
    const message = jsonMessage(piece);
    if (message !== undefined) return { message, source: "", unfinished: false };
  }
  const prefix = podPrefix.exec(piece) ?? composePrefix.exec(piece);
  const rest = prefix ? piece.slice(prefix[0].length) : piece;
  const runtime = runtimePrefix.exec(rest);
  return {
    message: runtime ? rest.slice(runtime[0].length) : rest,
    source: prefix?.[1] ?? "",
    unfinished: runtime?.[1] === "P",
  };
}

/** Names under which log collectors keep the message. */
const messageKeys = ["log", "message", "msg", "line", "text", "textPayload", "MESSAGE", "body"];

function jsonMessage(piece: string): string | undefined {
  const value = parsedJson(piece);
  if (typeof value !== "object" || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const key of messageKeys) {
    const message = fields.get(key);
    if (typeof message === "string") return message;
  }
  return undefined;
}

const escapeCharacter = String.fromCharCode(27);
/** Colours, whole or with the escape character lost on the way (`#033` in syslog). */
const colours = new RegExp(`(?:${escapeCharacter}|#033|\\^\\[)?\\[[0-9;]*m`, "g");

function plainText(text: string): string {
  return text.includes("[") ? text.replace(colours, "") : text;
}
