import { message, plain } from "../../../src/deployment/message.ts";
import type { Answer, Ask, AskHow } from "../../../src/live/source.ts";

export interface Asked {
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
}

/** What a stand-in answers: data of the API, a whole text, or a refusal. */
export type Told =
  | { readonly data: unknown; readonly warnings?: readonly string[] }
  | { readonly text: string }
  | { readonly status: number; readonly said?: string };

export interface FakeApi {
  readonly ask: Ask;
  readonly asked: readonly Asked[];
  /** Unix seconds; set to go on. */
  now: number;
}

/** A stand-in for a store behind the port; `answers` gets what comes after `/api/v1/`, or the whole path where it is another. */
export function fakeApi(answers: (asked: Asked) => Told, start = 1_795_221_484): FakeApi {
  const asked: Asked[] = [];
  const at = () => ({ time: api.now, steady: api.now - start });
  const text = (address: string, how: AskHow = {}): Promise<Answer> => {
    const url = new URL(address);
    const one: Asked = {
      path: `${url.host}${url.pathname}`,
      parameters: how.form ?? Object.fromEntries(url.searchParams),
      method: how.form ? "POST" : "GET",
      headers: how.headers ?? {},
    };
    asked.push(one);
    const told = answers({ ...one, path: url.pathname.replace(/^\/api\/v1\//, "") });
    if ("status" in told) {
      const needsKey = told.status === 401 || told.status === 403;
      return Promise.resolve({
        kind: "failed",
        why: needsKey ? "needs-key" : "refused",
        detail: message("Answers with HTTP {0}", told.status),
        status: told.status,
        ...(told.said === undefined ? {} : { said: told.said }),
        at: at(),
      });
    }
    const body = "text" in told ? told.text : JSON.stringify({ status: "success", ...told });
    return Promise.resolve({ kind: "text", text: body, contentType: "application/json", at: at() });
  };
  const api = {
    asked,
    now: start,
    ask: {
      text,
      now: at,
      say: plain,
      wait: (seconds: number) => {
        api.now += seconds;
        return Promise.resolve();
      },
    },
  };
  return api;
}

/** The data of an instant query: labels and value of each series. */
export function vector(at: number, ...series: readonly (readonly [labels: Readonly<Record<string, string>>, value: number | string])[]) {
  return { resultType: "vector", result: series.map(([metric, value]) => ({ metric, value: [at, String(value)] })) };
}
