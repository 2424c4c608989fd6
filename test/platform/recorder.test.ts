import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { Recorder } from "../../src/platform/recorder.ts";
import { recordingLines } from "../../src/platform/recording-lines.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "inference-lens-recorder-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function texts(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of recordingLines(path)) found.push(line.problem ? `${line.number}: ${plain(line.problem)}` : line.text);
  return found;
}

const large = { maxBytes: 2 ** 30 };

describe("Recorder", () => {
  it.each(["run.jsonl", "run.jsonl.gz"])("writes %s so that its lines are read again", async (name) => {
    const path = join(folder, name);
    const recorder = new Recorder(path, large);
    for (let i = 0; i < 500; i++) recorder.write(`{"line":${i}}\n`);
    await recorder.close();
    expect(recorder.bytes).toBe(statSync(path).size);
    expect(await texts(path)).toEqual(Array.from({ length: 500 }, (_, i) => `{"line":${i}}`));
    if (name.endsWith(".gz")) expect(gunzipSync(readFileSync(path)).length).toBeGreaterThan(statSync(path).size);
  });

  it("goes on with a plain file, and refuses to go on with a compressed one", async () => {
    const path = join(folder, "twice.jsonl");
    for (const line of ["a\n", "b\n"]) {
      const recorder = new Recorder(path, large);
      recorder.write(line);
      await recorder.close();
    }
    expect(await texts(path)).toEqual(["a", "b"]);
    writeFileSync(join(folder, "twice.gz"), gzipSync("a\n"));
    expect(() => new Recorder(join(folder, "twice.gz"), large)).toThrow("exists already");
    expect(() => new Recorder("/dev/null/x", large)).toThrow("does not exist");
  });

  it("stops where the file may grow no more, and says so once", async () => {
    const path = join(folder, "full.jsonl");
    const ends: unknown[] = [];
    const recorder = new Recorder(path, { maxBytes: 2000, onEnd: (why) => ends.push(why) });
    for (let i = 0; i < 200; i++) {
      recorder.write(`${"x".repeat(99)}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await recorder.close();
    expect(ends).toEqual(["full"]);
    expect(statSync(path).size).toBeLessThan(10_000);
  });
});

describe("recordingLines", () => {
  it("reads what is before a cut and tells of damage behind it", async () => {
    const path = join(folder, "cut.gz");
    const lines = Array.from({ length: 2000 }, (_, i) => `{"line":${i},"noise":"${Math.sin(i)}"}`);
    writeFileSync(path, gzipSync(`${lines.join("\n")}\n`));
    truncateSync(path, statSync(path).size >> 1);
    const cut = await texts(path);
    expect(cut.length).toBeGreaterThan(500);
    expect(cut.slice(0, -1)).toEqual(lines.slice(0, cut.length - 1));
    const damaged = gzipSync(`${lines.join("\n")}\n`);
    damaged.fill(0, damaged.length >> 1, (damaged.length >> 1) + 100);
    writeFileSync(path, damaged);
    const read = await texts(path);
    expect(read.slice(0, 500)).toEqual(lines.slice(0, 500));
    expect(read.at(-1)).toMatch(/^\d+: the rest is damaged/);
  });

  it("passes over a line that is too long to be a look", async () => {
    const path = join(folder, "long.jsonl");
    writeFileSync(path, `first\n${"x".repeat(20 * 2 ** 20)}\nthird\n`);
    expect(await texts(path)).toEqual(["first", "2: too long to be a look", "third"]);
  });

  it("reads saved pages in the order of the times that their names end with", async () => {
    for (const time of [1795220900, 1795220890]) writeFileSync(join(folder, `page-${time}.prom`), `at ${time}`);
    expect(await texts(folder)).toEqual(['{"time":1795220890,"text":"at 1795220890"}', '{"time":1795220900,"text":"at 1795220900"}']);
    expect(await texts(join(folder, "page-1795220900.prom"))).toHaveLength(1);
  });

  it("says why there is nothing to read", async () => {
    await expect(texts(join(folder, "none.jsonl"))).rejects.toThrow("does not exist");
    await expect(texts(join(folder, ".."))).rejects.toThrow("holds no saved page");
  });
});
