import { bytes as showBytes, count } from '../../errors.ts';
import { describeFile } from '../../foreign/index.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../usageError.ts';

export const inspectFile = defineCommand({
  name: 'inspect file',
  summary: 'what is in a file of weights: header, tensors, sizes',
  options: {},
  words: { name: 'FILE', summary: 'a .gguf, a .safetensors or a .bin of llama2.c', most: 1 },
  example: 'inkling inspect file model.gguf',
  async run(_values, terminal, [path]) {
    if (path === undefined) throw new UsageError('inspect file needs a file: inkling inspect file model.gguf.');
    const { format, bytes, metadata, tensors } = await describeFile(path), { colors } = terminal;
    const numbers = tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0), types = new Map<string, number>();
    for (const { dtype } of tensors) types.set(dtype, (types.get(dtype) ?? 0) + 1);
    const width = Math.max(0, ...tensors.map(({ name }) => name.length));
    terminal.tell(
      `${path}: ${format}, ${showBytes(bytes)}, ${count(tensors.length)} tensors (${[...types].map(([type, n]) => `${n} ${type}`).join(', ')}), ${count(numbers)} numbers`,
      ...metadata.map(([key, shown]) => `  ${colors.bold(key)}  ${shown}`),
      ...tensors.map(({ name, dtype, shape, bytes: size }) => `  ${name.padEnd(width)}  ${dtype.padEnd(6)} ${showBytes(size).padStart(10)}  (${shape.join(', ')})`),
    );
    terminal.record({ file: path, format, bytes, metadata: Object.fromEntries(metadata), tensors });
  },
});
