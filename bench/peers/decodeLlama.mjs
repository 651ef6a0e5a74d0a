// llama.cpp as node-llama-cpp brings it: native code, on the CPU. Reads "decode n", "prompt n" (answers: seconds) and
// "likely 1 7 64" (answers: the most likely token behind so many tokens of the prompt).
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { FROM, promptTokens, TO } from '../decodeModel.mjs';

const [manifest, file, size] = process.argv.slice(2), threads = Number(size);
const say = (value) => process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);

try {
  const { getLlama } = await import(pathToFileURL(join(manifest, '..', 'node_modules', 'node-llama-cpp', 'dist', 'index.js')).href);
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: threads, progressLogs: false });
  const model = await llama.loadModel({ modelPath: file, useMmap: true });
  const context = await model.createContext({ contextSize: 768, batchSize: 512, threads: { ideal: threads, min: threads } });
  const sequence = context.getSequence();
  const greedy = { temperature: 0, yieldEogToken: true };
  let tokens = null, position = 0;
  const begin = async (length) => {
    await tokens?.return();
    await sequence.clearHistory();
    tokens = sequence.evaluate(promptTokens.slice(0, length), greedy);
    position = length;
    return (await tokens.next()).value;
  };
  const answers = {
    async decode(times) {
      let seconds = 0;
      for (let i = 0; i < times; i++) {
        if (!tokens || position >= TO) await begin(FROM);
        const began = performance.now();
        await tokens.next();
        seconds += (performance.now() - began) / 1000;
        position++;
      }
      return String(seconds);
    },
    async prompt(times) {
      let seconds = 0;
      for (let i = 0; i < times; i++) {
        await tokens?.return();
        tokens = null;
        await sequence.clearHistory();
        const began = performance.now();
        await sequence.evaluateWithoutGeneratingNewTokens(promptTokens);
        seconds += (performance.now() - began) / 1000;
      }
      return String(seconds);
    },
    async likely(...lengths) {
      const list = [];
      for (const length of lengths) list.push(await begin(length));
      return list;
    },
  };
  say({ name: 'node-llama-cpp' });
  for await (const line of createInterface({ input: process.stdin })) {
    const [what, ...numbers] = line.split(' ');
    say(await answers[what](...numbers.map(Number)));
  }
} catch (error) {
  say({ error: error.message.split('\n')[0] });
}
process.exit();
