import { expect, test } from 'vitest';
import { assignSlots } from '../../src/decode/beams/assignSlots.ts';
import { drawApart, highest } from '../../src/decode/beams/highest.ts';
import { stopAtEnd } from '../../src/decode/beams/stopAtEnd.ts';
import { Decoder, StopStrings } from '../../src/decode/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import { Random } from '../../src/random.ts';
import { trainBpe } from '../../src/tokenizer/index.ts';
import { type FormName, FORMS, oneThread, randomModel, tokenizer, wholeLogits } from './models.ts';

/** All ways to give the children that have to move a free slot, by what is copied. */
function fewestRows(parents: readonly number[], slots: number, held: readonly string[]): number {
  const stays = parents.map((slot, i) => parents.indexOf(slot) === i), free = Array.from({ length: slots }, (_, s) => s).filter((s) => !parents.includes(s));
  const movers = parents.filter((_, i) => !stays[i]);
  const least = (i: number, left: readonly number[]): number => (i === movers.length ? 0 : Math.min(...left.map((to) => copies(held, movers[i]!, to) + least(i + 1, left.filter((s) => s !== to)))));
  return least(0, free);
}
const shared = (held: readonly string[], a: number, b: number): number => {
  let n = 0;
  while (n < held[a]!.length && held[a]![n] === held[b]![n]) n++;
  return n;
};
const copies = (held: readonly string[], from: number, to: number): number => held[from]!.length - shared(held, from, to);

test('most beams stay where they are, the others copy as few rows as can be', () => {
  const random = new Random(4);
  for (let n = 0; n < 500; n++) {
    const slots = 2 + random.below(5), held = Array.from({ length: slots }, () => Array.from({ length: 6 }, () => random.pick(['a', 'b'])).join('').slice(0, random.chance(0.1) ? 0 : 6));
    const parents = Array.from({ length: 1 + random.below(slots) }, () => random.below(slots)), found = assignSlots(parents, slots, (a, b) => shared(held, a, b));
    expect(new Set(found).size, 'each has a slot of its own').toBe(parents.length);
    expect(found.filter((slot, i) => slot === parents[i])).toHaveLength(new Set(parents).size);
    expect(found.reduce((sum, to, i) => sum + copies(held, parents[i]!, to), 0)).toBe(fewestRows(parents, slots, held));
  }
});

test('the highest numbers, of equals the first; lots are drawn apart in proportion', () => {
  const random = new Random(5);
  for (let n = 0; n < 300; n++) {
    const numbers = Float64Array.from({ length: 40 }, () => (random.chance(0.2) ? -Infinity : random.below(12)));
    const sorted = [...numbers.keys()].filter((i) => numbers[i]! > -Infinity).sort((a, b) => numbers[b]! - numbers[a]! || a - b);
    const k = 1 + random.below(45);
    expect(highest(numbers, k)).toEqual(sorted.slice(0, k));
    const draw = drawApart(numbers, random), drawn: number[] = [];
    for (let place = draw(); place >= 0; place = draw()) drawn.push(place);
    expect(drawn.sort((a, b) => a - b), 'each once').toEqual(sorted.sort((a, b) => a - b));
  }
  const pairs = new Map<string, number>(), weights = [0.5, 0.3, 0.2], N = 20_000;
  for (let n = 0; n < N; n++) {
    const draw = drawApart(Float64Array.from(weights, Math.log), random), pair = `${draw()}${draw()}`;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let chi = 0;
  for (const a of [0, 1, 2]) {
    for (const b of [0, 1, 2]) {
      if (a === b) continue;
      const wanted = N * weights[a]! * weights[b]! / (1 - weights[a]!);
      chi += ((pairs.get(`${a}${b}`) ?? 0) - wanted) ** 2 / wanted;
    }
  }
  expect(chi, 'chi-square with 5 degrees of freedom, p > 0.001').toBeLessThan(20.5);
});

test('a stop string is seen at the token that completes it, however tokens are cut', () => {
  const text = 'the cat sat on the mat. 你好，the dog sat on the log. 好的，the end.\n\n'.repeat(30), bpe = trainBpe([text], { vocab: 300 }), random = new Random(6);
  for (const stops of [['\n'], ['. '], ['at on', 'the d'], ['好，', '的'], ['cat', 't s', 'sat on the log']]) {
    const ends = stopAtEnd(stops, bpe);
    for (let n = 0; n < 40; n++) {
      const whole = [...bpe.encode(text)], from = random.below(whole.length - 60), tokens = whole.slice(from, from + 60), prompt = 1 + random.below(10), slow = new StopStrings(stops), stream = bpe.stream();
      for (let i = prompt; i < tokens.length; i++) {
        slow.push(stream.push(tokens[i]!));
        const found = ends(tokens.slice(0, i), prompt, tokens[i]!);
        expect(found, `${stops.join('|')} in ${bpe.decode(tokens.slice(prompt, i + 1))}`).toBe(slow.found !== null);
        if (found) break;
      }
    }
  }
});

for (const form of Object.keys(FORMS) as FormName[]) {
  test(`${form}: a slot that takes over another goes on with its bits, and copies what they do not share`, async () => {
    const two = await createEngine({ threads: 2 });
    for (const engine of [await oneThread(), two]) {
      const model = randomModel(engine, form), decoder = new Decoder(model, { slots: 3, positions: 30 }), text = tokenizer.encode('good mad cab, 你好 fed');
      decoder.prefill(0, text.subarray(0, 9));
      decoder.prefill(2, [...text.subarray(0, 5), 98, 99, 100]);
      expect(decoder.shared(0, 2)).toBe(5);
      expect(decoder.fork(0, 1), 'an empty slot').toBe(9);
      expect(decoder.fork(0, 2), 'behind the first five').toBe(4);
      expect(decoder.fork(0, 2), 'nothing is left to copy').toBe(0);
      expect([0, 1, 2].map((slot) => decoder.position(slot))).toEqual([9, 9, 9]);
      const next = [text[9]!, 97, 101], held = next.map((token) => [...text.subarray(0, 9), token]);
      decoder.step(Int32Array.from(next));
      held.forEach((tokens, slot) => expect(decoder.logits(slot).slice()).toEqual(wholeLogits(model, tokens).at(-1)));
      expect(decoder.fork(2, 1)).toBe(1);
      decoder.step(Int32Array.of(-1, 98, -1));
      expect(decoder.logits(1).slice()).toEqual(wholeLogits(model, [...held[2]!, 98]).at(-1));
      expect(decoder.logits(0).slice(), 'the others rest').toEqual(wholeLogits(model, held[0]!).at(-1));
      decoder.free();
      model.weights.free();
    }
    two.stop();
  });
}
