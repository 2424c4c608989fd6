import { isFields } from "./config-fields.ts";
import { parsedJson } from "./json-text.ts";
import { wordTable } from "./word-table.ts";

/** One tensor of a file, as its header tells. */
export interface Tensor {
  readonly name: string;
  /** As safetensors writes it: BF16, F8_E4M3, I32 … */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

export type SafetensorsHeader =
  | { readonly tensors: readonly Tensor[]; readonly problem?: undefined }
  | { readonly tensors?: undefined; readonly problem: string };

/** Bytes of the length that every file begins with. */
export const lengthBytes = 8;
/** The format's own limit on a header. */
export const mostHeaderBytes = 100_000_000;

/** Bits of one element; formats that are not listed are taken at the size their offsets give. */
const elementBits: Readonly<Record<string, number>> = wordTable({
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  I64: 64,
  U64: 64,
  F64: 64,
});

/** Bytes of the header that follows the length; undefined where the first bytes are cut short or tell of one no file has. */
export function headerBytes(start: Uint8Array): number | undefined {
  if (start.length < lengthBytes) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, lengthBytes);
  // A length beyond 2^53 is no length: the upper half decides.
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  return length >= 2 && length <= mostHeaderBytes ? length : undefined;
}

/**
 * The tensors that a safetensors file tells of at its beginning: 8 bytes of length, then JSON of names to dtype, shape and offsets.
 * `fileBytes` is the size of the whole file. Never throws: `problem` is a sentence about what is wrong.
 */
export function readSafetensorsHeader(start: Uint8Array, fileBytes: number): SafetensorsHeader {
  const length = headerBytes(start);
  if (length === undefined) return { problem: "it does not begin with the length of a safetensors header" };
  if (start.length < lengthBytes + length || fileBytes < lengthBytes + length) return { problem: "its header is cut short" };
  const header = parsedJson(new TextDecoder().decode(start.subarray(lengthBytes, lengthBytes + length)));
  if (!isFields(header)) return { problem: "its header is not JSON" };
  const placed: { readonly tensor: Tensor; readonly begin: number; readonly end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const one = tensorOf(name, entry);
    if (!one) return { problem: `its tensor ${name.slice(0, 80)} has no dtype, shape and offsets that agree` };
    placed.push(one);
  }
  placed.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const one of placed) {
    if (one.begin < end) return { problem: `its tensor ${one.tensor.name.slice(0, 80)} overlaps the one before it` };
    end = one.end;
  }
  if (lengthBytes + length + end > fileBytes) return { problem: "it is cut short: its tensors end behind it" };
  return { tensors: placed.map(({ tensor }) => tensor) };
}

function tensorOf(name: string, entry: unknown): { readonly tensor: Tensor; readonly begin: number; readonly end: number } | undefined {
  if (!isFields(entry) || typeof entry.dtype !== "string") return undefined;
  const shape = naturals(entry.shape);
  const [begin, end, ...more] = naturals(entry.data_offsets) ?? [];
  if (!shape || begin === undefined || end === undefined || more.length > 0 || end < begin) return undefined;
  const bits = elementBits[entry.dtype];
  const elements = shape.reduce((product, size) => product * size, 1);
  if (bits !== undefined && Math.ceil((elements * bits) / 8) !== end - begin) return undefined;
  return { tensor: { name, dtype: entry.dtype, shape, bytes: end - begin }, begin, end };
}

function naturals(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length > 16) return undefined;
  return value.every((one): one is number => typeof one === "number" && Number.isSafeInteger(one) && one >= 0) ? value : undefined;
}
