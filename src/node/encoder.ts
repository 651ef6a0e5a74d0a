// A thread that encodes for the one that trains: the entry of dist/encoder.js. It is given documents by others
// (nodeEncoders), or reads a corpus itself (encodeAhead).
import { parentPort, workerData } from 'node:worker_threads';
import { createEncoder, type EncoderStart, transferOf } from '../data/encoderTeam.ts';
import type { Document } from '../data/source.ts';
import { parseAnyTokenizer } from '../tokenizer/foreign/parseAnyTokenizer.ts';
import { type AheadStart, runAhead } from './encodeAhead.ts';

const start = workerData as EncoderStart | AheadStart;
if ('path' in start) {
  void runAhead(start);
} else {
  const encode = createEncoder(start, parseAnyTokenizer);
  parentPort!.on('message', (documents: readonly Document[] | null) => {
    if (documents === null) return parentPort!.close();
    const reply = encode(documents);
    parentPort!.postMessage(reply, transferOf(reply));
  });
}
