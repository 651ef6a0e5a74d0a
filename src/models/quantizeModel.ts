// A model whose matrices are packed for reading, rounded to 8 or 4 bits or as they are, to be used and not to be trained.
import type { Engine } from '../engine/index.ts';
import { closest, OptionError, ShapeError } from '../errors.ts';
import { readTensorF32, type Store } from '../formats/index.ts';
import type { Tensor } from '../graph/index.ts';
import { type LanguageModel, readModelFiles, type SpeakingModel } from './languageModel.ts';
import { QuantizedWeights } from './quantizedWeights.ts';
import type { Transformer } from './transformer.ts';
import { findTensor } from './weights.ts';

/** Bits per weight, with the scales: 8.5, 4.5, and 32. */
const writable = { q8_0: 'Q8_0', q4_0: 'Q4_0', f32: 'F32' } as const;

/** The types that weights can be packed as; `f32` loses nothing. */
export type Quantization = keyof typeof writable;
/** Those that weights are rounded to. */
export const quantizations = ['q8_0', 'q4_0'] as const satisfies readonly Quantization[];

export interface QuantizedModel extends SpeakingModel {
  readonly weights: QuantizedWeights;
}

/**
 * A copy of a model with quantized matrices and output layer, and the table of tokens where that is the output layer.
 * It speaks as the model does, from a memory of its own, `weights.bytes`; the model stays as it is.
 *
 * @param type `q8_0` (8.5 bits per weight, hardly any loss) or `q4_0` (4.5 bits, the smallest),
 *   or `f32`: every bit as in the model, at the speed of memory, for twice the memory while the model is kept.
 * @throws {OptionError} for another type, or when a width of the model is no multiple of 32.
 * @throws {FormatError} when a weight is not a finite number.
 * @throws {MemoryError} when the copy does not fit.
 * @example
 * const small = quantizeModel(model, 'q8_0');
 * for await (const { text } of generate(small, 'Once upon a')) process.stdout.write(text);
 * small.weights.free();
 */
export function quantizeModel({ engine, transformer, weights, tokenizer }: LanguageModel, type: Quantization): QuantizedModel {
  return { engine, transformer, tokenizer, weights: quantizeWeights(engine, transformer, type, (tensor) => weights.read(tensor)) };
}

/**
 * A copy of a model for speaking alone, its weights in the order in which they are read: every bit as in the model, and
 * about a third more tokens per second. Takes a second copy of the weights, `weights.bytes`, until one of them is freed.
 *
 * @throws {MemoryError} when the copy does not fit.
 * @example
 * const speaker = packModel(model);
 * model.weights.free(); // if it learns no more
 */
export const packModel = (model: LanguageModel): QuantizedModel => quantizeModel(model, 'f32');

/**
 * Reads what `saveLanguageModel` wrote and quantizes it on the way: the 32-bit floats are never in the engine's memory.
 * With `f32` it becomes what {@link packModel} makes.
 *
 * @param name what messages call the place. For `type` and errors see {@link quantizeModel} and `loadLanguageModel`.
 */
export async function loadQuantizedModel(store: Store, engine: Engine, type: Quantization, name = 'the model'): Promise<QuantizedModel> {
  const { transformer, tokenizer, tensors, from } = await readModelFiles(store, name);
  return { engine, transformer, tokenizer, weights: quantizeWeights(engine, transformer, type, (tensor) => readTensorF32(findTensor(tensors, tensor, { from }))) };
}

function quantizeWeights(engine: Engine, transformer: Transformer, type: Quantization, numbersOf: (tensor: Tensor) => Float32Array): QuantizedWeights {
  const dtype = checkType(type), { parameters: { list }, config: { tied } } = transformer;
  const stored = list.map(({ tensor, group }) => {
    const rounds = group === 'matrix' || group === 'head' || (tied && tensor.name === 'embedding.weight');
    return { name: tensor.name, shape: tensor.shape, dtype: rounds ? dtype : 'F32', tensor } as const;
  });
  const weights = create();
  try {
    for (const { name, tensor } of stored) weights.put(name, numbersOf(tensor));
  } catch (error) {
    weights.free();
    throw error;
  }
  return weights;

  function create(): QuantizedWeights {
    try {
      return new QuantizedWeights(engine, transformer, stored);
    } catch (error) {
      if (error instanceof ShapeError) throw new OptionError('type', `This model cannot be quantized to ${type}: ${error.message} Use it as it is.`);
      throw error;
    }
  }
}

function checkType(type: string): (typeof writable)[Quantization] {
  if (Object.hasOwn(writable, type)) return writable[type as Quantization];
  if (type === 'q4_k' || type === 'q6_k') {
    throw new OptionError('type', `${type.toUpperCase()} can be read, but weights cannot be rounded to it here. Take ${quantizations.join(' or ')}.`);
  }
  const meant = closest(type, quantizations);
  throw new OptionError('type', `Weights cannot be quantized to "${type}". ${meant ? `Did you mean "${meant}"?` : `There are ${quantizations.join(' and ')}.`}`);
}
