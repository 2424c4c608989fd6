import { describe, expect, test } from "vitest";
import { metricsUrl } from "../../src/live/sources/metrics-url.ts";
import { fleetOf } from "../../src/platform/fleet-of.ts";
import { fetchText } from "../../src/platform/http.ts";
import { scrapeOnce } from "../../src/platform/scrape-once.ts";
import { storeTarget } from "../../src/platform/store-target.ts";
import { fleetMembers, fleetUrl, hostsOf, normaliseUrl, redactUrl, withoutCredentials } from "../../src/platform/url.ts";

const secret = "hunter2";
const basic = `Basic ${Buffer.from(`me:${secret}`).toString("base64")}`;

describe("user and password of an address", () => {
  test.each([
    ["a server", `http://me:${secret}@127.0.0.1:1/metrics`, "http://127.0.0.1:1/metrics"],
    ["a user alone", "http://token@127.0.0.1:1/metrics", "http://127.0.0.1:1/metrics"],
    [
      "a fleet",
      fleetUrl([`http://me:${secret}@127.0.0.1:1/metrics`, "http://127.0.0.1:2/metrics"]),
      "fleet:http://127.0.0.1:1/metrics,http://127.0.0.1:2/metrics",
    ],
    [
      "a store",
      `prometheus:https://me:${secret}@127.0.0.1:1/api#labels=job%3D%22a%22`,
      "prometheus:https://127.0.0.1:1/api#labels=job%3D%22a%22",
    ],
    ["an address without any", "http://127.0.0.1:1/metrics", "http://127.0.0.1:1/metrics"],
  ])("of %s become a key of its host", (_, typed, bare) => {
    const { url, keys } = withoutCredentials(typed);
    expect(url).toBe(bare);
    const expected = typed.includes(secret)
      ? [basic]
      : typed.includes("token@")
        ? [`Basic ${Buffer.from("token:").toString("base64")}`]
        : [];
    expect(keys.map(({ key }) => key)).toEqual(expected);
    expect(keys.every(({ address }) => !address.includes("@"))).toBe(true);
  });

  test("stand in nothing that is shown or kept", async () => {
    const typed = `http://me:${secret}@127.0.0.1:1/metrics?token=${secret}`;
    const store = storeTarget(`prometheus:https://me:${secret}@127.0.0.1:1/api#labels=job%3D%22a%22`);
    const sources = [metricsUrl(normaliseUrl(typed), redactUrl(typed)), fleetOf([typed, "http://127.0.0.1:2/metrics"])];
    const looks = await Promise.all(sources.map((source) => scrapeOnce(source, () => secret)));
    const refused = await fetchText(typed, { token: secret }).catch((error: unknown) => JSON.stringify(error) + String(error));
    const shown = [...sources.map(({ name }) => name), ...looks, refused, hostsOf(typed), redactUrl(typed), store?.name];
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(fleetMembers(redactUrl(fleetUrl([typed, typed]))).join()).not.toContain(secret);
  });

  test("a percent sign that escapes nothing is part of the password", () => {
    const { keys } = withoutCredentials("http://me:100%@127.0.0.1:1/");
    expect(keys[0]?.key).toBe(`Basic ${Buffer.from("me:100%").toString("base64")}`);
  });
});
