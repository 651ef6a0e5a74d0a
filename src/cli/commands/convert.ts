import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { bytes as showBytes, count } from '../../errors.ts';
import { exportGguf, exportHuggingFace, exportLlama2c, exportTypes, type ExportedFiles } from '../../foreign/index.ts';
import { folderStore } from '../../node/index.ts';
import { defineCommand } from '../command.ts';
import { choice, requiredText } from '../options.ts';
import { UsageError } from '../usageError.ts';
import { modelSummary, quantizeOption, withModel } from '../withModel.ts';

const formats = ['hf', 'gguf', 'llama2c'] as const;

export const convert = defineCommand({
  name: 'convert',
  summary: "writes a model for other people's programs",
  options: {
    model: requiredText('PATH', modelSummary),
    to: { ...choice(formats, 'hf: a directory of Hugging Face; gguf: one file for llama.cpp; llama2c: a .bin and its tokenizer'), required: true },
    out: requiredText('PATH', 'the directory (hf) or the file'),
    quantize: choice(exportTypes, 'the type of matrices (default f32; hf: f32, f16, bf16; gguf: any; llama2c: f32)'),
    tokenizer: quantizeOption.tokenizer,
  },
  example: 'inkling convert --model runs/book --to gguf --quantize q8_0 --out book.gguf',
  details: [
    'Only models of the forms gpt2 and llama, and those that came from elsewhere, can be written: nobody else knows tables of n-grams or convolutions.',
    'f32 loses nothing: a model that is converted there and back has the same bits. Rows that are no whole blocks of a type are written as q8_0 or f16.',
  ],
  async run({ model: path, to, out, quantize, tokenizer, threads }, terminal) {
    const format = to as (typeof formats)[number], isFolder = (await stat(out).catch(() => null))?.isDirectory() ?? false;
    if (format !== 'hf' && isFolder) throw new UsageError(`--out ${out} is a folder. Name the file: --out ${out.replace(/\/+$/, '')}/model.${format === 'gguf' ? 'gguf' : 'bin'}.`);
    if (format === 'hf' && /\.(gguf|bin|safetensors)$/.test(out)) throw new UsageError(`--to hf writes a directory, but --out ${out} names a file. Name a directory.`);
    await withModel(path, { threads: threads ?? 1, tokenizer, floats: true, context: Number.MAX_SAFE_INTEGER }, async (model) => {
      const options = { quantize, name: basename(path).replace(/\.\w+$/, '') };
      const files: ExportedFiles = format === 'hf' ? exportHuggingFace(model, options)
        : format === 'gguf' ? new Map([[basename(out), exportGguf(model, options)]])
          : new Map([...exportLlama2c(model, options)].map(([name, content]) => [name === 'model.bin' ? basename(out) : `${basename(out).replace(/\.bin$/, '')}.tokenizer.bin`, content]));
      const folder = format === 'hf' ? out : dirname(out), store = folderStore(folder), written: string[] = [];
      let total = 0;
      for (const [name, content] of files) {
        await store.write(name, content);
        total += content.length;
        written.push(name);
      }
      terminal.tell(`${model.format} to ${format}: ${count(model.transformer.parameters.count())} parameters as ${quantize ?? 'f32'}, ${showBytes(total)} in ${folder === '.' ? '' : `${folder}/`}${written.length === 1 ? written[0] : `{${written.join(', ')}}`}`);
      terminal.record({ from: model.format, to: format, quantize: quantize ?? 'f32', parameters: model.transformer.parameters.count(), bytes: total, files: written });
    });
  },
});
