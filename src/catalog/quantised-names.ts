import { beginsFormat, formatTold, type ToldFormat } from "./format-words.ts";
import { unquantised } from "./weight-format.ts";

/** Words of files that the engines here do not load, and of small models that draft for a larger one. */
const otherwise = /^(gguf|mlx|onnx|ov|openvino|exl[23]|eagle\d?|dspark|dflash\d?|medusa|draft|speculator|lora|adapter)$/;
const ownersOfOthers = /^(mlx-community|lmstudio-community)\//;

/** Owners who make their checkpoints with one tool. */
const makers: readonly (readonly [RegExp, "compressed-tensors" | "modelopt"])[] = [
  [/^(redhatai|neuralmagic|nm-testing)\//, "compressed-tensors"],
  [/^nvidia\//, "modelopt"],
];

export interface QuantisedName extends ToldFormat {
  /** The name without what tells of the format. */
  readonly base: string;
}

/** A name that ends in words for a weight format, as quantised re-uploads are called; undefined where it does not. */
export function splitQuantisedName(name: string): QuantisedName | undefined {
  const plain = name
    .toLowerCase()
    .replace(/([-_][48])-(?=bit(?:[-_]|$))/, "$1")
    .replace(/([-_]auto)-(?=round)/, "$1")
    .replace(/\.(?=w\d+a\d+$)/, "-")
    .replace(/\.(?=quantized-)/, "-");
  const words = [...plain.matchAll(/[-_]([^-_]+)/g)].map(({ index, 1: word = "" }) => ({ index, word }));
  const first = words.findIndex(({ word }) => beginsFormat(word));
  const end = words.at(-1);
  if (first < 0 && end && /^(bf16|fp16)$/.test(end.word)) return { base: plain.slice(0, end.index), weights: unquantised, isSure: true };
  if (first < 0 || ownersOfOthers.test(plain) || words.some(({ word }) => otherwise.test(word))) return undefined;
  const maker = makers.find(([owner]) => owner.test(plain))?.[1];
  const told = words.slice(first).map(({ word }) => word);
  return { base: plain.slice(0, words[first]?.index), ...formatTold(told, maker) };
}
