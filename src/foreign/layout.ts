// Which tensors of a file make which parameter. Parameters of ours are stacked from pieces, row under row; a piece may lie
// transposed in the file (GPT-2 multiplies from the other side), and rows of queries and keys may stand in another order:
//
//   interleaved   pairs that are turned together are rows 2i and 2i+1 of a head (llama2.c, GGUF of Llama)
//   half          they are rows i and i + hs/2 (Hugging Face, and here)
import type { TransformerConfig } from '../index.ts';

/** Rows of a parameter, and the tensor of the file that they are. */
export interface Piece {
  readonly name: string;
  readonly rows: number;
  /** 0 for a vector of `rows` numbers. */
  readonly columns: number;
  readonly transposed?: boolean;
  /** Heads whose rows stand interleaved in the file. */
  readonly interleaved?: number;
}

/** Pieces by the name of the parameter. */
export type Layout = ReadonlyMap<string, readonly Piece[]>;

/** The shape of a piece as the file has it. */
export const shapeOf = ({ rows, columns, transposed }: Piece): readonly number[] => (columns === 0 ? [rows] : transposed ? [columns, rows] : [rows, columns]);

/** Row of a head of ours that row `r` of an interleaved head is. */
export const halfRow = (r: number, hs: number): number => (r >> 1) + (r & 1) * (hs >> 1);

class LayoutBuilder {
  readonly pieces = new Map<string, Piece[]>();
  add(ours: string, name: string, rows: number, columns = 0, more: Pick<Piece, 'transposed' | 'interleaved'> = {}): void {
    const list = this.pieces.get(ours) ?? [];
    list.push({ name, rows, columns, ...more });
    this.pieces.set(ours, list);
  }
}

/** The parts of a block of Llama and its kin in one naming. `q` stands for `{q,k,v}` of each. */
interface LlamaNames {
  readonly embedding: string;
  readonly norm: string;
  readonly head: string;
  readonly block: (i: number) => string;
  readonly attentionNorm: string;
  readonly q: string; readonly k: string; readonly v: string; readonly out: string;
  readonly qNorm: string; readonly kNorm: string;
  readonly mlpNorm: string; readonly gate: string; readonly up: string; readonly down: string;
}

const huggingFaceNames: LlamaNames = {
  embedding: 'model.embed_tokens', norm: 'model.norm', head: 'lm_head', block: (i) => `model.layers.${i}.`,
  attentionNorm: 'input_layernorm', q: 'self_attn.q_proj', k: 'self_attn.k_proj', v: 'self_attn.v_proj', out: 'self_attn.o_proj',
  qNorm: 'self_attn.q_norm', kNorm: 'self_attn.k_norm', mlpNorm: 'post_attention_layernorm', gate: 'mlp.gate_proj', up: 'mlp.up_proj', down: 'mlp.down_proj',
};

const ggufNames: LlamaNames = {
  embedding: 'token_embd', norm: 'output_norm', head: 'output', block: (i) => `blk.${i}.`,
  attentionNorm: 'attn_norm', q: 'attn_q', k: 'attn_k', v: 'attn_v', out: 'attn_output',
  qNorm: 'attn_q_norm', kNorm: 'attn_k_norm', mlpNorm: 'ffn_norm', gate: 'ffn_gate', up: 'ffn_up', down: 'ffn_down',
};

/** llama2.c has no names; these are the variables of its run.c, a layer in front. */
const llama2cNames: LlamaNames = {
  embedding: 'token_embedding_table', norm: 'rms_final_weight', head: 'wcls', block: (i) => `${i}.`,
  attentionNorm: 'rms_att_weight', q: 'wq', k: 'wk', v: 'wv', out: 'wo', qNorm: '', kNorm: '', mlpNorm: 'rms_ffn_weight', gate: 'w1', up: 'w3', down: 'w2',
};

function llamaLayout(c: TransformerConfig, n: LlamaNames, interleaved: boolean): Layout {
  const layout = new LayoutBuilder(), C = c.channels, hs = c.headSize, nq = c.heads * hs, nkv = c.kvHeads * hs;
  const turned = (heads: number): Pick<Piece, 'interleaved'> => (interleaved ? { interleaved: heads } : {});
  layout.add('embedding.weight', `${n.embedding}.weight`, c.vocab, C);
  for (let i = 0; i < c.layers; i++) {
    const ours = `blocks.${i}`, theirs = n.block(i);
    layout.add(`${ours}.attention.norm.weight`, `${theirs}${n.attentionNorm}.weight`, C);
    for (const [name, rows, heads] of [[n.q, nq, c.heads], [n.k, nkv, c.kvHeads], [n.v, nkv, 0]] as const) {
      layout.add(`${ours}.attention.qkv.weight`, `${theirs}${name}.weight`, rows, C, heads > 0 ? turned(heads) : {});
      if (c.qkvBias || c.bias) layout.add(`${ours}.attention.qkv.bias`, `${theirs}${name}.bias`, rows, 0, heads > 0 ? turned(heads) : {});
    }
    if (c.qkGain) {
      layout.add(`${ours}.attention.qnorm.weight`, `${theirs}${n.qNorm}.weight`, hs);
      layout.add(`${ours}.attention.knorm.weight`, `${theirs}${n.kNorm}.weight`, hs);
    }
    layout.add(`${ours}.attention.out.weight`, `${theirs}${n.out}.weight`, C, nq);
    layout.add(`${ours}.mlp.norm.weight`, `${theirs}${n.mlpNorm}.weight`, C);
    layout.add(`${ours}.mlp.gate.weight`, `${theirs}${n.gate}.weight`, c.hidden, C);
    layout.add(`${ours}.mlp.up.weight`, `${theirs}${n.up}.weight`, c.hidden, C);
    layout.add(`${ours}.mlp.down.weight`, `${theirs}${n.down}.weight`, C, c.hidden);
  }
  layout.add('norm.weight', `${n.norm}.weight`, C);
  if (!c.tied) layout.add('head.weight', `${n.head}.weight`, c.vocab, C);
  return layout.pieces;
}

/** GPT-2, and with `linear` the same by nanoGPT and minGPT, whose matrices are not transposed. `biases`: written even where there are none, as zeros. */
function gpt2Layout(c: TransformerConfig, gguf: boolean, { linear = gguf, biases = c.bias } = {}): Layout {
  const layout = new LayoutBuilder(), C = c.channels, way = linear ? {} : { transposed: true };
  const [wte, wpe, norm, head] = gguf ? ['token_embd', 'position_embd', 'output_norm', 'output'] : ['transformer.wte', 'transformer.wpe', 'transformer.ln_f', 'lm_head'];
  const names = gguf ? ['attn_norm', 'attn_qkv', 'attn_output', 'ffn_norm', 'ffn_up', 'ffn_down'] : ['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'];
  const shapes = [[C, 0], [3 * C, C], [C, C], [C, 0], [c.hidden, C], [C, c.hidden]] as const;
  layout.add('embedding.weight', `${wte}.weight`, c.vocab, C);
  layout.add('positions.weight', `${wpe}.weight`, c.context, C);
  for (let i = 0; i < c.layers; i++) {
    ['attention.norm', 'attention.qkv', 'attention.out', 'mlp.norm', 'mlp.up', 'mlp.down'].forEach((part, k) => {
      const [rows, columns] = shapes[k]!, theirs = `${gguf ? `blk.${i}` : `transformer.h.${i}`}.${names[k]}`;
      layout.add(`blocks.${i}.${part}.weight`, `${theirs}.weight`, rows, columns, columns > 0 ? way : {});
      if (biases) layout.add(`blocks.${i}.${part}.bias`, `${theirs}.bias`, rows);
    });
  }
  layout.add('norm.weight', `${norm}.weight`, C);
  if (biases) layout.add('norm.bias', `${norm}.bias`, C);
  if (!c.tied) layout.add('head.weight', `${head}.weight`, c.vocab, C);
  return layout.pieces;
}

export interface LayoutOptions {
  readonly linear?: boolean;
  readonly biases?: boolean;
}

/** Names and order of rows in a model of Hugging Face. */
export const huggingFaceLayout = (c: TransformerConfig, options: LayoutOptions = {}): Layout =>
  (c.positions === 'learned' ? gpt2Layout(c, false, options) : llamaLayout(c, huggingFaceNames, false));

/** Names and order of rows in a .gguf of that architecture. */
export const ggufLayout = (c: TransformerConfig, architecture: string, options: LayoutOptions = {}): Layout =>
  (architecture === 'gpt2' ? gpt2Layout(c, true, options) : llamaLayout(c, ggufNames, architecture === 'llama' || architecture === 'smollm3'));

/** Order of rows in a .bin of llama2.c. */
export const llama2cLayout = (c: TransformerConfig): Layout => llamaLayout(c, llama2cNames, true);

/** Models of our own: every parameter by its name. */
export const ownLayout = (parameters: readonly { readonly tensor: { readonly name: string; readonly shape: readonly number[] } }[]): Layout =>
  new Map(parameters.map(({ tensor: { name, shape } }) => [name, [{ name, rows: shape[0]!, columns: shape.length > 1 ? shape[1]! : 0 }]]));
