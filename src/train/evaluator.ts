// How well does a model predict text that it has not seen? The mean of -log p(next token), in nats; and in bits per
// byte of the text, which compares models with different tokenizers:
//
//   bits per byte = nats of the whole text / ln 2 / bytes of the whole text
import { type Loader, sequentialWindows, type TokenSet } from '../data/index.ts';
import { compile, crossEntropy, input, type Plan, size, type Tensor } from '../graph/index.ts';
import type { SpeakingModel } from '../models/index.ts';
import { nameOnly, type Tap, wholeSequence } from '../nn/index.ts';

export interface Evaluation {
  /** Mean loss of the scored tokens. */
  readonly natsPerToken: number;
  /** Present when the whole text was scored and its size is known. */
  readonly bitsPerByte?: number;
  readonly tokens: number;
  /** Sum over all scored tokens. */
  readonly nats: number;
}

export class Evaluator {
  readonly rows: number;
  readonly context: number;
  readonly plan: Plan;
  readonly #inputs: { tokens: Tensor; targets: Tensor; weights: Tensor; loss: Tensor };

  /**
   * @param rows windows that are scored at once.
   * @throws {OptionError} when the context is longer than the model's.
   */
  constructor({ transformer, weights }: Pick<SpeakingModel, 'transformer' | 'weights'>, { rows = 8, context = transformer.config.context, tap = nameOnly as Tap } = {}) {
    this.rows = rows;
    this.context = context;
    const sequence = wholeSequence(rows, context), targets = input('targets', [rows * context]), counts = input('weights', [rows * context]);
    const { product, rows: look } = weights, logits = transformer.logits(transformer.hidden(sequence, { tap, product, rows: look }), { tap, product });
    const loss = crossEntropy(logits, targets, counts, { softcap: transformer.config.softcap });
    this.plan = compile(weights.engine, [loss], { places: new Map(weights.places) });
    this.#inputs = { tokens: sequence.tokens, targets, weights: counts, loss };
  }

  /** Scores `batches` batches of a loader; the loader must have `rows` rows of `context`. */
  score(loader: Loader, batches: number): Evaluation {
    const { plan } = this, { engine } = plan, { tokens, targets, weights, loss } = this.#inputs;
    const batch = { tokens: engine.i32(plan.at(tokens), size(tokens)), targets: engine.i32(plan.at(targets), size(targets)), weights: engine.f32(plan.at(weights), size(weights)) };
    const losses = plan.read(loss);
    let nats = 0, scored = 0;
    for (let i = 0; i < batches; i++) {
      loader.next(batch);
      plan.run();
      for (let r = 0; r < losses.length; r++) {
        nats += losses[r]!;
        scored += batch.weights[r]!;
      }
    }
    return { natsPerToken: scored > 0 ? nats / scored : 0, tokens: scored, nats };
  }

  /** Scores a whole set in non-overlapping windows: every token but the first, exactly once. */
  scoreAll(set: TokenSet): Evaluation {
    const loader = sequentialWindows(set, this.context, this.rows), found = this.score(loader, loader.batches);
    return set.bytes > 0 ? { ...found, bitsPerByte: found.nats / Math.LN2 / set.bytes } : found;
  }

  free(): void {
    this.plan.free();
  }
}
