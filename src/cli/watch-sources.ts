import type { LiveSource } from "../live/source.ts";
import { metricsUrl } from "../live/sources/metrics-url.ts";
import { authoritiesOf, environmentConnections } from "../platform/connections.ts";
import { fleetOf } from "../platform/fleet-of.ts";
import { type FetchText, fetchText, httpFetch } from "../platform/http.ts";
import { isHttpError } from "../platform/http-error.ts";
import type { ServerIdentity } from "../platform/identity.ts";
import { reason } from "../platform/text-files.ts";
import { memberUrl, normaliseUrl, redactUrl } from "../platform/url.ts";
import { usage } from "./exit.ts";
import type { Session } from "./session.ts";
import { type PodsOptions, podsToWatch } from "./watch-pods.ts";
import { storeToWatch } from "./watch-prometheus.ts";
import { recordedSources } from "./watch-replay.ts";

/** What is watched, as the options of `watch` name it. */
export interface SourceOptions extends PodsOptions {
  readonly caFile?: string;
  readonly fleet?: boolean;
  readonly replay?: string;
  readonly speed?: number;
  readonly once?: boolean;
  readonly kubernetes?: string;
  readonly prometheus?: string;
  readonly labels?: string;
  readonly tenant?: string;
}

/** One source with what it takes to ask it. */
export interface WatchedSource {
  readonly source: LiveSource;
  /** Tells its lines from those of others; "" where it is the only one. */
  readonly label: string;
  readonly keyFor: (address: string) => string | undefined;
  /** What it says of itself, where nobody can be asked. */
  readonly identity?: () => ServerIdentity | undefined;
  /** How it is reached; over HTTP where absent. */
  readonly fetchText?: FetchText;
  /** It is not asked more often. */
  readonly leastIntervalMs?: number;
  /** Ends what runs for it. */
  readonly stop?: () => void;
}

/** The sources that addresses and options name. Throws CliError where they contradict each other, or name none. */
export async function watchedSources(
  addresses: readonly string[],
  options: SourceOptions,
  token: string | undefined,
  session: Session,
): Promise<readonly WatchedSource[]> {
  const { kubernetes, prometheus, replay } = options;
  const ways = [addresses.length > 0 ? addresses : undefined, kubernetes, prometheus, replay].filter((way) => way !== undefined);
  if (ways.length > 1) throw usage("Addresses, --kubernetes, --prometheus and --replay exclude each other.");
  if (options.speed !== undefined && replay === undefined) throw usage("--speed goes with --replay.");
  if (options.fleet && replay !== undefined) throw usage("--fleet goes with addresses.");
  if (prometheus === undefined && (options.labels !== undefined || options.tenant !== undefined)) {
    throw usage("--labels and --tenant go with --prometheus.");
  }
  const ownFetch = fetchBy(options.caFile);
  if (prometheus !== undefined) return [await storeToWatch(prometheus, { ...options, fetchText: ownFetch }, token, session)];
  if (replay !== undefined) return recordedSources(replay, options.speed ?? null, session);
  if (kubernetes !== undefined) {
    return [{ ...(await podsToWatch(kubernetes, options, session)), label: "", keyFor: () => token }];
  }
  if (addresses.length === 0) throw usage("Nothing to watch: name an address such as localhost:8000, or a recording with --replay.");
  const urls = [...new Set(addresses.map((one) => address(one, options.fleet ? memberUrl : normaliseUrl)))];
  if (options.fleet) {
    // A look alone waits for its slowest member: there is no later one to which its answer could belong.
    const source = fleetOf(urls, options.once ? { patienceSeconds: 10 } : {});
    return [{ source, fetchText: ownFetch, label: "", keyFor: () => token }];
  }
  return urls.map((url) => {
    const name = redactUrl(url);
    return { source: metricsUrl(url, name), fetchText: ownFetch, label: urls.length > 1 ? name : "", keyFor: () => token };
  });
}

/** Over HTTP, with further authorities where a file names them. */
function fetchBy(caFile: string | undefined): FetchText {
  if (caFile === undefined) return fetchText;
  try {
    const connections = environmentConnections(process.env, authoritiesOf(caFile));
    return httpFetch(() => connections);
  } catch (error) {
    throw usage(`--ca-file: ${caFile} ${reason(error)}.`);
  }
}

function address(input: string, read: (input: string) => string): string {
  try {
    return read(input);
  } catch (error) {
    if (isHttpError(error)) throw usage(error.message);
    throw error;
  }
}
