// A small net that tells kinds of texts apart: which words and pairs of words occur, hashed to places of a vector, and a
// feed-forward net above it (as in Joulin et al. 2016, https://arxiv.org/abs/1607.01759, with a bent layer between).
//
//   x[hash(n-gram) mod features] += 1,  x /= |x|,   probability = softmax(W2 tanh(W1 x + b1) + b2)
//
// It learns on the engine in a second or so; afterwards it is plain numbers and needs no engine.
import { type Address, type Engine, math } from '../../engine/index.ts';
import { FormatError, OptionError } from '../../errors.ts';
import { adamW, backward, compile, fill, input, REGISTERS, size, type Tensor, writeRegisters } from '../../graph/index.ts';
import { feedForward, Weights } from '../../models/index.ts';
import { Random, stream } from '../../random.ts';
import type { TextClassifier } from './classifierGate.ts';
import { fold } from './readings.ts';

/** A text, and what it is. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

export interface TrainClassifierOptions {
  /** Decides first weights and the order of examples. Default 1. */
  readonly seed?: number;
  /** Length of the vector of n-grams. Default 2048. */
  readonly features?: number;
  /** Width of the layer between. Default 16. */
  readonly hidden?: number;
  /** How often every example is seen. Default 6. */
  readonly epochs?: number;
}

interface Numbers {
  readonly features: number;
  readonly hidden: number;
  /** (hidden, features), (hidden), (labels, hidden), (labels) */
  readonly weights: readonly [Float32Array, Float32Array, Float32Array, Float32Array];
}

/** Made by {@link trainClassifier}, or from what `toJSON` gave. */
export class NgramClassifier implements TextClassifier {
  readonly labels: readonly string[];
  readonly #numbers: Numbers;

  constructor(labels: readonly string[], numbers: Numbers) {
    this.labels = labels;
    this.#numbers = numbers;
  }

  /** The probability of each label, in their order. */
  probabilities(text: string): number[] {
    const { features, hidden, weights: [w1, b1, w2, b2] } = this.#numbers, places = ngramsOf(text, features);
    const layer = Array.from({ length: hidden }, (_, h) => {
      let sum = b1[h]!;
      for (const [place, value] of places) sum += w1[h * features + place]! * value;
      return math.tanh(sum);
    });
    const scores = this.labels.map((_, k) => layer.reduce((sum, value, h) => sum + w2[k * hidden + h]! * value, b2[k]!)), most = Math.max(...scores);
    const odds = scores.map((score) => math.exp(score - most)), total = odds.reduce((a, b) => a + b);
    return odds.map((one) => one / total);
  }

  classify(text: string): { label: string; probability: number } {
    const all = this.probabilities(text), best = all.indexOf(Math.max(...all));
    return { label: this.labels[best]!, probability: all[best]! };
  }

  /** All of it as plain data, for {@link NgramClassifier.parse}. */
  toJSON(): object {
    const { features, hidden, weights } = this.#numbers;
    return { labels: this.labels, features, hidden, weights: weights.map((some) => [...some]) };
  }

  /** @throws {FormatError} for anything else than what `toJSON` gave. */
  static parse(json: unknown): NgramClassifier {
    const { labels = [], features = 0, hidden = 0, weights = [] } = (json ?? {}) as { labels?: string[]; features?: number; hidden?: number; weights?: number[][] };
    const sizes = [hidden * features, hidden, hidden * labels.length, labels.length];
    if (!Array.isArray(labels) || labels.length < 2 || sizes.some((n, i) => weights[i]?.length !== n)) throw new FormatError('This is no classifier: expected labels, features, hidden and four lists of weights that fit, as NgramClassifier.toJSON writes them.');
    return new NgramClassifier(labels, { features, hidden, weights: weights.map((some) => Float32Array.from(some)) as unknown as Numbers['weights'] });
  }
}

/** Words and pairs of neighbours, by place, with length 1 together. */
function ngramsOf(text: string, features: number): [place: number, value: number][] {
  const words = fold(text).match(/\p{Script=Han}|[\p{L}\p{N}]+|[?!]/gu) ?? [], counts = new Map<number, number>();
  words.forEach((word, i) => {
    for (const gram of [word, `${i === 0 ? '' : words[i - 1]!} ${word}`]) {
      const place = stream(gram) % features;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
  });
  const length = Math.sqrt([...counts.values()].reduce((sum, n) => sum + n * n, 0));
  return [...counts].map(([place, n]) => [place, n / length]);
}

const ROWS = 32;

/**
 * Learns to tell labels apart. The same examples and options give the same bits on every machine (exact build).
 *
 * @throws {OptionError} for fewer than 32 examples, one label only, or options that are no whole numbers above 0.
 * @example
 * const classifier = trainClassifier(engine, worldQuestions(createWorld({ seed: 1 }), 3000));
 * classifier.classify('Tell me a story about a fox.'); // { label: 'story', probability: 0.99… }
 */
export function trainClassifier(engine: Engine, examples: readonly LabelledText[], { seed = 1, features = 2048, hidden = 16, epochs = 6 }: TrainClassifierOptions = {}): NgramClassifier {
  for (const [option, n] of Object.entries({ features, hidden, epochs })) if (!Number.isSafeInteger(n) || n < 1) throw new OptionError(option, `${option} must be a whole number of at least 1, but it is ${n}.`);
  const labels = [...new Set(examples.map(({ label }) => label))].sort();
  if (examples.length < ROWS || labels.length < 2) throw new OptionError('examples', `A classifier learns from at least ${ROWS} examples of two labels, but there are ${examples.length} of ${labels.length}.`);
  const net = feedForward({ sizes: [features, hidden, labels.length] }, seed), weights = new Weights(engine, net);
  weights.initialize();
  const { inputs, targets, loss } = net.learning(ROWS), registers = input('registers', [REGISTERS]), moments: Address[] = [], places = new Map(weights.places);
  const moment = (like: Tensor, name: string): Tensor => {
    const tensor = input(`${name}(${like.name})`, like.shape), address = engine.memory.allocate(size(like) * 4);
    engine.f32(address, size(like)).fill(0);
    moments.push(address);
    places.set(tensor, address);
    return tensor;
  };
  const updates = [...backward(loss, fill([ROWS], 1 / ROWS))].filter(([tensor]) => tensor.trainable)
    .map(([tensor, gradient]) => adamW(tensor, gradient, moment(tensor, 'm'), moment(tensor, 'v'), registers, { beta1: 0.9, beta2: 0.99 }));
  const plan = compile(engine, [loss, ...updates], { keep: [inputs, targets, registers], places });
  const read = examples.map(({ text, label }) => ({ places: ngramsOf(text, features), answer: labels.indexOf(label) })), order = [...read.keys()], random = new Random(seed, stream('classifier', 'order'));
  try {
    for (let epoch = 0, step = 1; epoch < epochs; epoch++) {
      random.shuffle(order);
      for (let from = 0; from + ROWS <= order.length; from += ROWS, step++) {
        const x = engine.f32(plan.at(inputs), ROWS * features).fill(0), answers = engine.i32(plan.at(targets), ROWS);
        for (let r = 0; r < ROWS; r++) {
          const { places: some, answer } = read[order[from + r]!]!;
          for (const [place, value] of some) x[r * features + place] = value;
          answers[r] = answer;
        }
        writeRegisters(engine.f32(plan.at(registers), REGISTERS), { learningRate: 0.01, step, beta1: 0.9, beta2: 0.99 });
        plan.run();
      }
    }
    const numbers = ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias'].map((name) => weights.read(net.parameters.get(name)).slice()) as unknown as Numbers['weights'];
    return new NgramClassifier(labels, { features, hidden, weights: numbers });
  } finally {
    plan.free();
    for (const address of moments) engine.memory.free(address);
    weights.free();
  }
}
