import type { FetchLimits, FetchText } from "./http.ts";
import { isHttpError } from "./http-error.ts";
import { siblingUrl } from "./url.ts";

const limits: FetchLimits = { timeoutMs: 10_000, maxBytes: 4 * 2 ** 20, accept: "application/json" };

/**
 * What SGLang says of its arguments and memory: `/server_info`, `/get_server_info` before 0.5. Both are read-only; asked on a person's
 * click alone. Null where neither answers with JSON. Rejects where the server cannot be asked at all.
 */
export async function readServerInfo(fetchText: FetchText, metricsUrl: string, token: string | undefined): Promise<unknown> {
  for (const path of ["server_info", "get_server_info"]) {
    try {
      const { text } = await fetchText(siblingUrl(metricsUrl, path), { ...limits, token });
      return JSON.parse(text);
    } catch (error) {
      if (error instanceof SyntaxError) continue;
      if (isHttpError(error) && error.kind === "status") continue;
      throw error;
    }
  }
  return null;
}
