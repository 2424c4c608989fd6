/** Vision towers, which the collected configs leave out: sizes of the publishers' config.json (vision_config), by family. */
const qwen2 = { model_type: "qwen2_5_vl", depth: 32, hidden_size: 1280, patch_size: 14, temporal_patch_size: 2, spatial_merge_size: 2 };
const qwen3 = {
  model_type: "qwen3_vl",
  depth: 27,
  hidden_size: 1152,
  intermediate_size: 4304,
  patch_size: 16,
  temporal_patch_size: 2,
  spatial_merge_size: 2,
  num_position_embeddings: 2304,
};
const qwen3Small = { ...qwen3, depth: 24, hidden_size: 1024, intermediate_size: 4096, deepstack_visual_indexes: [5, 11, 17] };
const siglip = { hidden_size: 1152, num_hidden_layers: 27, intermediate_size: 4304, patch_size: 14 };

const towers = [
  [/^Qwen\/Qwen2\.5-VL-(3|7)B/, { ...qwen2, intermediate_size: 3420 }],
  [/^Qwen\/Qwen2\.5-VL-(32|72)B/, { ...qwen2, intermediate_size: 3456 }],
  [/^Qwen\/Qwen3-VL-(2|4)B/, qwen3Small],
  [/^Qwen\/Qwen3-VL-/, { ...qwen3, deepstack_visual_indexes: [8, 16, 24] }],
  [/^(Qwen|nvidia)\/Qwen3\.[56]-/, { ...qwen3, model_type: "qwen3_5" }],
  [/^google\/gemma-3-(4|12|27)b/, { ...siglip, model_type: "gemma3", image_size: 896 }],
  [
    /\/Llama-4-/,
    {
      model_type: "llama4",
      hidden_size: 1408,
      num_hidden_layers: 34,
      intermediate_size: 5632,
      patch_size: 14,
      image_size: 336,
      vision_output_dim: 4096,
    },
  ],
  [
    /\/Llama-3\.2-(11|90)B-Vision/,
    {
      model_type: "mllama",
      hidden_size: 1280,
      num_hidden_layers: 32,
      num_global_layers: 8,
      intermediate_size: 5120,
      patch_size: 14,
      image_size: 448,
      vision_output_dim: 7680,
    },
  ],
  [
    /^mistralai\/(Mistral-Small-3|Ministral-3)/,
    { model_type: "pixtral", hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096, patch_size: 14, spatial_merge_size: 2 },
  ],
  // Its model card: a vision encoder of about 550 million parameters.
  [/\/gemma-4-(26B|31B)/i, { elements: 550e6 }],
  [/\/Kimi-K2\.[5-9]/, { ...siglip, model_type: "moonvit", init_pos_emb_height: 64, merge_kernel_size: [2, 2] }],
];

/** The vision tower of a model; undefined for models without one and for those whose sizes are not known here. */
export function visionTower(id) {
  return towers.find(([name]) => name.test(id))?.[1];
}
