import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Learned } from '../data/documentEncoder.ts';
import { createEncoderTeam, encoderStart, type EncoderReply, type EncoderTeam, type EncoderWorker } from '../data/encoderTeam.ts';
import { OptionError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/index.ts';

/** Where the code of the workers lies: beside the bundle, or, seen from the source, in dist/. Null where it was not built. */
export function encoderFile(): URL | null {
  const places = ['./encoder.js', '../encoder.js', '../../dist/encoder.js'].map((path) => new URL(path, import.meta.url));
  return places.find((url) => existsSync(url)) ?? null;
}

export interface NodeEncodersOptions {
  /** What is learned of conversations; everything if not given. */
  readonly learned?: Learned;
  /** Default: as many as the machine runs side by side. */
  readonly workers?: number;
}

/**
 * Worker threads that encode documents for {@link buildDataset}, beside each other and beside the thread that asks. The
 * tokens are those that the tokenizer itself gives, in the same order.
 *
 * @throws {OptionError} for a number of workers outside 1 to 64.
 * @example
 * const team = nodeEncoders(tokenizer, { workers: 2 });
 * const { train } = await buildDataset(fileSource('books/'), team, { seed: 1 });
 * team.stop();
 */
export function nodeEncoders(tokenizer: Tokenizer, { learned = 'everything', workers = Math.min(64, availableParallelism()) }: NodeEncodersOptions = {}): EncoderTeam {
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) throw new OptionError('workers', `workers must be a whole number from 1 to 64, but it is ${workers}.`);
  const file = encoderFile();
  if (!file) throw new Error('The file encoder.js, which belongs to this library, is missing. Install the library again, or build it: npm run build');
  const start = encoderStart(tokenizer, learned);
  return createEncoderTeam(Array.from({ length: workers }, () => encoderWorker(new Worker(file, { workerData: start }))));
}

function encoderWorker(worker: Worker): EncoderWorker {
  return {
    post: (documents) => worker.postMessage(documents),
    listen(answer, fail) {
      worker.on('message', (reply: EncoderReply) => answer(reply));
      worker.on('error', fail);
      worker.on('exit', () => fail(new Error('A thread that encodes has ended before its time.')));
    },
    // it ends by itself: a thread that is torn down in the middle of something may take the process with it
    stop: () => worker.postMessage(null),
  };
}
