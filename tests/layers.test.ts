// The table of layers: a module imports only from a lower level, never sideways into another folder of its own level.
// The only copy of the rule.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const levels: readonly (readonly string[])[] = [
  ['errors.ts', 'random.ts'],
  ['engine', 'formats'],
  ['graph', 'tokenizer'],
  ['nn', 'data'],
  ['models'],
  ['train', 'decode'],
  ['inspect'],
  ['index.ts', 'node'], // the public API for pages, and what Node adds to it: files, folders
  ['foreign'], // other people's models: a user of the public API, a bundle of its own
  ['cli', 'server', 'worker.ts'],
  ['web'], // the studio: a user of the worker, as any page is
];
const level = new Map(levels.flatMap((names, i) => names.map((name) => [name, i] as const)));
const src = new URL('../src/', import.meta.url).pathname;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();
const part = (file: string): string => file.split('/')[0]!;

const imports = (file: string): string[] =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);

test('every file of src has a level', () => {
  expect(files.filter((file) => !level.has(part(file)))).toEqual([]);
});

test('imports point down', () => {
  const wrong: string[] = [];
  for (const file of files) {
    for (const target of imports(file).filter((name) => name.startsWith('.'))) {
      const path = relative(src, join(src, dirname(file), target));
      if (path.startsWith('..')) {
        if (!/^\.\.\/build\/(exact|fast|layouts)\.js$/.test(path)) wrong.push(`${file} imports ${target} from outside src`);
        continue;
      }
      const from = part(file), to = part(path);
      if (from === to) continue;
      if (!level.has(to) || level.get(to)! >= level.get(from)!) {
        const nodeOverIndex = from === 'node' && to === 'index.ts'; // Node's library is the library and more
        const fetched = from === 'index.ts' && to === 'foreign'; // only when the first model of other people is loaded
        if (!nodeOverIndex && !fetched) wrong.push(`${file} imports ${path}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('imports end in .ts, and only Node folders import node:', () => {
  const wrong: string[] = [];
  for (const file of files) {
    for (const target of imports(file)) {
      if (target.startsWith('.') && !target.endsWith('.ts') && !/build\/(exact|fast|layouts)\.js$/.test(target)) wrong.push(`${file}: ${target}`);
      if (target.startsWith('node:') && !['node', 'cli', 'server', 'build'].includes(part(file))) wrong.push(`${file}: ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no folder or file is named for nothing', () => {
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|core|misc)(\/|\.ts$)/.test(file))).toEqual([]);
});
