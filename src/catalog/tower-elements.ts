import { type Fields, fieldsOf, numberOf, numbersOf, textOf, wordsOf } from "./config-fields.ts";
import type { Model } from "./facts.ts";

/** How a family's tower differs from blocks of attention and a two-matrix MLP. */
interface TowerShape {
  readonly matrices: 2 | 3;
  /** What leads into the language model, of `merged` inputs (neighbouring patches side by side) and `out` outputs. */
  readonly projector: (merged: number, out: number, vision: Fields) => number;
  /** The projector is on every rank, and so is a rotary table of all places of an image (Kimi; vLLM, models/kimi_vl.py, models/moonvit.py). */
  readonly isCopied?: true;
}

const linear = (merged: number, out: number) => merged * out;
/** A square matrix over the merged patches, then one into the language model; Qwen3-VL has another at each layer it taps. */
const merger = (merged: number, out: number, vision: Fields) =>
  (merged * merged + merged * out) * (1 + (numbersOf(vision, "deepstack_visual_indexes")?.length ?? 0));
/** Two matrices; LLaVA may put several of the tower's layers side by side before them. */
const perceptron = (merged: number, out: number, vision: Fields) => merged * (numberOf(vision, "feature_layers") ?? 1) * out + out * out;

/** By the vision config's `model_type`: read from the engines' model files. Others are not counted. */
const families: readonly (readonly [RegExp, TowerShape])[] = [
  [/^qwen2_5_vl|^qwen2_5_omni/, { matrices: 3, projector: merger }],
  [/^(qwen2_vl|qwen3_vl|qwen3_5|glm4v)/, { matrices: 2, projector: merger }],
  [/^(moonvit|kimi)/, { matrices: 2, projector: merger, isCopied: true }],
  [
    /^pixtral/,
    {
      matrices: 3,
      // Neighbouring patches are merged back to the tower's width first.
      projector: (merged, out, vision) => {
        const width = numberOf(vision, "hidden_size") ?? 0;
        return merged * width + perceptron(width, out, vision);
      },
    },
  ],
  [/^llama4/, { matrices: 2, projector: llama4 }],
  [/^gemma/, { matrices: 2, projector: linear }],
  [/^mllama/, { matrices: 2, projector: (_, out, vision) => (numberOf(vision, "vision_output_dim") ?? 0) * out }],
  [/^(siglip|clip)/, { matrices: 2, projector: perceptron }],
];

/** What the towers of a config.json hold; nothing where it has none, or one that is not counted. */
export function towersOf(json: Fields, hidden: number): TowerFacts {
  const vision = fieldsOf(json.vision_config);
  if (!vision || fieldsOf(json.audio_config)) return {};
  const around = { spatial_merge_size: json.spatial_merge_size, feature_layers: numbersOf(json, "vision_feature_layer")?.length };
  return towerFacts({ ...around, ...vision }, hidden, textOf(json, "model_type"));
}

/** The two sizes of a vision config that SGLang reads, under these names alone (arg_groups/memory_hook.py of 0.5.23). */
export function visionTower(vision: Fields): NonNullable<Model["visionTower"]> {
  return { layers: numberOf(vision, "num_hidden_layers") ?? null, hidden: numberOf(vision, "hidden_size") ?? null };
}

export type TowerFacts = Pick<Model, "towerElements" | "towerCopies">;

/** What a vision tower with its way into `hidden` holds, by its sizes and its family or that of the model; nothing for towers that are not counted. */
export function towerFacts(vision: Fields, hidden: number, parent = ""): TowerFacts {
  const stated = numberOf(vision, "elements");
  if (stated !== undefined) return { towerElements: stated };
  // Qwen2-VL calls the language model's width hidden_size.
  const width = numberOf(vision, "embed_dim", "hidden_size", "width");
  const depth = numberOf(vision, "depth", "num_hidden_layers", "layers");
  const family = familyOf(vision, parent);
  if (width === undefined || depth === undefined || !family || depth > 1000 || width > 1e5) return {};
  const intermediate = numberOf(vision, "intermediate_size", "mlp_dim") ?? width * (numberOf(vision, "mlp_ratio") ?? 4);
  const blocks = (depth + (numberOf(vision, "num_global_layers") ?? 0)) * (4 * width * width + family.matrices * width * intermediate);
  const patch = numberOf(vision, "patch_size", "spatial_patch_size") ?? 14;
  const patches = width * patch * patch * 3 * (numberOf(vision, "temporal_patch_size") ?? 1);
  const merge = numberOf(vision, "spatial_merge_size") ?? numbersOf(vision, "merge_kernel_size")?.[0] ?? 1;
  const projector = family.projector(width * merge * merge, hidden, vision);
  const towerElements = blocks + patches + positions(vision, patch) * width + projector;
  if (!family.isCopied) return { towerElements };
  // 512 × 512 places, a complex number of 64 bit for each pair of a head's elements.
  const headDim = width / (numberOf(vision, "num_attention_heads", "num_heads") ?? 16);
  return { towerElements, towerCopies: { elements: projector, tables: 512 * 512 * (headDim / 2) * 4 } };
}

function familyOf(vision: Fields, parent: string): TowerShape | undefined {
  const types = [parent, textOf(vision, "model_type") ?? "", wordsOf(vision, "architectures")?.[0]?.toLowerCase() ?? ""];
  return types.map((type) => families.find(([name]) => name.test(type))?.[1]).find((found) => found !== undefined);
}

function positions(vision: Fields, patch: number): number {
  const learned = numberOf(vision, "num_position_embeddings");
  const height = numberOf(vision, "init_pos_emb_height");
  const image = numberOf(vision, "image_size");
  if (learned !== undefined) return learned;
  if (height !== undefined) return height * (numberOf(vision, "init_pos_emb_width") ?? height);
  const isRotary = /^(qwen2|pixtral)/.test(textOf(vision, "model_type") ?? "");
  return image === undefined || isRotary ? 0 : (image / patch) ** 2;
}

/** Shuffled pixels pass two matrices before the projector (vLLM, models/mllama4.py). */
function llama4(_: number, out: number, vision: Fields): number {
  const between = numberOf(vision, "projector_input_dim") ?? 4096;
  const output = numberOf(vision, "projector_output_dim") ?? between;
  return (
    (numberOf(vision, "intermediate_size") ?? 0) * between + between * output + (numberOf(vision, "vision_output_dim") ?? output) * out
  );
}
