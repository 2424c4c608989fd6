import type { MemberRole } from "../live/source.ts";
import { Fleet, type FleetOptions } from "../live/sources/fleet.ts";
import { metricsUrl } from "../live/sources/metrics-url.ts";
import { redactUrl, saidRole } from "./url.ts";

const roles: Readonly<Record<ReturnType<typeof saidRole>, MemberRole>> = { "#prefill": "prefill", "#decode": "decode", "": "both" };

/** Several metrics pages (`memberUrl`) as one source; members are called by their hosts, by their whole address where hosts repeat. */
export function fleetOf(urls: readonly string[], options: FleetOptions = {}): Fleet {
  const hosts = urls.map((url) => new URL(url).host);
  const members = urls.map((url, index) => {
    const host = hosts[index] ?? "";
    const name = hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : redactUrl(url);
    const role = saidRole(url);
    return { source: metricsUrl(url.slice(0, url.length - role.length), name), role: roles[role] };
  });
  return new Fleet(members.map(({ source }) => source.name).join(", "), members, options);
}
