// Meaning from company: a word is known by the words around it (skip-gram with negative sampling, Mikolov et al. 2013,
// https://arxiv.org/abs/1310.4546). Every word w has a vector of its own, and one for when it stands beside others, u:
//
//   loss = - Σ over neighbours ln sigmoid(w · u) - Σ over words drawn at random ln sigmoid(- w · u)
//
// Neighbours count the less the further they stand, as in word2vec's windows of random width, but by weight and not by
// chance. The words drawn at random are shared by all words of a step, so that a step is a product of matrices (Ji et al.
// 2016, https://arxiv.org/abs/1604.04661). The same seed gives the same bits.
import type { Engine } from '../engine/index.ts';
import { DataError, OptionError } from '../errors.ts';
import {
  adamW, backward, compile, embedding, input, logisticLoss, matmul, normal, param, type Plan, REGISTERS, size, type Tensor, writeRegisters,
} from '../graph/index.ts';
import { Random, stream } from '../random.ts';
import { WordVectors } from './wordVectors.ts';

export interface SkipGramOptions {
  /** Numbers of a vector; 64 unless told. */
  readonly channels?: number;
  /** How far neighbours may be; 5 words unless told. */
  readonly window?: number;
  /** Words drawn at random for each neighbour; 5 unless told. */
  readonly negatives?: number;
  /** How often every text is read; 3 unless told. */
  readonly epochs?: number;
  /** Rarer words have no vector; 5 unless told. */
  readonly least?: number;
  /** Words that are more frequent than this share are passed over the oftener the more frequent they are; 0.001 unless told, 1 for none. */
  readonly subsample?: number;
  /** Of the optimizer, falling towards 0; 0.01 unless told. */
  readonly rate?: number;
  readonly seed?: number;
  readonly onProgress?: (progress: { readonly step: number; readonly steps: number; readonly loss: number }) => void;
}

/** Words of a step, different neighbours of a step, words drawn at random for a step. */
const CENTRES = 256, NEIGHBOURS = 1024, DRAWN = 256;

/**
 * The words of a text in lower case: runs of letters; characters of Chinese and Japanese are words by themselves.
 *
 * @example
 * wordsOf("The dog's bone, 狗！"); // ['the', "dog's", 'bone', '狗']
 */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}])+(?:['’]\p{L}+)*/gu) ?? [];

/**
 * Learns vectors of words from texts alone.
 *
 * @param texts texts, or lists of words. Nothing is a neighbour across their borders.
 * @throws {DataError} when no word comes often enough.
 * @throws {OptionError} for an option that cannot work.
 * @example
 * const vectors = skipGram(engine, texts, { seed: 1 });
 * vectors.analogy('dog', 'puppy', 'cat').best[0]; // { word: 'kitten', cosine: 0.8 } where it was learned
 */
export function skipGram(engine: Engine, texts: Iterable<string | readonly string[]>, options: SkipGramOptions = {}): WordVectors {
  const { channels = 64, window = 5, negatives = 5, epochs = 3, least = 5, subsample = 1e-3, rate = 0.01, seed = 1, onProgress } = options;
  for (const [option, n] of Object.entries({ channels, window, negatives, epochs, least })) {
    if (!Number.isSafeInteger(n) || n < 1) throw new OptionError(option, `${option} must be a whole number of at least 1, but it is ${n}.`);
  }
  if (window > 100) throw new OptionError('window', `window must be at most 100 words, but it is ${window}.`);
  for (const [option, x] of Object.entries({ subsample, rate })) if (!(x > 0 && Number.isFinite(x))) throw new OptionError(option, `${option} must be a number above 0, but it is ${x}.`);
  const corpus = readCorpus(texts, least), V = corpus.words.length;
  const learner = new Learner(engine, V, channels, seed), random = new Random(seed, stream('skip-gram', 'words')), draw = drawer(corpus.counts);
  try {
    const total = corpus.counts.reduce((a, b) => a + b, 0), keep = corpus.counts.map((n) => Math.min(1, Math.sqrt((subsample * total) / n)));
    const steps = Math.ceil((epochs * corpus.counts.reduce((sum, n, word) => sum + n * keep[word]!, 0)) / CENTRES);
    let step = 0;
    const learn = (): void => {
      const loss = learner.step(Math.max(0.01, 1 - step / steps) * rate, negatives, () => draw(random.float()));
      step++;
      onProgress?.({ step, steps: Math.max(step, steps), loss });
    };
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const number of random.shuffle(Uint32Array.from(corpus.starts.keys()))) {
        const words = corpus.ids.subarray(corpus.starts[number]!, corpus.starts[number + 1] ?? corpus.ids.length).filter((word) => keep[word]! >= 1 || random.chance(keep[word]!));
        for (let i = 0; i < words.length; i++) {
          if (!learner.begin(words[i]!, 2 * window)) {
            learn();
            learner.begin(words[i]!, 2 * window);
          }
          for (let d = 1; d <= window; d++) {
            const weight = (window - d + 1) / window;
            if (i >= d) learner.see(words[i - d]!, weight);
            if (i + d < words.length) learner.see(words[i + d]!, weight);
          }
        }
      }
    }
    if (learner.waiting > 0) learn();
    return new WordVectors(corpus.words, learner.vectors());
  } finally {
    learner.free();
  }
}

interface Corpus {
  /** The most frequent first, of equals the one that sorts first. */
  readonly words: readonly string[];
  readonly counts: readonly number[];
  /** All texts one behind the other. */
  readonly ids: Uint32Array;
  /** Where each text begins. */
  readonly starts: readonly number[];
}

function readCorpus(texts: Iterable<string | readonly string[]>, least: number): Corpus {
  const seen = new Map<string, { id: number; count: number }>(), starts: number[] = [], all: number[] = [];
  for (const text of texts) {
    starts.push(all.length);
    for (const word of typeof text === 'string' ? wordsOf(text) : text) {
      let entry = seen.get(word);
      if (!entry) seen.set(word, (entry = { id: seen.size, count: 0 }));
      entry.count++;
      all.push(entry.id);
    }
  }
  const known = [...seen].filter(([, { count }]) => count >= least).sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  if (known.length < 2) throw new DataError(`There are ${known.length} words that come at least ${least} times; vectors need two and many more. Give more text, or a smaller "least".`);
  const places = new Map(known.map(([, { id }], i) => [id, i]));
  const begins: number[] = [], ids: number[] = [];
  starts.forEach((from, i) => {
    begins.push(ids.length);
    for (let at = from; at < (starts[i + 1] ?? all.length); at++) {
      const place = places.get(all[at]!);
      if (place !== undefined) ids.push(place);
    }
  });
  return { words: known.map(([word]) => word), counts: known.map(([, { count }]) => count), ids: Uint32Array.from(ids), starts: begins };
}

/** Draws words in proportion to count^0.75, which makes rare ones a little less rare, from a number in [0, 1). */
function drawer(counts: readonly number[]): (dice: number) => number {
  const sums = new Float64Array(counts.length);
  let sum = 0;
  // x^0.75 by square roots alone, which are exact everywhere
  counts.forEach((n, i) => { sums[i] = sum += Math.sqrt(n) * Math.sqrt(Math.sqrt(n)); });
  return (dice) => {
    const at = dice * sum;
    let low = 0, high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** One step of learning as a plan, and the batch that is being gathered for it. */
class Learner {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #inputs: Record<'centres' | 'others' | 'yes' | 'no' | 'dloss' | 'registers', Tensor>;
  readonly #loss: Tensor;
  readonly #vectors: Tensor;
  readonly #places = new Map<Tensor, number>();
  readonly #centres = new Int32Array(CENTRES);
  readonly #others = new Int32Array(NEIGHBOURS + DRAWN);
  readonly #yes = new Float32Array(CENTRES * (NEIGHBOURS + DRAWN));
  readonly #no = new Float32Array(CENTRES * (NEIGHBOURS + DRAWN));
  /** Weight of all neighbours of a row. */
  readonly #weights = new Float64Array(CENTRES);
  readonly #columns: Int32Array;
  #rows = 0;
  #used = 0;
  #steps = 0;

  constructor(engine: Engine, V: number, C: number, seed: number) {
    this.#engine = engine;
    this.#columns = new Int32Array(V).fill(-1);
    const M = NEIGHBOURS + DRAWN, vectors = param('vectors', [V, C]), beside = param('beside', [V, C]);
    const centres = input('centres', [CENTRES]), others = input('others', [M]), yes = input('yes', [CENTRES, M]), no = input('no', [CENTRES, M]);
    const loss = logisticLoss(matmul(embedding(centres, vectors), embedding(others, beside), { tb: true }), yes, no);
    const dloss = input('dloss', [CENTRES]), registers = input('registers', [REGISTERS]), found = backward(loss, dloss);
    const updates = [vectors, beside].map((w) => {
      const [m, v] = [input(`first.${w.name}`, w.shape), input(`second.${w.name}`, w.shape)] as const;
      return adamW(w, found.get(w)!, m, v, registers, { beta1: BETA1, beta2: BETA2 });
    });
    this.#inputs = { centres, others, yes, no, dloss, registers };
    this.#loss = loss;
    this.#vectors = vectors;
    for (const w of [vectors, beside]) {
      const address = engine.memory.allocate(size(w) * 4, [[`${w.name} (${V}, ${C})`, size(w) * 4]]), first = normal([V, C], { seed, stream: stream('init', 'skip-gram', w.name), std: 0.1 });
      this.#places.set(w, address);
      const plan = compile(engine, [first], { places: new Map([[first, address]]) });
      plan.run();
      plan.free();
    }
    this.#plan = compile(engine, [loss, ...updates], { places: new Map(this.#places), keep: Object.values(this.#inputs) });
    engine.f32(this.#plan.at(dloss), CENTRES).fill(1 / CENTRES);
  }

  get waiting(): number {
    return this.#rows;
  }

  /** A new row, of a word of which `most` neighbours may follow. @returns false when there is no room: make a step first. */
  begin(word: number, most: number): boolean {
    if (this.#rows === CENTRES || this.#used + most > NEIGHBOURS) return false;
    this.#centres[this.#rows++] = word;
    return true;
  }

  /** A neighbour of the word of the last row. */
  see(word: number, weight: number): void {
    let column = this.#columns[word]!;
    if (column < 0) {
      column = this.#columns[word] = this.#used++;
      this.#others[column] = word;
    }
    const row = this.#rows - 1;
    this.#yes[row * (NEIGHBOURS + DRAWN) + column]! += weight;
    this.#weights[row]! += weight;
  }

  /** Learns from what was gathered. @returns the mean loss of a word, in nats. */
  step(rate: number, negatives: number, draw: () => number): number {
    const M = NEIGHBOURS + DRAWN, { centres, others, yes, no, registers } = this.#inputs, engine = this.#engine, plan = this.#plan;
    for (let i = 0; i < this.#used; i++) this.#columns[this.#others[i]!] = -1;
    this.#others.fill(-1, this.#used, NEIGHBOURS);
    for (let i = NEIGHBOURS; i < M; i++) this.#others[i] = draw();
    for (let r = 0; r < this.#rows; r++) this.#no.fill((negatives * this.#weights[r]!) / DRAWN, r * M + NEIGHBOURS, (r + 1) * M);
    this.#centres.fill(-1, this.#rows);
    engine.i32(plan.at(centres), CENTRES).set(this.#centres);
    engine.i32(plan.at(others), M).set(this.#others);
    engine.f32(plan.at(yes), CENTRES * M).set(this.#yes);
    engine.f32(plan.at(no), CENTRES * M).set(this.#no);
    writeRegisters(engine.f32(plan.at(registers), REGISTERS), { learningRate: rate, step: ++this.#steps, beta1: BETA1, beta2: BETA2 });
    plan.run();
    const loss = plan.read(this.#loss).reduce((a, b) => a + b, 0) / this.#rows;
    this.#yes.fill(0);
    this.#no.fill(0);
    this.#weights.fill(0);
    this.#rows = this.#used = 0;
    return loss;
  }

  vectors(): Float32Array {
    return this.#engine.f32(this.#places.get(this.#vectors)!, size(this.#vectors)).slice();
  }

  free(): void {
    this.#plan.free();
    for (const address of this.#places.values()) this.#engine.memory.free(address);
  }
}

const BETA1 = 0.9, BETA2 = 0.999;
