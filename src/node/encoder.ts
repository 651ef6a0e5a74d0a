// A thread that encodes for the one that trains: the entry of dist/encoder.js.
import { parentPort, workerData } from 'node:worker_threads';
import { createEncoder, transferOf } from '../data/encoderTeam.ts';
import type { EncoderStart } from '../data/encoderTeam.ts';
import type { Document } from '../data/source.ts';

const encode = createEncoder(workerData as EncoderStart);
parentPort!.on('message', (documents: readonly Document[]) => {
  const reply = encode(documents);
  parentPort!.postMessage(reply, transferOf(reply));
});
