import { type Message, message } from "../../../deployment/message.ts";
import type { Ask, AskFailure, AskHow } from "../../source.ts";
import { readApi } from "./answer.ts";

/** Where a Prometheus-compatible HTTP API is. */
export interface ApiPlace {
  /** Everything before `/api/v1`; holds no credentials. */
  readonly base: string;
  /** Of a store that keeps several apart (Mimir, Cortex, Loki's family): no secret. */
  readonly tenant?: string;
}

export type ApiResult =
  | { readonly kind: "data"; readonly data: unknown; readonly notices: readonly string[] }
  | {
      readonly kind: "failed";
      readonly why: AskFailure;
      readonly detail: Message;
      readonly status: number | null;
      /** The store's own sentence behind a failure; "" where it has none. */
      readonly said: string;
    };

type Parameters = Readonly<Record<string, string>>;

/** Long texts of PromQL would break at a gateway's limit for addresses. */
const longestAddress = 1500;
/** Stores count whole milliseconds. */
const timeDigits = 3;

/** How every request to a store is made. */
export function askedAs({ tenant }: ApiPlace): AskHow {
  return { accept: "application/json", ...(tenant === undefined ? {} : { headers: { "X-Scope-OrgID": tenant } }) };
}

/** Asks one endpoint of the API. What a store says of an error stands in `said`. */
export async function askApi(ask: Ask, place: ApiPlace, path: string, parameters: Parameters = {}): Promise<ApiResult> {
  const fields = Object.entries(parameters).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const query = fields.length === 0 ? "" : `?${fields.join("&")}`;
  const address = `${place.base}/api/v1/${path}`;
  const isLong = address.length + query.length > longestAddress;
  const answer = await ask.text(isLong ? address : `${address}${query}`, { ...askedAs(place), ...(isLong ? { form: parameters } : {}) });
  if (answer.kind === "failed") {
    return { kind: "failed", why: answer.why, detail: answer.detail, status: answer.status, said: saidIn(answer.said ?? "") };
  }
  const read = readApi(answer.text);
  switch (read.kind) {
    case "data":
      return read;
    case "error":
      return { kind: "failed", why: "refused", detail: message("{0}", read.error), status: null, said: read.error };
    case "foreign":
      return { kind: "failed", why: "wrong-page", detail: message("Answers, but not as a Prometheus API does"), status: null, said: "" };
    default:
      return read satisfies never;
  }
}

/** A moment as the API takes it. */
export function moment(seconds: number): string {
  return seconds.toFixed(timeDigits);
}

/** The sentence in the body of a refusal: JSON of the API, of a gateway, or plain text. */
function saidIn(body: string): string {
  const read = readApi(body);
  if (read.kind === "error") return read.error;
  const message = /^\s*\{.*?"message"\s*:\s*"((?:[^"\\]|\\.){1,300})"/s.exec(body)?.[1];
  if (message !== undefined) return message;
  return /^\s*[<{[]/.test(body) ? "" : body.trim().slice(0, 300);
}
