import { type Message, message } from "../../deployment/message.ts";

/** A refusal of a metrics page. */
interface Refusal {
  readonly detail: Message;
  readonly status: number | null;
  /** How its text begins: untrusted, never shown. */
  readonly said?: string;
}

/** How llama.cpp refuses (tools/server/server.cpp): with 501 and this hint in its error. */
const llamaCppHint = /Start it with `?--metrics\b/i;

/** How llama.cpp refuses where it runs a server for each of several models. */
const llamaCppModels = /model name is missing from the request/i;

/** Why there is no metrics page, with what turns it on: on the server that said so itself, else on those where it is off or elsewhere. */
export function refusalWords({ detail, status, said = "" }: Refusal): Message {
  if ((status === 404 || status === 501) && llamaCppHint.test(said))
    return message("llama.cpp gives metrics when it is started with --metrics");
  if (status === 400 && llamaCppModels.test(said))
    return message("llama.cpp has a page for each of its models: end the address with {0}", "?model=NAME");
  return status === 404
    ? message(
        "There is no such page (HTTP 404): SGLang needs --enable-metrics and llama.cpp --metrics; NIM has metrics at /v1/metrics, TensorRT-LLM at /prometheus/metrics, Triton on port 8002",
      )
    : detail;
}
