import { readFile } from 'node:fs/promises';
import { DataError } from '../../errors.ts';
import { defineCommand } from '../command.ts';
import { loadTokenizer } from '../makeTokenizer.ts';
import { requiredText, text } from '../options.ts';
import { readInput } from '../readInput.ts';

export const tokenizerEncode = defineCommand({
  name: 'tokenizer encode',
  summary: 'text to ids',
  options: {
    tokenizer: requiredText('FILE|DIR', 'a tokenizer.json, or a folder that holds one'),
    text: text('TEXT', 'what to encode (default: the standard input)'),
    data: text('FILE', 'a file to encode instead'),
  },
  example: 'inkling tokenizer encode --tokenizer runs/book --text "the cat"',
  async run({ tokenizer: path, text: given, data }, terminal) {
    const tokenizer = await loadTokenizer(path);
    const content = given ?? (data === undefined ? await readInput(terminal.streams.stdin) : await readFile(data).catch(() => { throw new DataError(`${data} cannot be read. Check the path.`); }));
    const ids = [...tokenizer.encode(content)];
    if (!terminal.json) terminal.tell(ids.join(' '));
    terminal.say(terminal.colors.dim(ids.slice(0, 200).map((id) => tokenizer.nameOf(id)).join(' | ') + (ids.length > 200 ? ' ...' : '')));
    terminal.record({ ids, count: ids.length });
  },
});
