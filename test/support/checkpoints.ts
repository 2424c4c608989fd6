import type { Tensor } from "../../src/catalog/safetensors-header.ts";

/** A small Llama: 2 layers, hidden 256, 4 heads of 64 over 2, MLP 512, 1000 tokens. */
export const smallConfig = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 1024,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
};

const bytesOf: Readonly<Record<string, number>> = { BF16: 2, F32: 4, F8_E4M3: 1, I32: 4 };

export function tensor(name: string, shape: readonly number[], dtype = "BF16"): Tensor {
  return { name, dtype, shape, bytes: shape.reduce((product, size) => product * size, bytesOf[dtype] ?? 1) };
}

/** Its tensors, each layer's matrices in the format named. */
export function smallTensors(dtype = "BF16", layers = 2): Tensor[] {
  const layer = (index: number): Tensor[] => {
    const of = (name: string, shape: readonly number[]) => tensor(`model.layers.${index}.${name}.weight`, shape, dtype);
    return [
      of("self_attn.q_proj", [256, 256]),
      of("self_attn.k_proj", [128, 256]),
      of("self_attn.v_proj", [128, 256]),
      of("self_attn.o_proj", [256, 256]),
      of("mlp.gate_proj", [512, 256]),
      of("mlp.up_proj", [512, 256]),
      of("mlp.down_proj", [256, 512]),
      tensor(`model.layers.${index}.input_layernorm.weight`, [256]),
      tensor(`model.layers.${index}.post_attention_layernorm.weight`, [256]),
    ];
  };
  return [
    tensor("model.embed_tokens.weight", [1024, 256]),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    tensor("model.norm.weight", [256]),
    tensor("lm_head.weight", [1024, 256]),
  ];
}

/** The bytes of a safetensors file with these tensors, their data left out but for its length. */
export function safetensorsFile(tensors: readonly Tensor[]): Buffer {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = offset;
    offset += bytes;
    return [name, { dtype, shape, data_offsets: [begin, offset] }] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(offset)]);
}
