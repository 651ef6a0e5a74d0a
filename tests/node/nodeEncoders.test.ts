import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildDataset } from '../../src/data/dataset.ts';
import { documentEncoder } from '../../src/data/documentEncoder.ts';
import type { Document } from '../../src/data/source.ts';
import { OptionError } from '../../src/errors.ts';
import { nodeEncoders } from '../../src/node/nodeEncoders.ts';
import { createChars, trainBpe } from '../../src/tokenizer/index.ts';

const built = existsSync(new URL('../../dist/encoder.js', import.meta.url));
const word = (i: number): string => `word${(i * 7919) % 997} ${i % 3 ? '你好' : 'naïve'} \n`;
const texts: readonly Document[] = Array.from({ length: 400 }, (_, i) => ({ text: word(i).repeat(1 + (i * 31) % 200) }));
const bytes: Document = { text: Uint8Array.of(0xff, 0xfe, 65, 66) };
const chats: readonly Document[] = texts.map((document, i) => ({ messages: [{ role: 'user', content: `${i}?` }, { role: 'assistant', content: 'text' in document ? String(document.text) : '' }] }));
const tokenizer = trainBpe(texts.slice(0, 50).map((document) => ('text' in document ? document.text as string : '')), { vocab: 320 });

describe.skipIf(!built)('threads that encode', () => {
  test('give the tokens of one, in the same order, of texts, bytes and conversations', async () => {
    for (const learned of ['everything', 'answers'] as const) {
      for (const documents of [[...texts, bytes, ...chats], texts, texts.slice(0, 1), [bytes, ...chats.slice(0, 3)]]) {
        const source = { name: 'here', documents: () => documents }, alone = await buildDataset(source, documentEncoder(tokenizer, learned), { seed: 1, bos: 7 });
        for (const workers of [1, 3]) {
          const team = nodeEncoders(tokenizer, { workers, learned });
          const { train, validation, report } = await buildDataset(source, team, { seed: 1, bos: 7 });
          team.stop();
          expect([train.hash, validation.hash, report]).toEqual([alone.train.hash, alone.validation.hash, alone.report]);
        }
      }
    }
  });

  test('tell what is wrong with a document', async () => {
    const team = nodeEncoders(createChars('abc'), { workers: 2 }), source = { name: 'here', documents: () => chats };
    await expect(buildDataset(source, team, { seed: 1 })).rejects.toMatchObject({ name: 'OptionError', option: 'tokenizer' });
    team.stop();
    await expect(buildDataset(source, team, { seed: 1 })).rejects.toThrow('were stopped');
  });
});

test('a team of no threads is refused', () => {
  expect(() => nodeEncoders(tokenizer, { workers: 0 })).toThrow(OptionError);
});
