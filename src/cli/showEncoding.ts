import type { DatasetProgress } from '../data/index.ts';
import { count, bytes as showBytes } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** Where nobody watches, a line is told after so long. */
const LINE_SECONDS = 10;

/** Tells how far the encoding of a large source has come. */
export function showEncoding(terminal: Terminal): (progress: DatasetProgress) => void {
  const began = performance.now();
  let told = began;
  return ({ bytes, tokens, totalBytes }) => {
    const now = performance.now(), speed = bytes / Math.max(1e-3, (now - began) / 1000);
    const line = `encoding    ${showBytes(bytes)}${totalBytes === null ? '' : ` of ${showBytes(totalBytes)}`}, ${count(tokens)} tokens, ${showBytes(speed)}/s`;
    if (terminal.live) terminal.show(line);
    else if (now - told > LINE_SECONDS * 1000) {
      told = now;
      terminal.say(line);
    }
  };
}
