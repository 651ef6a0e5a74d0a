// Gradient descent on the symbol network: a handful of pictures, a small step downhill, the next handful.
import { OptionError } from '../errors.ts';
import { Random, stream } from '../random.ts';
import type { SymbolNetwork } from './symbolNetwork.ts';
import type { SymbolSplit } from './symbolPatterns.ts';

export interface TrainSymbolsOptions {
  /** How often every picture is seen, at most; 2000 unless told. Ends earlier when all are named rightly and loss is low enough. */
  readonly epochs?: number;
  /** Mean loss of an epoch at which it is enough; 0.001 with sigmoid and 0.01 with softmax unless told. */
  readonly enough?: number;
  /** 1 with sigmoid and 0.1 with softmax unless told. */
  readonly rate?: number;
  /** Decides the order of pictures. */
  readonly seed?: number;
}

/** How far learning has come after an epoch. */
export interface SymbolProgress {
  readonly epoch: number;
  /** Mean over the pictures of the epoch. */
  readonly loss: number;
  /** Shares that are named rightly, from 0 to 1. */
  readonly train: number;
  readonly test: number;
}

/**
 * Trains step by step; every epoch is reported, and leaving the loop ends it. Test pictures are never learned from.
 *
 * @throws {OptionError} when epochs or rate cannot work.
 * @example
 * for (const { epoch, loss, test } of trainSymbols(network, symbolSplit({ seed: 1 }))) console.log(epoch, loss, test);
 */
export function* trainSymbols(network: SymbolNetwork, { train, test }: SymbolSplit, options: TrainSymbolsOptions = {}): Generator<SymbolProgress, void> {
  const { epochs = 2000, enough = network.output === 'sigmoid' ? 0.001 : 0.01, rate = network.output === 'sigmoid' ? 1 : 0.1, seed = 1 } = options;
  if (!Number.isSafeInteger(epochs) || epochs < 1) throw new OptionError('epochs', `epochs must be a whole number of at least 1, but it is ${epochs}.`);
  if (!(rate > 0 && Number.isFinite(rate))) throw new OptionError('rate', `rate must be a number above 0, but it is ${rate}.`);
  if (train.length < network.batch) throw new OptionError('batch', `There are ${train.length} pictures to learn from, fewer than the ${network.batch} of a step.`);
  const random = new Random(seed, stream('symbols', 'order')), order = [...train];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    random.shuffle(order);
    let sum = 0, steps = 0;
    // what is left over at the end of an epoch has its turn in another one
    for (let from = 0; from + network.batch <= order.length; from += network.batch, steps++) {
      network.set(order.slice(from, from + network.batch));
      sum += network.step(rate);
    }
    const progress = { epoch, loss: sum / steps, train: network.accuracy(train), test: network.accuracy(test) };
    yield progress;
    if (progress.train === 1 && progress.loss <= enough) return;
  }
}
