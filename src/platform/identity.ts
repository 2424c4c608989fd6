import type { FetchLimits, FetchText } from "./http.ts";
import { isHttpError } from "./http-error.ts";
import { siblingUrl } from "./url.ts";

/** What a server says of itself beside its metrics; null = it does not say. */
export interface ServerIdentity {
  readonly version: string | null;
  readonly model: string | null;
  readonly maxModelLen: number | null;
}

const limits: FetchLimits = { timeoutMs: 5000, maxBytes: 2 ** 20, accept: "application/json" };

/**
 * Asks `/version` and `/v1/models`, both harmless; no other address is ever asked (on some servers a GET changes state). Never rejects:
 * what is refused or malformed is null.
 */
export async function readIdentity(
  fetchText: FetchText,
  metricsUrl: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<ServerIdentity> {
  const ask = async (path: string): Promise<unknown> => {
    try {
      const { text } = await fetchText(siblingUrl(metricsUrl, path), { ...limits, token, signal });
      return JSON.parse(text);
    } catch (error) {
      if (isHttpError(error) || error instanceof SyntaxError) return null;
      throw error;
    }
  };
  const [version, models] = await Promise.all([ask("version"), ask("v1/models")]);
  const model = firstOf(member(models, "data"));
  return {
    version: textOf(member(version, "version")),
    model: textOf(member(model, "root")) ?? textOf(member(model, "id")),
    maxModelLen: numberOf(member(model, "max_model_len")),
  };
}

/** Of several servers the first that says anything speaks for all. */
export async function readIdentityOf(
  fetchText: FetchText,
  metricsUrls: readonly string[],
  keyFor: (address: string) => string | undefined,
  signal: AbortSignal,
): Promise<ServerIdentity> {
  for (const url of metricsUrls) {
    const identity = await readIdentity(fetchText, url, keyFor(url), signal);
    if (identity.version !== null || identity.model !== null) return identity;
  }
  return { version: null, model: null, maxModelLen: null };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 300) : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
