// The plain feed-forward net: numbers in, numbers out, through layers of weighted sums bent by an activation
// (Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0):
//
//   h0 = inputs,   h(i+1) = activation(h(i) W(i)ᵀ + b(i)),   the last layer without the activation
//
// With `crossEntropy` it chooses one of several answers, with `meanSquaredError` it estimates numbers.
import { closest, OptionError } from '../errors.ts';
import { crossEntropy, fill, gelu, input, matmul, meanSquaredError, normal, relu2, sigmoid, softmax, tanh, type Tensor } from '../graph/index.ts';
import { nameOnly, Parameters, type Tap } from '../nn/index.ts';
import { stream } from '../random.ts';

const ACTIVATIONS = { tanh, sigmoid, relu2, gelu };
const LOSSES = ['crossEntropy', 'meanSquaredError'] as const;

export interface FeedForwardConfig {
  /** Numbers in, width of each hidden layer, numbers out. */
  readonly sizes: readonly number[];
  readonly activation: keyof typeof ACTIVATIONS;
  /** What the outputs mean: scores of answers that exclude each other, or numbers. */
  readonly loss: (typeof LOSSES)[number];
}

export interface FeedForward {
  readonly config: FeedForwardConfig;
  readonly parameters: Parameters;
  /** The last layer's sums, (R, inputs) to (R, outputs). */
  scores(inputs: Tensor, tap?: Tap): Tensor;
  /** Everything that learning from R examples at a time takes. */
  learning(R: number, tap?: Tap): FeedForwardLearning;
}

export interface FeedForwardLearning {
  /** (R, inputs) */
  readonly inputs: Tensor;
  /** The wanted answers: (R) whole numbers (i32) for crossEntropy, (R, outputs) for meanSquaredError. */
  readonly targets: Tensor;
  /** (R, outputs): what is predicted; for crossEntropy the probability of each answer. */
  readonly output: Tensor;
  /** (R), one for each example. */
  readonly loss: Tensor;
}

/**
 * @param config.activation tanh unless told.
 * @param config.loss crossEntropy unless told.
 * @param seed decides the first weights: normal numbers of deviation 1/√(inputs of the layer); biases begin at 0.
 * @throws {OptionError} for fewer than two sizes, sizes that are no whole numbers above 0, or unknown names.
 * @example
 * const net = feedForward({ sizes: [2, 8, 2] }, 1), weights = new Weights(engine, net);
 * weights.initialize();
 * const { inputs, targets, loss } = net.learning(4);
 * const plan = compile(engine, [loss, ...backward(loss, fill([4], 1 / 4)).values()], { keep: [inputs, targets], places: new Map(weights.places) });
 */
export function feedForward({ sizes, activation = 'tanh', loss = 'crossEntropy' }: Pick<FeedForwardConfig, 'sizes'> & Partial<FeedForwardConfig>, seed = 0): FeedForward {
  if (sizes.length < 2) throw new OptionError('sizes', `A net needs at least two sizes, of its inputs and of its outputs, but there ${sizes.length === 1 ? 'is 1' : 'are none'}.`);
  const wrong = sizes.find((n) => !Number.isSafeInteger(n) || n < 1);
  if (wrong !== undefined) throw new OptionError('sizes', `sizes must be whole numbers of at least 1, but one is ${wrong}.`);
  checkChoice('activation', activation, Object.keys(ACTIVATIONS));
  checkChoice('loss', loss, LOSSES);

  const parameters = new Parameters();
  const layers = sizes.slice(1).map((out, i) => {
    const inputs = sizes[i]!, name = `layers.${i}`;
    return {
      name,
      weight: parameters.add(`${name}.weight`, [out, inputs], 'matrix', normal([out, inputs], { seed, stream: stream('init', name), std: 1 / Math.sqrt(inputs) })),
      bias: parameters.add(`${name}.bias`, [out], 'vector', fill([out], 0)),
    };
  });
  const bend = ACTIVATIONS[activation];

  function scores(inputs: Tensor, tap: Tap = nameOnly): Tensor {
    return layers.reduce((x, { name, weight, bias }, i) => {
      const sums = tap(`${name}.sums`, matmul(x, weight, { tb: true, add: bias }));
      return i === layers.length - 1 ? sums : tap(name, bend(sums));
    }, inputs);
  }

  function learning(R: number, tap: Tap = nameOnly): FeedForwardLearning {
    if (!Number.isSafeInteger(R) || R < 1) throw new OptionError('rows', `A step needs a whole number of examples, at least 1, but it is ${R}.`);
    const outputs = sizes.at(-1)!, chooses = loss === 'crossEntropy';
    const inputs = input('inputs', [R, sizes[0]!]), targets = input('targets', chooses ? [R] : [R, outputs]), last = scores(inputs, tap);
    return {
      inputs, targets,
      output: tap('output', chooses ? softmax(last) : last),
      loss: tap('loss', chooses ? crossEntropy(last, targets, fill([R], 1)) : meanSquaredError(last, targets)),
    };
  }

  return { config: { sizes: [...sizes], activation, loss }, parameters, scores, learning };
}

function checkChoice(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const meant = closest(value, known);
  throw new OptionError(option, `There is no ${option} "${value}". ${meant ? `Did you mean "${meant}"?` : `There are ${known.join(', ')}.`}`);
}
