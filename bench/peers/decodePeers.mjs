// Who else decodes: llama.cpp as native code, on the same model in its own file. Each is a process that takes turns.
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeGgufModels } from './ggufModel.mjs';
import { installPeer } from './install.mjs';
import { startLineProcess } from './lineProcess.mjs';

const version = '3.22.1';
const binaries = { 'linux x64': 'linux-x64', 'linux arm64': 'linux-arm64', 'darwin arm64': 'mac-arm64-metal', 'darwin x64': 'mac-x64', 'win32 x64': 'win-x64', 'win32 arm64': 'win-arm64' };

/**
 * Sides for what runs here: `{ name, format, version, decode, prompt, likely(lengths), stop() }`; `decode` and `prompt` are sides
 * of `alternate`, for a token and for the whole prompt.
 */
export async function startDecodePeers(threads) {
  const binary = binaries[`${platform} ${arch}`];
  // of all its ready-made libraries, some of them for graphics cards, only the plain one
  const manifest = installPeer([`node-llama-cpp@${version}`, ...(binary ? [`@node-llama-cpp/${binary}@${version}`] : [])], ['--omit=optional']);
  if (!manifest) return [];
  const files = await writeGgufModels(), started = [];
  for (const [format, file] of [['f32', files.F32], ['q8_0', files.Q8_0]]) {
    const process = await startLineProcess('node-llama-cpp', globalThis.process.execPath, [fileURLToPath(new URL('decodeLlama.mjs', import.meta.url)), manifest, file, threads]);
    if (!process) continue;
    const side = (what) => async (times) => Number(await process.ask(`${what} ${times}`));
    started.push({
      name: 'node-llama-cpp', format, version: `${version}, native code`, stop: process.stop, decode: side('decode'), prompt: side('prompt'),
      likely: async (lengths) => JSON.parse(await process.ask(`likely ${lengths.join(' ')}`)),
    });
  }
  return started;
}
