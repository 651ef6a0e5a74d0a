// Our side of the comparison of training steps, in a process of its own, so that its memory can be told from that of
// others. Called with the build, the threads and the sizes (see sizesOf); speaks the words of lineProcess.mjs, and
//
//   profile 5    -> JSON: milliseconds and FLOPs of every instruction, the median of 5 runs
//   bytes        -> JSON: what the step announced, and what it has taken
import { createInterface } from 'node:readline';
import { createEngine, plainRecipe, Trainer, transformer, transformerConfig, Weights } from '../dist/index.js';
import { BATCHES, BIAS, GAIN, hash, MATRIX, optimizer, signed, TOKENS } from './trainingModels.mjs';

const [build, ...numbers] = process.argv.slice(2);
const [threads, L, C, nh, V, positions, bias, B, T] = numbers.map(Number);
const say = (value) => process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);

/** Sets the parameters to the numbers that all sides begin with. */
function fillWeights(model, weights) {
  const lists = ['embedding.weight', 'positions.weight'];
  for (let i = 0; i < L; i++) {
    for (const part of ['attention.norm', 'attention.qkv', 'attention.out', 'mlp.norm', 'mlp.up', 'mlp.down']) lists.push(`blocks.${i}.${part}.weight`, `blocks.${i}.${part}.bias`);
  }
  lists.push('norm.weight', 'norm.bias');
  for (const { tensor } of model.parameters.list) {
    const list = lists.indexOf(tensor.name);
    if (list < 0) throw new Error(`The other sides know no parameter ${tensor.name}.`);
    const [middle, deviation] = tensor.shape.length > 1 ? MATRIX : tensor.name.endsWith('bias') ? BIAS : GAIN, into = weights.read(tensor);
    for (let i = 0; i < into.length; i++) into[i] = middle + deviation * signed(i, list);
  }
}

/** A loader of the batches that all sides see. */
function sameBatches() {
  const batches = Array.from({ length: BATCHES }, (_, k) => Int32Array.from({ length: B * (T + 1) }, (_, i) => hash(i, TOKENS + k) % V));
  let turn = 0;
  return {
    rows: B, context: T, epoch: 0,
    next({ tokens, targets, weights }) {
      const from = batches[turn++ % BATCHES];
      for (let r = 0; r < B; r++) {
        for (let t = 0; t < T; t++) {
          tokens[r * T + t] = from[r * (T + 1) + t];
          targets[r * T + t] = from[r * (T + 1) + t + 1];
        }
      }
      weights.fill(1);
    },
  };
}

async function main() {
  const engine = await createEngine({ threads, build });
  const model = transformer(transformerConfig({ form: 'gpt2', layers: L, channels: C, heads: nh, vocab: V, context: positions, bias: bias === 1 }));
  const before = engine.memory.used, weights = new Weights(engine, model);
  fillWeights(model, weights);
  const { rate, beta1, beta2, eps, decay, clip } = optimizer;
  const recipe = { ...plainRecipe, rows: B, context: T, rate, beta1, beta2, eps, clip, decay: { matrix: decay, embedding: decay } };
  const trainer = new Trainer({ transformer: model, weights, recipe, seed: 1 }), loader = sameBatches();
  let step = 0;
  say({ name: `Inkling, ${engine.describe()}`, version: process.versions.node, parameters: model.parameters.count() });
  const answers = {
    run(times) {
      let loss = 0;
      const began = performance.now();
      for (let i = 0; i < times; i++) loss = trainer.step(loader, step++, rate);
      return `${(performance.now() - began) / 1000} ${loss}`;
    },
    memory: () => String(process.resourceUsage().maxRSS * 1024),
    bytes: () => ({ announced: trainer.bytes, used: engine.memory.used - before }),
    profile(runs) {
      const times = trainer.plan.profile(runs);
      return trainer.plan.instructions.map(({ kernel, tensor, flops }, i) => ({ kernel, name: tensor.name, flops, milliseconds: times[i] }));
    },
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, n] = line.split(' ');
    say(answers[word](Number(n)));
  }
  engine.stop();
}

main().catch((error) => {
  say({ error: error.message });
  process.exit(1);
});
