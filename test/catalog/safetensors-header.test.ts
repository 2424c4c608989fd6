import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensorsHeader } from "../../src/catalog/safetensors-header.ts";

/** The first bytes of a file with this header; `length` is what it says of itself. */
function beginning(header: string, length = BigInt(new TextEncoder().encode(header).length)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(text, 8);
  return bytes;
}

const two = {
  __metadata__: { format: "pt" },
  "model.norm.weight": { dtype: "BF16", shape: [4], data_offsets: [64, 72] },
  "model.embed_tokens.weight": { dtype: "F32", shape: [4, 4], data_offsets: [0, 64] },
};

function problemOf(header: unknown, fileBytes = 10_000): string | undefined {
  return readSafetensorsHeader(beginning(JSON.stringify(header)), fileBytes).problem;
}

describe("header of a safetensors file", () => {
  test("tensors in the order of their bytes", () => {
    expect(readSafetensorsHeader(beginning(JSON.stringify(two)), 10_000).tensors).toEqual([
      { name: "model.embed_tokens.weight", dtype: "F32", shape: [4, 4], bytes: 64 },
      { name: "model.norm.weight", dtype: "BF16", shape: [4], bytes: 8 },
    ]);
  });

  // 3 · 5 elements of half a byte are 8 bytes.
  test("narrow elements are rounded up to whole bytes, unknown ones taken as they lie, a scalar is one element", () => {
    const header = {
      packed: { dtype: "F4", shape: [3, 5], data_offsets: [0, 8] },
      strange: { dtype: "F9_X", shape: [7], data_offsets: [8, 20] },
      scalar: { dtype: "F32", shape: [], data_offsets: [20, 24] },
    };
    expect(readSafetensorsHeader(beginning(JSON.stringify(header)), 10_000).tensors?.map(({ bytes }) => bytes)).toEqual([8, 12, 4]);
  });

  test("no header, or a part of one", () => {
    expect(readSafetensorsHeader(new Uint8Array(), 0).problem).toContain("length");
    expect(readSafetensorsHeader(new Uint8Array(7), 7).problem).toContain("length");
    expect(readSafetensorsHeader(beginning("{}", 100_000_001n), 10_000).problem).toContain("length");
    expect(readSafetensorsHeader(beginning("{}", 2n ** 63n), 10_000).problem).toContain("length");
    expect(readSafetensorsHeader(beginning("{}", 500n), 10_000).problem).toContain("cut short");
    expect(readSafetensorsHeader(beginning(JSON.stringify(two)).subarray(0, 40), 10_000).problem).toContain("cut short");
    expect(readSafetensorsHeader(beginning("{ torn"), 10_000).problem).toContain("not JSON");
    expect(readSafetensorsHeader(beginning("[]"), 10_000).problem).toContain("not JSON");
  });

  test("tensors that cannot be", () => {
    const embedding = { dtype: "F32", shape: [4, 4], data_offsets: [0, 64] };
    expect(problemOf({ a: { ...embedding, shape: [4, 5] } })).toContain("a has no dtype, shape and offsets that agree");
    expect(problemOf({ a: { ...embedding, shape: [-4, -4] } })).toContain("agree");
    expect(problemOf({ a: { ...embedding, data_offsets: [64, 0] } })).toContain("agree");
    expect(problemOf({ a: { ...embedding, data_offsets: [0] } })).toContain("agree");
    expect(problemOf({ a: { ...embedding, dtype: 4 } })).toContain("agree");
    expect(problemOf({ a: "tensor" })).toContain("agree");
    expect(problemOf({ a: embedding, b: { ...embedding, data_offsets: [60, 124] } })).toContain("b overlaps");
    expect(problemOf(two, 8 + JSON.stringify(two).length + 71)).toContain("cut short: its tensors end behind it");
  });

  test("never throws, whatever the bytes and whatever the JSON", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.jsonValue(), (bytes, json) => {
        expect(readSafetensorsHeader(bytes, bytes.length)).toBeDefined();
        expect(readSafetensorsHeader(beginning(JSON.stringify({ a: json })), 1000)).toBeDefined();
      }),
    );
  });
});
