import { defineCommand } from '../command.ts';
import { loadTokenizer } from '../makeTokenizer.ts';
import { requiredText, text } from '../options.ts';
import { readInput } from '../readInput.ts';
import { UsageError } from '../usageError.ts';

export const tokenizerDecode = defineCommand({
  name: 'tokenizer decode',
  summary: 'ids to text',
  options: {
    tokenizer: requiredText('FILE|DIR', 'a tokenizer.json, or a folder that holds one'),
    ids: text('"1 2 3"', 'ids, separated by spaces or commas (default: the standard input)'),
  },
  example: 'inkling tokenizer decode --tokenizer runs/book --ids "464 3797"',
  async run({ tokenizer: path, ids: given }, terminal) {
    const tokenizer = await loadTokenizer(path);
    const words = (given ?? new TextDecoder().decode(await readInput(terminal.streams.stdin))).split(/[\s,[\]]+/).filter((word) => word !== '');
    const ids = words.map((word) => {
      const id = Number(word);
      if (!Number.isSafeInteger(id) || id < 0) throw new UsageError(`--ids must be whole numbers separated by spaces or commas, but one is "${word}".`);
      return id;
    });
    const decoded = tokenizer.decode(ids);
    if (!terminal.json) terminal.tell(decoded);
    terminal.record({ text: decoded, count: ids.length });
  },
});
