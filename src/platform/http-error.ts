import { type Message, plain } from "../deployment/message.ts";

export type HttpErrorKind =
  /** Not an address that can be asked. */
  | "bad-url"
  /** No connection, or it broke. */
  | "unreachable"
  /** The server cannot prove who it is. */
  | "certificate"
  | "timeout"
  | "too-large"
  /** Answered with another status than 2xx: see `status`. */
  | "status"
  /** Answered with a redirect that is not followed. */
  | "redirect"
  /** The body is no text. */
  | "not-text"
  /** Stopped from our side. */
  | "cancelled";

/** Why a text could not be fetched. Its words hold no credentials. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly kind: HttpErrorKind,
    /** For people: what is the matter, and what to do. */
    readonly words: Message,
    readonly status: number | null = null,
    /** How the body of a refusal begins, where it is text: untrusted, and never shown as it stands. */
    readonly said = "",
  ) {
    super(plain(words));
  }

  /** A key is missing, wrong, or not enough. */
  get needsKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export function isHttpError(error: unknown): error is HttpError {
  return error instanceof HttpError;
}
