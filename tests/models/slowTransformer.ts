// The transformer by its definition: float64, one number at a time, every switch of the configuration.
import type { TransformerConfig } from '../../src/models/index.ts';

/** Parameters by name. */
export type Numbers = ReadonlyMap<string, Float64Array>;
type Vector = readonly number[];

const dot = (a: Vector, b: Vector): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const sum = (a: Vector, b: Vector): number[] => a.map((v, i) => v + b[i]!);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  relu2: (x) => Math.max(0, x) ** 2,
  silu: (x) => x * sigmoid(x),
  swiglu: (x) => x * sigmoid(x),
  gelu: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

/**
 * Logits behind each token of one sequence, capped if the configuration says so.
 *
 * @param ngrams ids of row `t` of n-gram table `i`: `ngrams[i][t]`.
 */
export function slowLogits(c: TransformerConfig, p: Numbers, tokens: readonly number[], ngrams: readonly (readonly number[])[]): number[][] {
  const of = (name: string): Float64Array => p.get(name)!;
  const row = (name: string, i: number, width: number): number[] => [...of(name).subarray(i * width, (i + 1) * width)];
  const C = c.channels, hs = c.headSize;

  const rms = (x: Vector): number[] => x.map((v) => v / Math.sqrt(dot(x, x) / x.length + c.normEps));
  const norm = (name: string, x: Vector): number[] => {
    const gain = p.get(`${name}.weight`), bias = p.get(`${name}.bias`);
    const mean = c.norm === 'layer' ? x.reduce((a, b) => a + b, 0) / x.length : 0, centred = x.map((v) => v - mean);
    return rms(centred).map((v, i) => v * (gain?.[i] ?? 1) + (bias?.[i] ?? 0));
  };
  const linear = (name: string, x: Vector): number[] => {
    const bias = p.get(`${name}.bias`), out = of(`${name}.weight`).length / x.length;
    return Array.from({ length: out }, (_, o) => dot(x, row(`${name}.weight`, o, x.length)) + (bias?.[o] ?? 0));
  };
  /** y[t] = x[t] + sum over k of filter[k] x[t-k] */
  const convolved = (name: string, x: readonly Vector[]): number[][] => x.map((now, t) => {
    const filter = p.get(`${name}.weight`);
    return now.map((v, i) => {
      let total = v;
      for (let k = 0; filter && k < c.taps && k <= t; k++) total += filter[k * C + i]! * x[t - k]![i]!;
      return total;
    });
  });
  /** A head of queries or keys: to unit length, times its gain, then turned by its position, unless the layer does not know positions. */
  const turned = (head: Vector, t: number, gain: Float64Array | undefined, layer: number): number[] => {
    const x = (c.qkNorm ? rms(head) : [...head]).map((v, i) => v * (gain?.[i] ?? 1));
    if (c.positions !== 'rope' || (c.nopeEvery > 0 && (layer + 1) % c.nopeEvery === 0)) return x;
    return x.map((v, i) => {
      const half = hs / 2, angle = (t * c.ropeBase ** ((-2 * (i % half)) / hs)) / (c.ropeFactors[i % half] ?? 1), other = x[(i + half) % hs]!;
      return i < half ? v * Math.cos(angle) - other * Math.sin(angle) : v * Math.cos(angle) + other * Math.sin(angle);
    });
  };

  function attention(name: string, h: readonly Vector[], layer: number): number[][] {
    const qkv = h.map((x) => linear(`${name}.qkv`, x)), head = (t: number, i: number): number[] => qkv[t]!.slice(i * hs, (i + 1) * hs);
    const value = (t: number, g: number): number[] => {
      const v = head(t, c.heads + c.kvHeads + g);
      if (!c.valueEmbeddings) return v;
      const gate = 2 * sigmoid(of(`${name}.values.gate`)[g]!), e = row(`${name}.values.weight`, tokens[t]!, c.kvHeads * hs);
      return v.map((x, i) => x + gate * e[g * hs + i]!);
    };
    return h.map((_, t) => {
      const heads = Array.from({ length: c.heads }, (_, i) => {
        const g = Math.floor(i / (c.heads / c.kvHeads)), q = turned(head(t, i), t, p.get(`${name}.qnorm.weight`), layer), k = p.get(`${name}.knorm.weight`);
        const e = Array.from({ length: t + 1 }, (_, u) => (c.window > 0 && t - u >= c.window ? 0 : Math.exp(dot(q, turned(head(u, c.heads + g), u, k, layer)) / Math.sqrt(hs))));
        const total = e.reduce((a, b) => a + b, 0);
        return e.reduce((seen, weight, u) => sum(seen, value(u, g).map((v) => (v * weight) / total)), Array.from({ length: hs }, () => 0));
      });
      return linear(`${name}.out`, heads.flat());
    });
  }

  function mlp(name: string, x: Vector): number[] {
    const act = ACTIVATIONS[c.activation]!, up = linear(`${name}.up`, x);
    const hidden = c.activation === 'swiglu' ? linear(`${name}.gate`, x).map((v, i) => act(v) * up[i]!) : up.map(act);
    return linear(`${name}.down`, hidden);
  }

  let x: number[][] = tokens.map((token, t) => {
    let at = row('embedding.weight', token, C);
    if (c.positions === 'learned') at = sum(at, row('positions.weight', t, C));
    ngrams.forEach((ids, i) => {
      at = sum(at, row(`ngrams.${i}.weight`, ids[t]!, C));
    });
    return c.embeddingNorm ? rms(at) : at;
  });
  if (c.convolutions.includes('input')) x = convolved('convolution', x);
  for (let i = 0; i < c.layers; i++) {
    const name = `blocks.${i}`, seen = attention(`${name}.attention`, convolved(`${name}.attention.convolution`, x.map((at) => norm(`${name}.attention.norm`, at))), i);
    x = x.map((at, t) => sum(at, seen[t]!));
    const thought = convolved(`${name}.mlp.convolution`, x.map((at) => norm(`${name}.mlp.norm`, at))).map((at) => mlp(`${name}.mlp`, at));
    x = x.map((at, t) => sum(at, thought[t]!));
  }
  const head = c.tied ? 'embedding.weight' : 'head.weight';
  return x.map((at) => {
    const h = norm('norm', at);
    return Array.from({ length: c.vocab }, (_, token) => {
      const logit = dot(h, row(head, token, C));
      return c.softcap > 0 ? c.softcap * Math.tanh(logit / c.softcap) : logit;
    });
  });
}

/** The id of the n-gram that ends at each token, as the documentation of `ngramIds` tells. */
export function slowNgrams(tokens: readonly number[], { n, size }: { n: number; size: number }, vocab: number): number[] {
  const number = (t: number): number => (t < 0 ? 0 : tokens[t]! + 1);
  return tokens.map((token, t) => {
    if (n === 2 && size === (vocab + 1) * vocab) return token + number(t - 1) * vocab;
    let h = n;
    for (let k = n - 1; k >= 0; k--) {
      h = (Math.imul(h, 0x9e3779b1) + number(t - k)) >>> 0;
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
      h = (h ^ (h >>> 16)) >>> 0;
    }
    return h % size;
  });
}
