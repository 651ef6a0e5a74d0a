import { count, bytes as showBytes } from '../../errors.ts';
import { type TokenCount, type TokenizerReport, tokenizerReport as report } from '../../tokenizer/index.ts';
import { defineCommand } from '../command.ts';
import { loadTokenizer } from '../makeTokenizer.ts';
import { chooseData, dataOptions, openData } from '../openData.ts';
import { requiredText } from '../options.ts';

/** A report needs no more. */
const MOST_BYTES = 20e6;

export const tokenizerReport = defineCommand({
  name: 'tokenizer report',
  summary: 'how well a tokenizer fits a text: bytes per token, tokens per word, merges, unused tokens',
  options: { ...dataOptions, tokenizer: requiredText('FILE|DIR', 'a tokenizer.json, or a folder that holds one') },
  example: 'inkling tokenizer report --tokenizer runs/book --data book.txt',
  async run({ data, mb, language, tokenizer: path, seed = 1 }, terminal) {
    const tokenizer = await loadTokenizer(path), texts: (string | Uint8Array)[] = [];
    let bytes = 0;
    for await (const document of openData(chooseData(data, { megabytes: mb, language, seed })).texts.documents()) {
      for (const text of 'text' in document ? [document.text] : document.messages.map(({ content }) => content)) {
        texts.push(text);
        bytes += text.length;
      }
      if (bytes > MOST_BYTES) break;
    }
    const found = report(tokenizer, texts);
    if (!terminal.json) terminal.tell(...lines(found));
    terminal.record(found);
  },
});

function lines(found: TokenizerReport): string[] {
  const names = (list: readonly TokenCount[], most: number): string => list.slice(0, most).map(({ name, count: n }) => `${name} (${count(n)})`).join('  ');
  return [
    `tokenizer   ${found.kind} of ${count(found.size)} tokens`,
    `text        ${showBytes(found.bytes)} in ${count(found.documents)} documents: ${count(found.tokens)} tokens`,
    `fit         ${found.bytesPerToken.toFixed(2)} bytes per token, ${found.tokensPerWord.toFixed(2)} tokens per word`,
    `broken      ${(100 * found.brokenShare).toFixed(2)}% of tokens are a part of a character only`,
    `unused      ${count(found.unused.length)} tokens do not occur`,
    `frequent    ${names(found.mostFrequent, 12)}`,
    `longest     ${names(found.longest, 8)}`,
    ...(found.merges.length === 0 ? [] : ['merges, in the order in which they were learned']),
    ...found.merges.slice(0, 20).map(({ left, right, result, count: n, examples }, i) => `${String(i + 1).padStart(4)}  ${left} + ${right} = ${result}`.padEnd(34) + `${count(n).padStart(9)}   ${examples.join('  ')}`),
  ];
}
