import { type Message, message } from "../../deployment/message.ts";

/** What a page is when it is no metrics page at all; undefined where it may be one. */
export function foreignPage(text: string): Message | undefined {
  // A byte order mark counts as blank here.
  const first = text[text.search(/\S/)];
  if (first === undefined) return message("Not Prometheus text: the page is empty");
  if (first === "<") return message("Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address");
  if (text.slice(0, 4096).includes("\0")) return message("Not Prometheus text: it looks like a binary file");
  if (first === "[" || (first === "{" && /^\s*\{\s*(?:\}|"(?:[^"\\]|\\.){0,200}"\s*:)/.test(text.slice(0, 1024)))) {
    return message("Not Prometheus text: it looks like JSON (TensorRT-LLM serves its Prometheus text at /prometheus/metrics)");
  }
  return undefined;
}
