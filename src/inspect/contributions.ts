// Who speaks for a token? Every layer adds to the residual stream, and the output layer is linear, so a logit is a sum over
// all that was added (Elhage et al. 2021, https://transformer-circuits.pub/2021/framework). Only the last norm stands in
// between: it divides by one number, which is measured and held fast.
//
//   logit[token] = Σ over parts of  ((part - mean(part)) · gain / size) · w[token]  +  bias · w[token]       (RMSNorm: no mean)
import { OptionError } from '../errors.ts';
import type { LanguageModel } from '../models/index.ts';
import { record } from './record.ts';

/** What a part of the model says for (above 0) or against a token. */
export interface Contribution {
  /** `input`, `blocks.0.attention.heads.2`, `blocks.0.attention.out.bias`, `blocks.0.mlp`, `blocks.0.mlp.down.bias`, `norm.bias`. */
  readonly part: string;
  readonly value: number;
}

export interface Contributions {
  readonly position: number;
  readonly token: number;
  readonly against: number | null;
  /** The logit, before any cap; with `against` the difference of two. */
  readonly logit: number;
  /** In the order of computation. Together they are the logit. */
  readonly parts: readonly Contribution[];
  readonly sum: number;
}

/**
 * Takes a logit apart, into the embedding, each head and each MLP, and what biases add.
 *
 * @param options.token whose logit; what the model finds likeliest unless told.
 * @param options.against a second token, whose logit is taken off.
 * @param options.position behind which token; the last one unless told.
 * @throws {OptionError} when a token or position is none.
 * @example
 * contributions(model, 'The mother cat called her').parts.toSorted((a, b) => b.value - a.value)[0].part; // 'blocks.1.mlp'
 */
export function contributions(model: LanguageModel, text: string | ArrayLike<number>, { token, against, position }: { readonly token?: number; readonly against?: number; readonly position?: number } = {}): Contributions {
  const { transformer: { config: c, parameters }, weights } = model, { channels: C, headSize: hs, layers, heads, vocab } = c;
  const last = `blocks.${layers - 1}.mlp.sum`;
  const { ids, tensors } = record(model, text, ['input', 'blocks.*.attention.heads', 'blocks.*.mlp.hidden', last, 'logits']);
  const at = position ?? ids.length - 1;
  if (!Number.isInteger(at) || at < 0 || at >= ids.length) throw new OptionError('position', `position must be a whole number from 0 to ${ids.length - 1}, but it is ${at}.`);
  for (const [option, id] of Object.entries({ token, against })) {
    if (id !== undefined && (!Number.isInteger(id) || id < 0 || id >= vocab)) throw new OptionError(option, `${option} must be the id of a token, from 0 to ${vocab - 1}, but it is ${id}.`);
  }
  const row = (name: string): Float32Array => {
    const { numbers, shape } = tensors.get(name)!, width = shape.at(-1)!;
    return numbers.subarray(at * width, (at + 1) * width);
  };
  const numbers = (name: string): Float32Array => weights.read(parameters.get(name));
  const logits = row('logits'), asked = token ?? logits.reduce((most, logit, i) => (logit > logits[most]! ? i : most), 0);

  const table = numbers(c.tied ? 'embedding.weight' : 'head.weight'), gain = c.normGain ? numbers('norm.weight') : null;
  const direction = Float64Array.from({ length: C }, (_, i) => table[asked * C + i]! - (against === undefined ? 0 : table[against * C + i]!));
  // the same direction, seen from before the norm
  const stream = row(last), centred = c.norm === 'layer', mean = centred ? average(stream) : 0;
  const size = Math.sqrt(average(Float64Array.from(stream, (x) => (x - mean) ** 2)) + c.normEps);
  const before = direction.map((w, i) => (w * (gain ? gain[i]! : 1)) / size);
  if (centred) {
    const middle = average(before);
    before.forEach((w, i) => { before[i] = w - middle; });
  }

  const parts: Contribution[] = [{ part: 'input', value: dot(before, row('input')) }];
  for (let l = 0; l < layers; l++) {
    const out = numbers(`blocks.${l}.attention.out.weight`), seen = row(`blocks.${l}.attention.heads`), back = backwards(before, out);
    for (let h = 0; h < heads; h++) parts.push({ part: `blocks.${l}.attention.heads.${h}`, value: dot(back.subarray(h * hs, (h + 1) * hs), seen.subarray(h * hs, (h + 1) * hs)) });
    if (c.bias) parts.push({ part: `blocks.${l}.attention.out.bias`, value: dot(before, numbers(`blocks.${l}.attention.out.bias`)) });
    parts.push({ part: `blocks.${l}.mlp`, value: dot(backwards(before, numbers(`blocks.${l}.mlp.down.weight`)), row(`blocks.${l}.mlp.hidden`)) });
    if (c.bias) parts.push({ part: `blocks.${l}.mlp.down.bias`, value: dot(before, numbers(`blocks.${l}.mlp.down.bias`)) });
  }
  if (centred && c.normGain && c.bias) parts.push({ part: 'norm.bias', value: dot(direction, numbers('norm.bias')) });
  return {
    position: at, token: asked, against: against ?? null, logit: logits[asked]! - (against === undefined ? 0 : logits[against]!),
    parts, sum: parts.reduce((sum, { value }) => sum + value, 0),
  };
}

const average = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((sum, x) => sum + x, 0) / numbers.length;

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** direction (N) times a weight (N,K): the direction as the inputs of that layer see it, (K). */
function backwards(direction: Float64Array, weight: Float32Array): Float64Array {
  const K = weight.length / direction.length, out = new Float64Array(K);
  direction.forEach((d, n) => {
    for (let k = 0; k < K; k++) out[k]! += d * weight[n * K + k]!;
  });
  return out;
}
