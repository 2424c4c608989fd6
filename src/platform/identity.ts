import { identify, identityOf, type PageIdentity } from "../live/running/identify.ts";
import type { RunningServer } from "../live/running/running-server.ts";
import type { FetchLimits, FetchText } from "./http.ts";
import { isHttpError } from "./http-error.ts";
import { siblingUrl } from "./url.ts";

/** What a server says of itself beside its metrics; null = it does not say. */
export interface ServerIdentity {
  readonly version: string | null;
  readonly model: string | null;
  readonly maxModelLen: number | null;
  readonly running: RunningServer;
}

/** SGLang's arguments and vLLM's list of paths are some hundred KB. */
const limits: FetchLimits = { timeoutMs: 5000, maxBytes: 4 * 2 ** 20, accept: "application/json" };

/** Asks a server who it is, at the addresses of the allow list alone (`live/running/safe-endpoints.ts`). Never rejects. */
export async function readIdentity(
  fetchText: FetchText,
  metricsUrl: string,
  page: PageIdentity,
  { token, signal }: Pick<FetchLimits, "token" | "signal">,
): Promise<ServerIdentity> {
  const running = await identify(page, async (path, query) => {
    try {
      const { text } = await fetchText(siblingUrl(metricsUrl, path, query), { ...limits, token, ...(signal ? { signal } : {}) });
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (isHttpError(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  });
  return identityFrom(running);
}

export interface IdentityQuestion {
  /** What the servers' pages showed so far: which addresses are asked depends on the kind of server. */
  readonly page: PageIdentity;
  readonly keyFor: (address: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** Of several servers the first that says anything speaks for all. */
export async function readIdentityOf(
  fetchText: FetchText,
  metricsUrls: readonly string[],
  { page, keyFor, signal }: IdentityQuestion,
): Promise<ServerIdentity> {
  for (const url of metricsUrls) {
    const identity = await readIdentity(fetchText, url, page, { token: keyFor(url), signal });
    const { version, model, modelRoot } = identity.running;
    if ([version, model, modelRoot].some((word) => word !== null && word.from !== "metrics")) return identity;
  }
  return identityFrom(identityOf(page));
}

/** So many servers of a fleet are compared: enough to see an update under way. */
const mostCompared = 16;

/** The versions that servers of one fleet run, each once; who does not say is left out. */
export async function readVersionsOf(
  fetchText: FetchText,
  metricsUrls: readonly string[],
  { page, keyFor, signal }: IdentityQuestion,
): Promise<readonly string[]> {
  const asked = metricsUrls.slice(0, mostCompared).map((url) => readIdentity(fetchText, url, page, { token: keyFor(url), signal }));
  return [...new Set((await Promise.all(asked)).flatMap(({ version }) => version ?? []))];
}

/** The few words of it that lines and headers show. */
export function identityFrom(running: RunningServer): ServerIdentity {
  const { version, model, modelRoot, settings } = running;
  const length = settings.maxModelLen?.value;
  return {
    version: version?.value ?? null,
    model: modelRoot?.value ?? model?.value ?? null,
    maxModelLen: typeof length === "number" ? length : null,
    running,
  };
}
