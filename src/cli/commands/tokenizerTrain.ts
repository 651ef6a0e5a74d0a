import { basename, dirname } from 'node:path';
import { count } from '../../errors.ts';
import { folderStore } from '../../node/index.ts';
import { defineCommand } from '../command.ts';
import { tokenizerKinds, trainTokenizer } from '../makeTokenizer.ts';
import { chooseData, dataOptions, openData } from '../openData.ts';
import { choice, requiredText, text, whole } from '../options.ts';

export const tokenizerTrain = defineCommand({
  name: 'tokenizer train',
  summary: 'makes a tokenizer from text',
  options: {
    ...dataOptions,
    tokenizer: choice(tokenizerKinds, 'characters, words, or byte-pair encoding (default bpe)'),
    vocab: whole(1, 1 << 20, 'tokens of words and bpe (default 2048)'),
    pattern: text('gpt2|cl100k|o200k|REGEX', 'of bpe: how text is cut before merging (default gpt2)'),
    out: requiredText('DIR|FILE.json', 'where tokenizer.json and its readable twin tokenizer.vocab are written'),
  },
  example: 'inkling tokenizer train --data book.txt --tokenizer bpe --vocab 2048 --out tokenizers/book',
  async run({ data, mb, language, tokenizer: kind = 'bpe', vocab = 2048, pattern, out, seed = 1 }, terminal) {
    const { texts } = openData(chooseData(data, { megabytes: mb, language, seed })), began = performance.now();
    const tokenizer = await trainTokenizer([texts], { kind, vocab, ...(pattern !== undefined && { pattern }) });
    const seconds = (performance.now() - began) / 1000;
    const [folder, file] = out.endsWith('.json') ? [dirname(out), basename(out)] : [out, 'tokenizer.json'];
    const store = folderStore(folder);
    await store.write(file, `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`);
    await store.write(file.replace(/\.json$/, '.vocab'), tokenizer.toVocab());
    terminal.say(`${kind} of ${count(tokenizer.size)} tokens, trained in ${seconds.toFixed(1)} s, written to ${folder}/${file}`);
    terminal.record({ kind, vocab: tokenizer.size, seconds, file: `${folder}/${file}` });
  },
});
