// Numbers within bounds, written in decimal: digit by digit, the first that differs decides. Up to 15 digits different
// texts are different doubles, so what a text is compared to is what its value is compared to.
import { both, character, either, EMPTY, type Expression, NEVER, optional, repeated, sequence, text } from '../automata/expression.ts';
import { wholeUpTo } from './jsonText.ts';

/** Digits in front of the point and behind it, where fractions are allowed. */
export const NUMBER_DIGITS = [9, 6] as const;

export interface Bound {
  readonly value: number;
  /** The bound itself is outside. */
  readonly open: boolean;
}

const MINUS = text('-'), ZERO = text('0'), DIGIT = character([[0x30, 0x39]]);
const digits = (from: number, to: number): Expression => character(from > to ? [] : [[0x30 + from, 0x30 + to]]);

/** Whole numbers from `least` to `most`, both of them safe integers. */
export function wholeBetween(least: number, most: number): Expression {
  if (least > most) return NEVER;
  const below = least < 0 ? sequence(MINUS, magnitudes(Math.max(1, -most), -least)) : NEVER;
  return either(below, most >= 0 ? magnitudes(Math.max(0, least), most) : NEVER);
}

/** Whole numbers without a sign. */
function magnitudes(least: number, most: number): Expression {
  if (least > most) return NEVER;
  const low = String(least), high = String(most), list: Expression[] = [];
  for (let length = low.length; length <= high.length; length++) {
    list.push(sameLength(length === low.length ? low : length === 1 ? '0' : `1${'0'.repeat(length - 1)}`, length === high.length ? high : '9'.repeat(length)));
  }
  return either(...list);
}

/** Digits from `low` to `high`, which are as many. */
function sameLength(low: string, high: string): Expression {
  if (/^0*$/.test(low) && /^9*$/.test(high)) return repeated(DIGIT, low.length, low.length);
  const a = Number(low[0]), b = Number(high[0]), rest = low.length - 1, any = repeated(DIGIT, rest, rest);
  if (a === b) return sequence(digits(a, a), sameLength(low.slice(1), high.slice(1)));
  return either(
    sequence(digits(a, a), sameLength(low.slice(1), '9'.repeat(rest))),
    sequence(digits(a + 1, b - 1), any),
    sequence(digits(b, b), sameLength('0'.repeat(rest), high.slice(1))),
  );
}

/**
 * Numbers within bounds, with up to {@link NUMBER_DIGITS} digits, and no exponent.
 *
 * @param least with at most as many digits, as is `most`; null is no bound.
 */
export function numberBetween(least: Bound | null, most: Bound | null): Expression {
  const any = sequence(wholeUpTo(NUMBER_DIGITS[0]), fraction('any', '', false)), all = sequence(optional(MINUS), any);
  const upward = (bound: Bound): Expression => {
    const { value, open } = bound;
    return value > 0 ? beyond('above', value, open) : either(any, sequence(MINUS, beyond('below', -value, open)));
  };
  const downward = ({ value, open }: Bound): Expression => (value < 0 ? sequence(MINUS, beyond('above', -value, open)) : either(sequence(MINUS, any), beyond('below', value, open)));
  // minus zero is zero
  const zero = sequence(ZERO, fraction('below', '', false));
  const low = least && (least.value === 0 && least.open ? beyond('above', 0, true) : upward(least));
  const high = most && (most.value === 0 ? either(sequence(MINUS, most.open ? beyond('above', 0, true) : any), most.open ? NEVER : zero) : downward(most));
  return both(...[low, high].filter((part) => part !== null), ...(low || high ? [] : [all]));
}

/** Numbers without a sign on one side of a bound of at least 0. */
function beyond(side: 'above' | 'below', value: number, open: boolean): Expression {
  const [whole, behind = ''] = value.toFixed(NUMBER_DIGITS[1]).split('.') as [string, string?], n = Number(whole), most = 10 ** NUMBER_DIGITS[0] - 1;
  const others = side === 'above' ? magnitudes(n + 1, most) : n > 0 ? magnitudes(0, n - 1) : NEVER;
  return either(sequence(others, fraction('any', '', false)), sequence(text(whole), fraction(side, behind.replace(/0+$/, ''), open)));
}

/** A fraction, or none, compared with that of a bound, which has no zeros at its end. */
function fraction(side: 'above' | 'below' | 'any', bound: string, open: boolean): Expression {
  const most = NUMBER_DIGITS[1];
  /** The digits from `place` on, where all before are equal. May be empty where `ends`. */
  const from = (place: number): Expression => {
    const left = most - place, any = repeated(DIGIT, 0, left), equal = place >= bound.length;
    if (side === 'any') return any;
    if (equal && side === 'above') return open ? sequence(repeated(ZERO, 0, left), left > 0 ? within(left) : NEVER) : any;
    if (equal) return open ? NEVER : repeated(ZERO, 0, left);
    const digit = Number(bound[place]), on = sequence(digits(digit, digit), from(place + 1)), rest = repeated(DIGIT, 0, left - 1);
    return side === 'above' ? either(sequence(digits(digit + 1, 9), rest), on) : either(EMPTY, sequence(digits(0, digit - 1), rest), on);
  };
  const all = from(0), some = both(all, repeated(DIGIT, 1, most));
  const none = side === 'any' || (bound === '' ? !open : side === 'below');
  return either(none ? EMPTY : NEVER, sequence(text('.'), some));
}

/** At least one digit that is not 0, then any: fewer than so many behind it. */
const within = (left: number): Expression => sequence(digits(1, 9), repeated(DIGIT, 0, left - 1));
