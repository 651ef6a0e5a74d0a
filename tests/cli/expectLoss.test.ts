import { expect, test } from 'vitest';
import { Random } from '../../src/random.ts';
import { plainRecipe } from '../../src/train/index.ts';
import { Expectation } from '../../src/cli/expectation.ts';
import { expectLoss } from '../../src/cli/expectLoss.ts';

const curve = (a: number, b: number, c: number, steps: number, noise = 0): { step: number; loss: number }[] => {
  const random = new Random(1);
  return Array.from({ length: steps }, (_, i) => ({ step: i + 1, loss: a + b * (i + 1) ** -c + noise * (random.float() - 0.5) }));
};

test('a power law is continued: closely where the exponent is ours, roughly where it is not', () => {
  expect(expectLoss(curve(1.2, 30, 0.6, 200), 2000, 0)).toBeCloseTo(1.2 + 30 * 2000 ** -0.6, 3);
  for (const c of [0.5, 0.55, 0.65]) {
    const b = 2 / 200 ** -c, expected = expectLoss(curve(1.2, b, c, 200, 0.3), 2000, 20)!, reached = 1.2 + b * 2000 ** -c;
    expect(Math.abs(expected - reached) / reached).toBeLessThan(0.2); // of the loss, for exponents near ours
  }
});

test('the beginning, where the learning rate rises, does not count', () => {
  const flat = curve(1.2, 30, 0.6, 300).map(({ step, loss }) => ({ step, loss: step < 100 ? 9 : loss }));
  expect(expectLoss(flat, 2000, 100)).toBeCloseTo(1.2 + 30 * 2000 ** -0.6, 3);
});

test('nothing is foretold from few steps, or from a loss that does not fall', () => {
  expect(expectLoss(curve(1, 30, 0.6, 40), 2000, 0)).toBeNull();
  expect(expectLoss([], 2000, 0)).toBeNull();
  expect(expectLoss(curve(3, -5, 0.6, 300), 2000, 0)).toBeNull();
});

test('a run that was given minutes tells its expectation three times, and how close it was', () => {
  const recipe = { ...plainRecipe, steps: 1000, rowsFrom: 'packed' as const }, expectation = new Expectation({ steps: 1000, minutes: 5, recipe });
  const told = curve(1.2, 30, 0.6, 1000).flatMap(({ step, loss }) => expectation.see(step, loss) ?? []);
  expect(told).toEqual(['a tenth', 'a quarter', 'half'].map((share) => `expected    a loss of about 1.68 at the end, after ${share} of the run`));
  expect(expectation.outcome(1.6)).toBe('expectation 1.68 after a tenth (5%), 1.68 after a quarter (5%), 1.68 after half (5%); reached 1.60');
});

test('a run that was given steps foretells nothing', () => {
  const expectation = new Expectation({ steps: 1000, minutes: null, recipe: { ...plainRecipe, steps: 1000, rowsFrom: 'packed' } });
  expect(curve(1, 30, 0.6, 1000).flatMap(({ step, loss }) => expectation.see(step, loss) ?? [])).toEqual([]);
  expect(expectation.outcome(1)).toBeNull();
});
