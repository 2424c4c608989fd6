import { Fleet, type FleetOptions } from "../live/sources/fleet.ts";
import { metricsUrl } from "../live/sources/metrics-url.ts";
import { redactUrl } from "./url.ts";

/** Several metrics pages as one source; members are called by their hosts, by their whole address where hosts repeat. */
export function fleetOf(urls: readonly string[], options: FleetOptions = {}): Fleet {
  const hosts = urls.map((url) => new URL(url).host);
  const members = urls.map((url, index) => {
    const host = hosts[index] ?? "";
    const name = hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : redactUrl(url);
    return { source: metricsUrl(url, name), role: "both" as const };
  });
  return new Fleet(members.map(({ source }) => source.name).join(", "), members, options);
}
