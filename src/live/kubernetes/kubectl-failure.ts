import { type Message, message } from "../../deployment/message.ts";

export type KubectlFailureKind =
  /** There is no such program. */
  | "missing-tool"
  | "no-context"
  | "no-namespace"
  /** The cluster knows the person, and does not allow this. */
  | "denied"
  /** The cluster does not know the person: expired, or the plugin that logs in failed. */
  | "login"
  | "unreachable"
  | "timeout"
  /** What was asked for is not there (any more). */
  | "gone"
  /** The API server reached the pod's port in vain. */
  | "closed-port"
  | "too-much"
  | "cancelled"
  | "other";

/** Why kubectl gave no answer. `said` is the sentence that tells it in the tool's own words; empty where it said none. */
export interface KubectlFailure {
  readonly kind: KubectlFailureKind;
  readonly said: string;
}

/** First match counts. Sentences of kubectl 1.32 and client-go 0.32, seen or read from their source. */
const phrases: readonly (readonly [KubectlFailureKind, RegExp])[] = [
  ["closed-port", /error trying to reach service|connection refused\b.*\bpod|failed to connect to localhost:\d+ inside namespace/i],
  ["login", /\(Unauthorized\)|must be logged in|provide credentials|getting credentials|exec: executable|token.*expired|no Auth Provider/i],
  ["denied", /\(Forbidden\)|is forbidden|cannot (get|list|create|watch) resource/i],
  ["no-context", /current-context|context .*(does not exist|was not found)|locate context|no configuration has been provided/i],
  // Without any configuration kubectl asks a server that nobody set up.
  ["no-context", /connection to the server localhost:8080 was refused/i],
  ["no-namespace", /namespaces? "[^"]*" not found/i],
  ["gone", /\(NotFound\)|not found/i],
  ["timeout", /i\/o timeout|handshake timeout|deadline exceeded|Client\.Timeout|\(Timeout\)/i],
  ["unreachable", /Unable to connect|was refused|no such host|network is unreachable|no route to host|x509|tls:|connection reset|EOF$/i],
];

/** What kubectl complained of, by what it wrote to stderr. */
export function kubectlFailure(stderr: string): KubectlFailure {
  const said = lastSentence(stderr);
  return { kind: phrases.find(([, pattern]) => pattern.test(said))?.[0] ?? "other", said };
}

/** The last line that is no log line of client-go (`E1128 …`), without the word that begins it. */
function lastSentence(stderr: string): string {
  const lines = stderr
    .trim()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^[EWI]\d{4} /.test(line));
  return (lines.at(-1) ?? "")
    .replace(/^error: /i, "")
    .trim()
    .slice(0, 400);
}

/** A failure in a sentence, with what a person can do about it. */
export function failureWords({ kind, said }: KubectlFailure, tool: string): Message {
  switch (kind) {
    case "missing-tool":
      return message("{0} is not installed here, or not on the path.", tool);
    case "no-context":
      return message("kubectl has no context to use: set one with “kubectl config use-context”.");
    case "no-namespace":
      return message("There is no such namespace in this cluster: {0}", said);
    case "denied":
      return message("The cluster does not allow this: {0}", said);
    case "login":
      return message("The cluster does not know you any more: log in again, then try once more. {0}", said);
    case "unreachable":
      return message("The cluster cannot be reached: {0}", said);
    case "timeout":
      return message("The cluster did not answer in time.");
    case "gone":
      return message("It is not there any more: {0}", said);
    case "closed-port":
      return message("Nothing listens on this port of the pod: {0}", said);
    case "too-much":
      return message("{0} printed more than is read, and was stopped.", tool);
    case "cancelled":
      return message("Stopped.");
    case "other":
      return said === "" ? message("{0} failed without a word.", tool) : message("{0} failed: {1}", tool, said);
    default: {
      const never: never = kind;
      return never;
    }
  }
}
