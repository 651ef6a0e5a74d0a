// The transformer: tokens in, a score for every possible next token out (Vaswani et al. 2017,
// https://arxiv.org/abs/1706.03762; Radford et al. 2019). Each layer reads the residual stream x and adds to it:
//
//   x = embed(tokens)
//   x = x + attention(norm(x))        look at what was said before
//   x = x + mlp(norm(x))              think about it
//   logits = norm(x) Wᵀ
//
// Running this function once builds the graph; nothing is computed here.
import {
  add, attention, buffer, convolution, dropout, fill, gelu, geluErf, headNorm, input, layerNorm, ngramIds, normal, positions, relu2, rmsNorm, rotate,
  rotateTable, silu, swiglu, tableLookup, valueMix, view, type Tensor,
} from '../graph/index.ts';
import { type Group, nameOnly, Parameters, type Sequence, type Tap } from '../nn/index.ts';
import { stream } from '../random.ts';
import type { TransformerConfig } from './transformerConfig.ts';
import { floatReader, type WeightReader } from './weightReader.ts';

export interface Transformer {
  readonly config: TransformerConfig;
  readonly parameters: Parameters;
  /** Numbers that are computed once and never learned, as a graph or as they are: the table of angles. */
  readonly constants: ReadonlyMap<Tensor, Tensor | Float32Array>;
  /** Builds the graph from tokens to the last hidden state, (S·T, C), normed and ready for the output layer. */
  hidden(sequence: Sequence, options?: HiddenOptions): Tensor;
  /** The output layer, uncapped: (rows, C) to (rows, V). */
  logits(hidden: Tensor, options?: LogitsOptions): Tensor;
}

/** `product` and `rows` say how weights are read: as 32-bit floats unless told. */
export interface HiddenOptions extends Partial<WeightReader> {
  readonly tap?: Tap;
  /** Layers whose attention probabilities are written out as `blocks.N.attention.probs`, (S,nh,T,Tk). */
  readonly watchAttention?: (layer: number) => boolean;
}

export interface LogitsOptions extends Partial<Pick<WeightReader, 'product'>> {
  readonly tap?: Tap;
  /** Of the first so many rows alone; see `matmul`. */
  readonly count?: Tensor | undefined;
}

/**
 * @param config from `transformerConfig`.
 * @param seed decides the first values of all parameters.
 */
export function transformer(config: TransformerConfig, seed = 0): Transformer {
  const c = config, C = c.channels, F = c.hidden, hs = c.headSize, nq = c.heads * hs, nkv = c.kvHeads * hs;
  const parameters = new Parameters();
  const gaussian = (name: string, shape: readonly number[], group: Group, std: number): Tensor =>
    parameters.add(name, shape, group, std === 0 ? fill(shape, 0) : normal(shape, { seed, stream: stream('init', name), std }));
  const constant = (name: string, shape: readonly number[], group: Group, value: number): Tensor => parameters.add(name, shape, group, fill(shape, value));
  const gpt2 = c.init === 'gpt2';
  /** Weight (out, in) of a linear layer; `into` says that it writes into the residual stream. */
  const weight = (name: string, out: number, inputs: number, { into = false, scale = 1 } = {}): Tensor =>
    gaussian(`${name}.weight`, [out, inputs], 'matrix', gpt2 ? 0.02 / (into ? Math.sqrt(2 * c.layers) : 1) : into ? 0 : scale / Math.sqrt(inputs));
  const bias = (name: string, out: number, has = c.bias): Tensor | undefined => (has ? constant(`${name}.bias`, [out], 'vector', 0) : undefined);
  const norm = (name: string) => (c.normGain
    ? { gain: constant(`${name}.weight`, [C], 'vector', 1), bias: c.norm === 'layer' ? bias(name, C) : undefined }
    : { gain: undefined, bias: undefined });
  const filter = (name: string): Tensor => constant(`${name}.weight`, [c.taps, C], 'convolution', 0);
  const has = (at: 'input' | 'attention' | 'mlp'): boolean => c.taps > 0 && c.convolutions.includes(at);

  const p = {
    wte: gaussian('embedding.weight', [c.vocab, C], 'embedding', gpt2 ? 0.02 : 1),
    wpe: c.positions === 'learned' ? gaussian('positions.weight', [c.context, C], 'embedding', 0.02) : undefined,
    ngrams: c.ngrams.map(({ size }, i) => gaussian(`ngrams.${i}.weight`, [size, C], 'table', 0)),
    convolution: has('input') ? filter('convolution') : undefined,
    blocks: Array.from({ length: c.layers }, (_, i) => ({
      norm1: norm(`blocks.${i}.attention.norm`),
      convolution1: has('attention') ? filter(`blocks.${i}.attention.convolution`) : undefined,
      qkv: { weight: weight(`blocks.${i}.attention.qkv`, nq + 2 * nkv, C), bias: bias(`blocks.${i}.attention.qkv`, nq + 2 * nkv, c.bias || c.qkvBias) },
      gains: c.qkGain ? { q: constant(`blocks.${i}.attention.qnorm.weight`, [hs], 'vector', 1), k: constant(`blocks.${i}.attention.knorm.weight`, [hs], 'vector', 1) } : undefined,
      values: c.valueEmbeddings ? gaussian(`blocks.${i}.attention.values.weight`, [c.vocab, nkv], 'embedding', gpt2 ? 0.02 : 1) : undefined,
      gate: c.valueEmbeddings ? constant(`blocks.${i}.attention.values.gate`, [c.kvHeads], 'vector', 0) : undefined,
      out: { weight: weight(`blocks.${i}.attention.out`, C, nq, { into: true }), bias: bias(`blocks.${i}.attention.out`, C) },
      norm2: norm(`blocks.${i}.mlp.norm`),
      convolution2: has('mlp') ? filter(`blocks.${i}.mlp.convolution`) : undefined,
      gateUp: c.activation === 'swiglu' ? weight(`blocks.${i}.mlp.gate`, F, C) : undefined,
      up: { weight: weight(`blocks.${i}.mlp.up`, F, C, { scale: 0.5 }), bias: bias(`blocks.${i}.mlp.up`, F) },
      down: { weight: weight(`blocks.${i}.mlp.down`, C, F, { into: true }), bias: bias(`blocks.${i}.mlp.down`, C) },
    })),
    norm: norm('norm'),
    head: c.tied ? undefined : gaussian('head.weight', [c.vocab, C], 'head', gpt2 ? 0.02 : 0),
  };

  const angles = c.positions === 'rope' ? Object.assign(buffer([c.context, hs]), { name: 'angles' }) : null;
  const factors = angles && c.ropeFactors.length > 0 ? input('rope factors', [hs / 2]) : null;
  const constants = new Map<Tensor, Tensor | Float32Array>([
    ...(factors ? [[factors, Float32Array.from(c.ropeFactors)] as const] : []),
    ...(angles ? [[angles, rotateTable(c.context, hs, c.ropeBase, factors)] as const] : []),
  ]);

  function hidden(sequence: Sequence, { tap = nameOnly, watchAttention = () => false, product = floatReader.product, rows = floatReader.rows }: HiddenOptions = {}): Tensor {
    const { S, T, tokens, start, seed: dice } = sequence;
    const normed = (x: Tensor, { gain, bias }: ReturnType<typeof norm>): Tensor =>
      c.norm === 'rms' ? rmsNorm(x, gain ?? null, { eps: c.normEps }) : layerNorm(x, gain ?? fill([C], 1), bias ?? null, { eps: c.normEps });
    const convolved = (name: string, x: Tensor, w: Tensor | undefined): Tensor =>
      w ? tap(name, convolution(sequence.remember(name, x).history, w, start, T)) : x;
    const linear = (x: Tensor, { weight, bias }: { weight: Tensor; bias?: Tensor | undefined }): Tensor => product(x, weight, { add: bias });
    const into = (x: Tensor, y: Tensor, { weight, bias }: { weight: Tensor; bias?: Tensor | undefined }, name: string): Tensor => {
      if (dice && c.dropout > 0) return add(x, dropout(linear(y, { weight, bias }), dice, { drop: c.dropout, stream: stream('dropout', name) }));
      const sum = product(y, weight, { add: x });
      return bias ? add(sum, bias) : sum;
    };

    let x = tap('embedding', rows(tokens, p.wte));
    if (p.wpe) x = positions(x, p.wpe, start, T);
    if (p.ngrams.length) {
      const past = sequence.remember('tokens', view(tokens, [S * T, 1]));
      c.ngrams.forEach(({ n, size }, i) => {
        const ids = ngramIds(past.history, start, { n, size, T, Tk: past.history.shape[1]!, vocab: c.vocab });
        x = add(x, tap(`ngrams.${i}`, tableLookup(ids, p.ngrams[i]!, { drop: dice ? c.tableDrop : 0, seed: dice, stream: stream('ngrams', i) })));
      });
    }
    if (c.embeddingNorm) x = rmsNorm(x, null, { eps: c.normEps });
    if (dice && c.dropout > 0) x = dropout(x, dice, { drop: c.dropout, stream: stream('dropout', 'embedding') });
    x = tap('input', convolved('convolution', x, p.convolution));

    p.blocks.forEach((block, i) => {
      const name = `blocks.${i}`;
      let h = tap(`${name}.attention.norm`, normed(x, block.norm1));
      h = convolved(`${name}.attention.convolution`, h, block.convolution1);
      let qkv = tap(`${name}.attention.qkv`, linear(h, block.qkv));
      if (block.gains) qkv = tap(`${name}.attention.normed`, headNorm(qkv, block.gains.q, block.gains.k, { nq: c.heads, nk: c.kvHeads, hs, eps: c.normEps }));
      const turns = c.nopeEvery > 0 && (i + 1) % c.nopeEvery === 0 ? null : angles, normsHere = c.qkNorm && !block.gains;
      if (turns || normsHere) {
        qkv = tap(`${name}.attention.rotated`, rotate(qkv, turns, start, { T, heads: c.heads + c.kvHeads, hs, eps: normsHere ? c.normEps : 0 }));
      }
      if (block.values && block.gate) qkv = tap(`${name}.attention.mixed`, valueMix(qkv, rows(tokens, block.values), block.gate, nq + nkv));
      const past = sequence.remember(`${name}.attention`, qkv, { offset: nq, width: 2 * nkv, group: hs });
      const probs = watchAttention(i) ? tap(`${name}.attention.probs`, buffer([S, c.heads, T, past.history.shape[1]!])) : undefined;
      const seen = attention(qkv, past.history, start, { nh: c.heads, nkv: c.kvHeads, hs, k: past.offset, v: past.offset + nkv, kept: past.kept, ...(c.window > 0 && { window: c.window }), ...(probs && { probs }) });
      x = tap(`${name}.attention.sum`, into(x, tap(`${name}.attention.heads`, seen), block.out, `${name}.attention`));

      h = tap(`${name}.mlp.norm`, normed(x, block.norm2));
      h = convolved(`${name}.mlp.convolution`, h, block.convolution2);
      let f = tap(`${name}.mlp.up`, linear(h, block.up));
      if (block.gateUp) f = swiglu(product(h, block.gateUp), f);
      else f = { gelu, geluErf, relu2, silu, swiglu: silu }[c.activation](f);
      x = tap(`${name}.mlp.sum`, into(x, tap(`${name}.mlp.hidden`, f), block.down, `${name}.mlp`));
    });
    return tap('norm', normed(x, p.norm));
  }

  return {
    config, parameters, constants, hidden,
    logits: (h, { tap = nameOnly, product = floatReader.product, count } = {}) => tap('logits', product(h, p.head ?? p.wte, { count })),
  };
}
