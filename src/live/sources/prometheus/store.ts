import { isFields } from "../../../deployment/case-fields.ts";
import { type Message, message } from "../../../deployment/message.ts";
import type { Ask } from "../../source.ts";
import { type ApiPlace, type ApiResult, askApi, askedAs } from "./api.ts";
import { clockAhead } from "./scraping.ts";

type Failed = Extract<ApiResult, { kind: "failed" }>;

/** A store whose API answers. */
export interface Store {
  readonly place: ApiPlace;
  /** `Prometheus 2.42.0`, `Mimir 2.14.0 through Grafana`; as far as its answers tell. */
  readonly words: string;
}

export type FoundStore =
  | ({ readonly kind: "store" } & Store)
  /** `misses`: what a person must give for the next try. */
  | { readonly kind: "failed"; readonly misses: "tenant" | "key" | "address" | null; readonly detail: Message };

/** Where stores have their API below the address that people know: Mimir's and Thanos' gateways, a VictoriaMetrics cluster. */
const prefixes = ["", "/prometheus", "/select/0/prometheus"];
const proxied = /\/api\/datasources\/(?:proxy\/(?:uid\/)?|uid\/)[^/]+/;

/** The base of an API in what a person pastes: an address with or without scheme, page or API path. undefined where it is no address. */
export function apiBase(input: string): string | undefined {
  const typed = input.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `http://${/^\d+$/.test(typed) ? `localhost:${typed}` : typed}`;
  const parts = /^(https?):\/\/((?:[^/?#\s@]*@)?(?:\[[^\]\s]+\]|[^/?#\s:@[\]]+)(?::\d+)?)((?:\/[^?#\s]*)?)(?:[?#]\S*)?$/i.exec(whole);
  if (!parts) return undefined;
  const path = (parts[3] ?? "").replace(/\/(?:api\/v1(?:\/.*)?|graph|query|targets|metrics|vmui)?\/*$/, "");
  return `${(parts[1] ?? "").toLowerCase()}://${parts[2]}${path}`;
}

/** Looks for the API at an address and where stores are known to have it below it. */
export async function findStore(ask: Ask, base: string, tenant: string | undefined): Promise<FoundStore> {
  let first: Failed | undefined;
  for (const prefix of proxied.test(base) ? [""] : prefixes) {
    const place = { base: `${base}${prefix}`, ...(tenant === undefined ? {} : { tenant }) };
    const answer = await clockAhead(ask, place);
    if (typeof answer === "number") return { kind: "store", place, words: await storeWords(ask, place) };
    // An address that is right says more of what is missing than one that is not.
    if (missing(answer) !== "address" || first === undefined) first = answer;
    if (missing(answer) !== "address") break;
  }
  const failed = first ?? unanswered;
  return { kind: "failed", misses: missing(failed), detail: refusalWords(failed, base) };
}

/** What a failure of the API means, and what to do about it. */
export function refusalWords(failed: Failed, base: string): Message {
  const misses = missing(failed);
  switch (misses) {
    case "tenant":
      return message("The store keeps tenants apart and was told none: name one, it is sent as X-Scope-OrgID");
    case "key":
      return proxied.test(base)
        ? message("{0}. Grafana wants the token of a service account that may query this data source", failed.detail)
        : failed.detail;
    case "address":
      return message(
        "No Prometheus API at this address: Mimir has it below /prometheus, a VictoriaMetrics cluster below /select/0/prometheus, Grafana below /api/datasources/proxy/uid/UID",
      );
    case null:
      return failed.said === "" ? failed.detail : message("The store refuses: {0}", failed.said);
    default:
      return misses satisfies never;
  }
}

function missing({ why, status, said }: Failed): "tenant" | "key" | "address" | null {
  // Mimir and Cortex answer 401 with these words (dskit, user/id.go), Thanos' receivers with others of its own.
  if (/\bno org id\b|X-Scope-OrgID|tenant (?:id )?(?:is )?(?:missing|required)/i.test(said)) return "tenant";
  if (why === "needs-key") return "key";
  return status === 404 || why === "wrong-page" || /unsupported path requested/.test(said) ? "address" : null;
}

const unanswered: Failed = { kind: "failed", why: "unreachable", detail: message("No answer"), status: null, said: "" };

async function storeWords(ask: Ask, place: ApiPlace): Promise<string> {
  const answer = await askApi(ask, place, "status/buildinfo");
  const facts = answer.kind === "data" && isFields(answer.data) ? answer.data : {};
  const version = typeof facts.version === "string" ? facts.version.replace(/[+\s].*$/, "").slice(0, 40) : "";
  const words = `${await productOf(ask, place, facts)} ${version}`.trim();
  return proxied.test(place.base) ? `${words} through Grafana` : words;
}

/** Mimir names itself; VictoriaMetrics counts the series it read; Thanos is a Go program below version 1, Prometheus one above. */
async function productOf(ask: Ask, place: ApiPlace, facts: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof facts.application === "string") return facts.application.replace(/^Grafana /, "").slice(0, 40);
  const envelope = await ask.text(`${place.base}/api/v1/query?query=vector(1)`, askedAs(place));
  if (envelope.kind === "text" && /"seriesFetched"|"isPartial"/.test(envelope.text)) return "VictoriaMetrics";
  if (typeof facts.version === "string" && typeof facts.goVersion === "string")
    return facts.version.startsWith("0.") ? "Thanos" : "Prometheus";
  return "Prometheus API";
}
