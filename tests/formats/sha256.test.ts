import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256, sha256Slowly } from '../../src/formats/sha256.ts';

test('the example of the standard', async () => {
  expect(await sha256(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('with and without WebCrypto, and from shared memory, the hash is that of OpenSSL', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    const truth = createHash('sha256').update(bytes).digest('hex');
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    expect(await sha256(bytes)).toBe(truth);
    expect(await sha256(shared)).toBe(truth);
    expect(Buffer.from(sha256Slowly(bytes)).toString('hex')).toBe(truth);
  }), { numRuns: 200 });
});
