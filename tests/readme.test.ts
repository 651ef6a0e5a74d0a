// Every code block of the README is run: JavaScript as it stands, commands one after the other in an empty folder,
// TypeScript and AssemblyScript by being, word for word, in the file that they name.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language: language!, code: code! }));
const of = (...languages: string[]): string[] => blocks.filter(({ language }) => languages.includes(language)).map(({ code }) => code);
const folder = mkdtempSync(join(tmpdir(), 'inkling-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the README has code of every kind', () => {
  for (const language of ['sh', 'js', 'ts']) expect(of(language).length, language).toBeGreaterThan(0);
});

describe('JavaScript', () => {
  of('js').forEach((code, i) => test(`block ${i + 1} runs`, () => {
    // inside the package, so that `import 'inkling'` finds it
    const file = join(root, 'build', `readme-${i}.mjs`);
    writeFileSync(file, code);
    const { status, stdout, stderr } = spawnSync('node', [file], { encoding: 'utf8', timeout: 120_000, cwd: folder });
    rmSync(file);
    expect(status, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(20);
  }, 130_000));
});

describe('commands', () => {
  const lines = of('sh').flatMap((code) => code.split('\n')).map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line !== '');

  test('only npm and inkling are asked for', () => {
    expect(lines.filter((line) => !/^(npm (ci|start|test|run \w+)|npx inkling|git clone|cd )/.test(line))).toEqual([]);
  });

  test('npm commands exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    for (const line of lines.filter((each) => /npm (start|test|run)/.test(each))) {
      for (const [, name] of line.matchAll(/npm (?:run )?(start|test|[\w:]+)/g)) if (name !== 'ci') expect(scripts, line).toHaveProperty(name!);
    }
  });

  // one after the other: later ones use what earlier ones wrote; minutes become a few steps
  for (const line of lines.filter((each) => each.startsWith('npx inkling'))) {
    test(line, () => {
      const short = line.replace(/^npx inkling/, '').replace(/--minutes [\d.]+/, '--steps 12 --mb 0.3').trim();
      const words = [...short.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
      const { status, stdout, stderr } = spawnSync('node', [join(root, 'dist/cli.js'), ...words], { encoding: 'utf8', timeout: 170_000, cwd: folder, input: '' });
      expect(status, stdout + stderr).toBe(0);
    }, 180_000);
  }
});

describe('TypeScript and AssemblyScript', () => {
  of('ts').forEach((code, i) => test(`block ${i + 1} stands in the file that it names`, () => {
    const name = /^\/\/ ([\w/.]+\.ts)\n/.exec(code)?.[1];
    expect(name, 'the first line names the file').toBeDefined();
    expect(readFileSync(join(root, name!), 'utf8')).toContain(code.slice(code.indexOf('\n') + 1).trim());
  }));
});
