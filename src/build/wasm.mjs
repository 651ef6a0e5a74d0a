// assembly/*.ts -> build/exact.js, build/fast.js: each build of the kernels as base64; and build/layouts.js: the argument
// list of every kernel, so that TypeScript calls kernels by name and the two sides cannot drift.
//   `@unmanaged class Gelu { x: usize; y: usize; n: i32; }`  =>  gelu: ['x', 'y', 'n']   ('eps:f32' for floats)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const root = new URL('../../', import.meta.url);
process.chdir(new URL('.', root).pathname);
mkdirSync('build', { recursive: true });

const layouts = {};
for (const file of readdirSync('assembly').filter((name) => name.endsWith('.ts')).sort()) {
  const source = readFileSync(`assembly/${file}`, 'utf8').replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, name, body] of source.matchAll(/@unmanaged\s+(?:export\s+)?class\s+(\w+)\s*\{([^}]*)\}/g)) {
    const kernel = name[0].toLowerCase() + name.slice(1);
    if (layouts[kernel]) throw new Error(`assembly/${file}: the arguments of "${kernel}" are defined twice.`);
    layouts[kernel] = [...body.matchAll(/(\w+)\s*:\s*(\w+)\s*;/g)].map(([, field, type]) => {
      if (!['usize', 'i32', 'f32'].includes(type)) throw new Error(`assembly/${file}: ${name}.${field} is ${type}; kernel arguments are usize, i32 or f32.`);
      return type === 'f32' ? `${field}:f32` : field;
    });
  }
}

const wasm = {};
for (const target of ['exact', 'fast']) {
  const { error, stderr } = await asc.main(['--config', 'asconfig.json', '--target', target]);
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  wasm[target] = readFileSync(`build/${target}.wasm`);
}

for (const [name, binary] of Object.entries(wasm)) {
  writeFileSync(`build/${name}.js`, `// Written by src/build/wasm.mjs.\nexport const wasm = '${binary.toString('base64')}';\n`);
  writeFileSync(`build/${name}.d.ts`, 'export declare const wasm: string;\n');
}
writeFileSync('build/layouts.js', `// Written by src/build/wasm.mjs.\nexport const layouts = ${JSON.stringify(layouts)};\n`);
writeFileSync('build/layouts.d.ts', 'export declare const layouts: Readonly<Record<string, readonly string[]>>;\n');
console.log(`kernels: ${Object.keys(layouts).length}, exact ${(wasm.exact.length / 1024).toFixed(1)} KB, fast ${(wasm.fast.length / 1024).toFixed(1)} KB`);
