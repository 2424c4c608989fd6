import type { KubectlFailure } from "../live/kubernetes/kubectl-failure.ts";
import { HttpError } from "./http-error.ts";
import { statusWords } from "./http-words.ts";
import type { KubectlError } from "./kubectl.ts";

/**
 * Who refused a page that was asked for through the API server: the server itself, whose sentence names what is forbidden, or the pod
 * behind it, whose 401 and 403 come back without. undefined = nobody refused, or the whole cluster does.
 */
export function refusedBy({ kind, said }: KubectlFailure): "proxy" | "pod" | undefined {
  if (kind === "denied") return /is forbidden|pods\/proxy/.test(said) ? "proxy" : "pod";
  return kind === "login" && /provide credentials/.test(said) ? "pod" : undefined;
}

/** A pod that wants a key, or another one, in the words of a server that is asked directly. */
export function keyError({ failure }: KubectlError): HttpError {
  const status = failure.kind === "login" ? 401 : 403;
  return new HttpError("status", statusWords(status), status);
}

/** The API server's sentence for an answer of 404 that names no object: the pod is there, the page is not. */
const noSuchPage = /could not find the requested resource/;

/** Why there is no page, as who asks servers knows it. What the cluster refuses is `unreachable`: an engine's key would not help. */
export function pageError({ failure, words }: KubectlError): HttpError {
  const { kind, said } = failure;
  switch (kind) {
    case "timeout":
    case "cancelled":
      return new HttpError(kind, words);
    case "too-much":
      return new HttpError("too-large", words);
    case "gone":
      return noSuchPage.test(said) ? new HttpError("status", statusWords(404), 404) : new HttpError("unreachable", words);
    case "other":
      return answered(said) ? new HttpError("status", words, 500) : new HttpError("unreachable", words);
    case "missing-tool":
    case "no-context":
    case "no-namespace":
    case "denied":
    case "login":
    case "unreachable":
    case "closed-port":
      return new HttpError("unreachable", words);
    default:
      return kind satisfies never;
  }
}

/** Something behind the API server answered, with another status than 2xx. */
function answered(said: KubectlFailure["said"]): boolean {
  return said.startsWith("Error from server (");
}
