import { OptionError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/index.ts';
import type { Learned } from './documentEncoder.ts';
import { createEncoder, createEncoderTeam, encoderStart, type EncoderReply, type EncoderStart, type EncoderTeam, type EncoderWorker, transferOf } from './encoderTeam.ts';
import type { Document } from './source.ts';

/** The first message to a Web Worker that is to encode. */
export interface EncoderRequest {
  readonly kind: 'encoder';
  readonly start: EncoderStart;
}

export interface WebEncodersOptions {
  /** What is learned of conversations; everything if not given. */
  readonly learned?: Learned;
  /** Default: as many as the machine runs side by side. */
  readonly workers?: number;
}

/**
 * Web Workers that encode documents for {@link buildDataset}, beside each other and beside whoever asks. The tokens are
 * those that the tokenizer itself gives, in the same order. Needs no cross-origin isolation.
 *
 * @param script the worker of this library, `inkling/worker`.
 * @throws {OptionError} for a number of workers outside 1 to 64.
 * @throws {Error} when the workers do not start.
 * @example
 * const team = await webEncoders(new URL('./worker.js', import.meta.url), tokenizer);
 * const { train } = await buildDataset(blobSource(file, file.name), team, { seed: 1 });
 * team.stop();
 */
export async function webEncoders(script: URL | string, tokenizer: Tokenizer, { learned = 'everything', workers = Math.min(64, globalThis.navigator.hardwareConcurrency) }: WebEncodersOptions = {}): Promise<EncoderTeam> {
  if (!Number.isInteger(workers) || workers < 1 || workers > 64) throw new OptionError('workers', `workers must be a whole number from 1 to 64, but it is ${workers}.`);
  const request: EncoderRequest = { kind: 'encoder', start: encoderStart(tokenizer, learned) };
  const all = Array.from({ length: workers }, () => new Worker(script, { type: 'module' }));
  try {
    return createEncoderTeam(await Promise.all(all.map((worker) => ready(worker, request))));
  } catch (error) {
    for (const worker of all) worker.terminate();
    throw error;
  }
}

function ready(worker: Worker, request: EncoderRequest): Promise<EncoderWorker> {
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(`A worker that encodes did not start: ${message}`));
    worker.onmessage = () => resolve({
      post: (documents) => worker.postMessage(documents),
      listen(answer, fail) {
        worker.onmessage = ({ data }: MessageEvent<EncoderReply>) => answer(data);
        worker.onerror = ({ message }) => fail(new Error(`A worker that encodes has failed: ${message}`));
      },
      stop: () => worker.terminate(),
    });
    worker.postMessage(request);
  });
}

/** The worker's side of {@link webEncoders}: what it does with the messages after the request. */
export function serveEncoder({ start }: EncoderRequest, post: (reply: EncoderReply | 'ready', transfer: ArrayBuffer[]) => void, parse?: (json: string) => Tokenizer): (documents: readonly Document[]) => void {
  const encode = createEncoder(start, parse);
  post('ready', []);
  return (documents) => {
    const reply = encode(documents);
    post(reply, transferOf(reply));
  };
}
