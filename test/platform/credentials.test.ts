import { createServer } from "node:http";
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
    ["a query", `http://127.0.0.1:1/metrics?x=1&token=${secret}`, "http://127.0.0.1:1/metrics?x=1"],
    ["an address without any", "http://127.0.0.1:1/metrics", "http://127.0.0.1:1/metrics"],
  ])("of %s become a key of its host", (_, typed, bare) => {
    const { url, keys } = withoutCredentials(typed);
    expect(url).toBe(bare);
    const expected = typed.includes("?x=1")
      ? [`Query token=${secret}`]
      : typed.includes(secret)
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

  test("a query's key goes back into the address that is asked, and nowhere else", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? "-"}`);
      if (request.url?.startsWith("/a")) response.writeHead(302, { location: "/b" }).end();
      else response.end("a 1\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      const { url, keys } = withoutCredentials(`http://me:${secret}@127.0.0.1:${port}/a?x=1&api_key=k%26y&access_token=${secret}`);
      expect(url).toBe(`http://127.0.0.1:${port}/a?x=1`);
      expect(keys.map(({ key }) => key)).toEqual([`${basic}\nQuery api_key=k%26y&access_token=${secret}`]);
      await fetchText(url, { token: keys[0]?.key });
      expect(asked).toEqual([`/a?x=1&api_key=k%26y&access_token=${secret} ${basic}`, `/b?api_key=k%26y&access_token=${secret} ${basic}`]);
    } finally {
      server.close();
    }
  });

  test.each([
    `me:${secret}@host:99999`,
    `me:${secret}@host/x?token=${secret}`,
    `//me:${secret}@h`,
    `ftp://me:${secret}@h/`,
    `${secret}@h:1:2`,
  ])("what is no address, or none of ours, is told without them: %s", (typed) => {
    expect(redactUrl(typed)).not.toContain(secret);
    expect(refusalOf(typed)).not.toContain(secret);
  });

  test("a percent sign that escapes nothing is part of the password", () => {
    const { keys } = withoutCredentials("http://me:100%@127.0.0.1:1/");
    expect(keys[0]?.key).toBe(`Basic ${Buffer.from("me:100%").toString("base64")}`);
  });
});

function refusalOf(typed: string): string {
  try {
    normaliseUrl(typed);
    return "";
  } catch (error) {
    return String(error);
  }
}
