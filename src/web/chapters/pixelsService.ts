// Chapter 1 in the worker: the symbol network, learning a step at a time, seen whole after each.
import { createEngine, createSymbolNetwork, OptionError, PATTERNS, Random, stream, type SymbolNetwork, symbolPattern } from '../../index.ts';

/** A picture to learn from, and what it is said to be. */
export interface Lesson {
  readonly picture: number;
  readonly answer: number;
}

/** Everything that is needed to go on elsewhere, and all that is drawn. */
export interface Snapshot {
  readonly seed: number;
  readonly steps: number;
  /** Mean losses of the last steps, at most 3,000. */
  readonly losses: readonly number[];
  readonly lessons: readonly Lesson[];
  /** `layers.0.weight` (out, in) and so on, row by row. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** What each tensor holds for the one picture: `inputs`, `layers.0.sums`, `layers.0`, … `output`. */
  readonly seen: Readonly<Record<string, readonly number[]>>;
  /** Gradients of the last step, by the name of the weight; none before the first. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** Shares of pictures that are named rightly: the lessons, and all 512 by the written rule. */
  readonly learned: number;
  readonly all: number;
}

export const HIDDEN = [8, 8] as const;
const BATCH = 8, REMEMBERED = 3000;
const everything = Array.from({ length: PATTERNS }, (_, i) => symbolPattern(i));
/** The four perfect drawings, and each with one pixel wrong. */
const firstLessons = (): Lesson[] => everything.filter(({ noise }) => noise <= 1).map(({ number, answer }) => ({ picture: number, answer }));

export async function createPixels() {
  const engine = await createEngine({ threads: 1 });
  let network: SymbolNetwork | undefined, seed = 1, steps = 0, losses: number[] = [], lessons: Lesson[] = [], trained = false;
  const there = (): SymbolNetwork => network ?? make(1);
  function make(next: number): SymbolNetwork {
    network?.free();
    [seed, steps, losses, lessons, trained] = [next, 0, [], firstLessons(), false];
    return (network = createSymbolNetwork(engine, { hidden: HIDDEN, batch: BATCH, seed }));
  }
  const parameters = (): string[] => there().names.filter((name) => /^layers\.\d+\.(weight|bias)$/.test(name));

  function look(picture: number): Snapshot {
    const net = there(), named = (names: readonly string[], rename: (name: string) => string = (name) => name) => Object.fromEntries(names.map((name) => [name, [...net.read(rename(name))]]));
    const gradients = trained ? named(parameters(), (name) => `grad(${name})`) : {};
    const answers = net.classify(everything), right = everything.filter(({ answer }, i) => answer === answers[i]!.answer).length;
    const learned = lessons.filter((lesson) => answers[lesson.picture]!.answer === lesson.answer).length;
    net.classify([symbolPattern(picture)]);
    const row = (name: string): number[] => [...net.read(name)].slice(0, net.shapeOf(name)[1]);
    const seen = Object.fromEntries(['inputs', 'layers.0.sums', 'layers.0', 'layers.1.sums', 'layers.1', 'layers.2.sums', 'output'].map((name) => [name, row(name)]));
    return { seed, steps, losses, lessons, weights: named(parameters()), seen, gradients, learned: learned / lessons.length, all: right / PATTERNS };
  }

  return {
    look,
    /** A new network, or one as it was. */
    begin(picture: number, from: number | Snapshot): Snapshot {
      if (typeof from === 'number') make(from);
      else {
        const net = make(from.seed);
        [steps, losses, lessons] = [from.steps, [...from.losses], [...from.lessons]];
        for (const [name, numbers] of Object.entries(from.weights)) net.write(name, numbers);
      }
      return look(picture);
    },
    /** Learns from `n` handfuls of lessons, drawn by seed and number of the step. */
    learn(picture: number, n: number, rate: number): Snapshot {
      const net = there();
      if (!(rate > 0 && rate <= 100)) throw new OptionError('rate', `rate must be above 0 and at most 100, but it is ${rate}.`);
      const added: number[] = [];
      for (let i = 0; i < n; i++) {
        const dealt = new Random(seed, stream('studio', 'lessons', steps)).shuffle([...lessons]).slice(0, BATCH);
        net.set(dealt.map((lesson) => ({ ...symbolPattern(lesson.picture), answer: lesson.answer })));
        added.push(net.step(rate));
        steps++;
      }
      losses = [...losses, ...added].slice(-REMEMBERED);
      trained = true;
      return look(picture);
    },
    /** Changes one weight by hand. */
    change(picture: number, name: string, index: number, value: number): Snapshot {
      const numbers = there().read(name);
      numbers[index] = value;
      there().write(name, numbers);
      return look(picture);
    },
    /** Adds a picture to the lessons, or says anew what it is. */
    teach(picture: number, answer: number): Snapshot {
      symbolPattern(picture);
      lessons = [...lessons.filter((lesson) => lesson.picture !== picture), { picture, answer }];
      return look(picture);
    },
    /** The next picture that is not named as the written rule names it; null when there is none. */
    mistake(after: number): number | null {
      const answers = there().classify(everything), wrong = everything.filter(({ answer }, i) => answer !== answers[i]!.answer).map(({ number }) => number);
      return wrong.find((number) => number > after) ?? wrong[0] ?? null;
    },
  };
}
