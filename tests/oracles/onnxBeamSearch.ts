// onnxruntime's beam search (com.microsoft::BeamSearch) over a GPT-2 with our weights, written as an ONNX graph.
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.BeamSearch
import type { LanguageModel } from '../../src/models/index.ts';
import { oraclePathOrNull, requireOracle } from './oracle.ts';

const what = "onnxruntime's beam search";
/** Whether it can be asked. */
export const onnxIsThere = oraclePathOrNull('onnxruntime-node/package.json', what) !== null && oraclePathOrNull('onnx-proto/package.json', what) !== null;

interface Tensor { readonly data: ArrayLike<number>; readonly dims: readonly number[] }
interface Session { run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>; release(): Promise<void> }
interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array): Promise<Session> };
  readonly Tensor: new (type: 'int32' | 'float32', data: Int32Array | Float32Array, dims: readonly number[]) => Tensor;
}
interface Proto { readonly onnx: { readonly ModelProto: { create(model: object): object; encode(model: object): { finish(): Uint8Array } } } }

const FLOAT = 1, INT32 = 6, INT64 = 7;
const KINDS = { int: 2, graph: 5, ints: 7, float: 1 };

export interface OnnxSearch {
  readonly maxLength: number;
  readonly minLength: number;
  readonly beams: number;
  readonly returned: number;
  readonly lengthPenalty: number;
  readonly repeatPenalty: number;
}
/** All tokens of each sequence, the prompt included, without the token that ends it; and the scores. The best first. */
export interface OnnxFound { readonly tokens: readonly number[]; readonly score: number }

/** Writes nodes one after the other; each call gives the name of its first output. */
class Writer {
  readonly nodes: object[] = [];
  readonly constants: object[] = [];

  op(opType: string, inputs: readonly string[], attributes: readonly object[] = [], outputs = [`${opType}_${this.nodes.length}`]): string {
    this.nodes.push({ opType, input: inputs, output: outputs, name: outputs[0], attribute: attributes });
    return outputs[0]!;
  }

  floats(data: ArrayLike<number>, dims: readonly number[]): string {
    return this.#constant(FLOAT, dims, Float32Array.from(data));
  }

  int64s(data: readonly number[], dims = [data.length]): string {
    return this.#constant(INT64, dims, BigInt64Array.from(data, BigInt));
  }

  int32s(data: readonly number[], dims = [data.length]): string {
    return this.#constant(INT32, dims, Int32Array.from(data));
  }

  #constant(dataType: number, dims: readonly number[], data: Float32Array | BigInt64Array | Int32Array): string {
    const name = `constant_${this.constants.length}`;
    this.constants.push({ name, dataType, dims, rawData: new Uint8Array(data.buffer) });
    return name;
  }
}

const int = (name: string, i: number): object => ({ name, type: KINDS.int, i });
const ints = (name: string, values: readonly number[]): object => ({ name, type: KINDS.ints, ints: values });
const value = (name: string, elemType: number, dims: readonly (number | string)[]): object => (
  { name, type: { tensorType: { elemType, shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) } } } });

/** The network as a graph with a cache: GPT-2, as our form 'gpt2' is. */
function gpt2Graph({ transformer: { config, parameters }, weights }: LanguageModel): object {
  const { layers, heads: nh, headSize: hs, channels: C, vocab: V, normEps } = config, w = new Writer();
  const raw = (name: string): Float32Array => Float32Array.from(weights.read(parameters.get(name)));
  const vector = (name: string): string => { const data = raw(name); return w.floats(data, [data.length]); };
  /** (out, in) as ONNX multiplies it: (in, out). */
  const turned = (name: string, out: number): string => {
    const data = raw(name), inputs = data.length / out;
    return w.floats(Float32Array.from({ length: data.length }, (_, i) => data[(i % out) * inputs + Math.floor(i / out)]!), [inputs, out]);
  };
  const linear = (x: string, name: string, out: number): string => w.op('Add', [w.op('MatMul', [x, turned(`${name}.weight`, out)]), vector(`${name}.bias`)]);
  const norm = (x: string, name: string): string => w.op('LayerNormalization', [x, vector(`${name}.weight`), vector(`${name}.bias`)], [int('axis', -1), { name: 'epsilon', type: KINDS.float, f: normEps }]);
  const scalar = (x: number): string => w.floats([x], [1]), zero = w.int64s([0], []), one = w.int64s([1], []);
  const unsqueeze = (x: string, ...axes: number[]): string => w.op('Unsqueeze', [x, w.int64s(axes)]);

  // a row sees the keys up to its own position
  const key = w.op('Sub', [w.op('CumSum', ['attention_mask', w.int64s([1], [])]), w.int32s([1])]);
  const sees = w.op('LessOrEqual', [unsqueeze(key, 1), unsqueeze('position_ids', 2)]), bias = unsqueeze(w.op('Where', [sees, scalar(0), scalar(-1e30)]), 1);

  let x = w.op('Add', [w.op('Gather', [w.floats(raw('embedding.weight'), [V, C]), 'input_ids']), w.op('Gather', [w.floats(raw('positions.weight'), [config.context, C]), 'position_ids'])]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `blocks.${layer}`, qkv = linear(norm(x, `${name}.attention.norm`), `${name}.attention.qkv`, 3 * C);
    w.op('Split', [qkv, w.int64s([C, C, C])], [int('axis', 2)], [`q_${layer}`, `k_${layer}`, `v_${layer}`]);
    const [q, newK, newV] = ['q', 'k', 'v'].map((part) => w.op('Transpose', [w.op('Reshape', [`${part}_${layer}`, w.int64s([0, 0, nh, hs])])], [ints('perm', [0, 2, 1, 3])])) as [string, string, string];
    const [k, v] = [[newK, zero], [newV, one]].map(([fresh, which]) => w.op('Concat', [w.op('Gather', [`past_${layer}`, which!], [int('axis', 0)]), fresh!], [int('axis', 2)])) as [string, string];
    w.op('Concat', [unsqueeze(k, 0), unsqueeze(v, 0)], [int('axis', 0)], [`present_${layer}`]);
    const products = w.op('Mul', [w.op('MatMul', [q, w.op('Transpose', [k], [ints('perm', [0, 1, 3, 2])])]), scalar(1 / Math.sqrt(hs))]);
    const seen = w.op('MatMul', [w.op('Softmax', [w.op('Add', [products, bias])], [int('axis', -1)]), v]);
    const joined = w.op('Reshape', [w.op('Transpose', [seen], [ints('perm', [0, 2, 1, 3])]), w.int64s([0, 0, C])]);
    x = w.op('Add', [x, linear(joined, `${name}.attention.out`, C)]);
    const h = linear(norm(x, `${name}.mlp.norm`), `${name}.mlp.up`, config.hidden), cube = w.op('Mul', [w.op('Mul', [h, h]), h]);
    const inner = w.op('Mul', [w.op('Add', [h, w.op('Mul', [cube, scalar(0.044715)])]), scalar(Math.sqrt(2 / Math.PI))]);
    const gelu = w.op('Mul', [w.op('Mul', [h, scalar(0.5)]), w.op('Add', [w.op('Tanh', [inner]), scalar(1)])]);
    x = w.op('Add', [x, linear(gelu, `${name}.mlp.down`, C)]);
  }
  w.op('MatMul', [norm(x, 'norm'), turned('embedding.weight', V)], [], ['logits']);
  const each = (make: (layer: number) => object): object[] => Array.from({ length: layers }, (_, layer) => make(layer));
  return {
    name: 'gpt2', node: w.nodes, initializer: w.constants,
    input: [value('input_ids', INT32, ['B', 'T']), value('position_ids', INT32, ['B', 'T']), value('attention_mask', INT32, ['B', 'all']), ...each((layer) => value(`past_${layer}`, FLOAT, [2, 'B', nh, 'P', hs]))],
    output: [value('logits', FLOAT, ['B', 'T', V]), ...each((layer) => value(`present_${layer}`, FLOAT, [2, 'B', nh, 'all', hs]))],
  };
}

/** onnxruntime's search over a model; `end` ends a text and must not be in a prompt. */
export async function onnxBeamSearch(model: LanguageModel, end: number, { earlyStopping = false, noRepeatNgram = 0 } = {}): Promise<{ run(prompt: readonly number[], search: OnnxSearch): Promise<OnnxFound[]>; free(): Promise<void> }> {
  const { onnx: { ModelProto } } = requireOracle('onnx-proto') as Proto, { InferenceSession, Tensor } = requireOracle('onnxruntime-node') as Runtime;
  const names = ['input_ids', 'max_length', 'min_length', 'num_beams', 'num_return_sequences', 'length_penalty', 'repetition_penalty'];
  const node = {
    opType: 'BeamSearch', domain: 'com.microsoft', name: 'search', input: names, output: ['sequences', 'scores'],
    attribute: [
      int('model_type', 0), int('eos_token_id', end), int('pad_token_id', end), int('early_stopping', earlyStopping ? 1 : 0), int('no_repeat_ngram_size', noRepeatNgram),
      { name: 'decoder', type: KINDS.graph, g: gpt2Graph(model) },
    ],
  };
  const bytes = ModelProto.encode(ModelProto.create({
    irVersion: 8, opsetImport: [{ domain: '', version: 17 }, { domain: 'com.microsoft', version: 1 }],
    graph: {
      name: 'search', node: [node],
      input: names.map((name, i) => value(name, i < 5 ? INT32 : FLOAT, i === 0 ? ['B', 'T'] : [1])),
      output: [value('sequences', INT32, ['B', 'returned', 'length']), value('scores', FLOAT, ['B', 'returned'])],
    },
  })).finish();
  const session = await InferenceSession.create(bytes);
  return {
    async run(prompt, { maxLength, minLength, beams, returned, lengthPenalty, repeatPenalty }) {
      const whole = (...values: number[]): Tensor => new Tensor('int32', Int32Array.from(values), [values.length]), real = (x: number): Tensor => new Tensor('float32', Float32Array.of(x), [1]);
      const { sequences, scores } = await session.run({
        input_ids: new Tensor('int32', Int32Array.from(prompt), [1, prompt.length]), max_length: whole(maxLength), min_length: whole(minLength), num_beams: whole(beams), num_return_sequences: whole(returned),
        length_penalty: real(lengthPenalty), repetition_penalty: real(repeatPenalty),
      });
      const [, n, length] = sequences!.dims as [number, number, number];
      return Array.from({ length: n }, (_, i) => {
        const all = Array.from(sequences!.data).slice(i * length, (i + 1) * length), ends = all.indexOf(end);
        return { tokens: ends < 0 ? all : all.slice(0, ends), score: scores!.data[i]! };
      });
    },
    free: () => session.release(),
  };
}
