import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkedAtTheEnd, checkedTokens, checksIn, stepsWithin } from '../../src/cli/measureSpeed.ts';

test('steps, checks and the last check fill the time that was given, whatever is to be checked', () => {
  fc.assert(fc.property(fc.double({ min: 0.5, max: 120, noNaN: true }), fc.double({ min: 0.001, max: 0.2, noNaN: true }), fc.integer({ min: 256, max: 8192 }), fc.integer({ min: 2, max: 100_000_000 }), (minutes, secondsPerStep, tokensPerStep, validationTokens) => {
    const steps = stepsWithin(minutes, { secondsPerStep, steps: 1 }, { tokensPerStep, validationTokens });
    const tokens = steps * tokensPerStep, checks = checksIn(tokens), secondsPerCheckedToken = secondsPerStep / tokensPerStep / 3;
    fc.pre(tokens > 100_000); // shorter runs are checked too, as far as it makes sense
    const all = steps * secondsPerStep + secondsPerCheckedToken * (checks * checkedTokens(tokens, checks) + Math.min(validationTokens, checkedAtTheEnd(tokens, true)));
    expect(all / (minutes * 60)).toBeGreaterThan(0.93);
    expect(all / (minutes * 60)).toBeLessThan(1.01);
  }));
});

test('all of tiny Shakespeare is checked at the end of a run that was given steps', () => {
  expect(checkedAtTheEnd(1000, false)).toBeGreaterThan(111_540);
});
