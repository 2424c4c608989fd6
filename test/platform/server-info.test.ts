import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { fetchText } from "../../src/platform/http.ts";
import { readServerInfo } from "../../src/platform/server-info.ts";

let server: Server | undefined;
afterEach(() => void server?.close());

/** Answers these paths with these texts, all others with 404; keeps what was asked. */
async function serving(pages: Readonly<Record<string, string>>): Promise<{ readonly url: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const own = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const text = pages[path];
    response.writeHead(text === undefined ? 404 : 200, { "content-type": "application/json" }).end(text ?? "{}");
  });
  server = own;
  const address = await new Promise<AddressInfo | string | null>((listening) => own.listen(0, "127.0.0.1", () => listening(own.address())));
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/metrics`, asked };
}

describe("what SGLang says of itself", () => {
  it("is asked of the read-only address, the older name after the newer", async () => {
    const now = await serving({ "/server_info": '{"tp_size":2}' });
    expect(await readServerInfo(fetchText, now.url, undefined)).toEqual({ tp_size: 2 });
    expect(now.asked).toEqual(["/server_info"]);
    server?.close();
    const before = await serving({ "/get_server_info": '{"tp_size":4}' });
    expect(await readServerInfo(fetchText, before.url, undefined)).toEqual({ tp_size: 4 });
    expect(before.asked).toEqual(["/server_info", "/get_server_info"]);
  });

  it("is nothing where the server has no such page, or answers with no JSON", async () => {
    const { url } = await serving({ "/server_info": "<html>" });
    expect(await readServerInfo(fetchText, url, undefined)).toBeNull();
  });

  it("fails where nobody answers", async () => {
    await expect(readServerInfo(fetchText, "http://127.0.0.1:9/metrics", undefined)).rejects.toMatchObject({ name: "HttpError" });
  });
});
