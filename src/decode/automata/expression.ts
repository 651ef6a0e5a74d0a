// What may be said, as an expression over characters: the common ground of regular expressions, JSON schemas and lists of
// answers. Made by the functions below, which drop what can never be.
import type { CodePoints } from './codePoints.ts';

export type Expression =
  /** One character of a set. */
  | { readonly kind: 'character'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'either'; readonly parts: readonly Expression[] }
  /** So many times; `most` may be Infinity. */
  | { readonly kind: 'repeated'; readonly part: Expression; readonly least: number; readonly most: number }
  /** These in their order, a separator between each two; optional ones may be left out. */
  | { readonly kind: 'members'; readonly members: readonly Member[]; readonly separator: Expression }
  /** Only what fits all of these. */
  | { readonly kind: 'both'; readonly parts: readonly Expression[] };

export interface Member {
  readonly part: Expression;
  readonly optional: boolean;
}

/** What no text fulfils. */
export const NEVER: Expression = { kind: 'character', set: [] };
/** The empty text. */
export const EMPTY: Expression = { kind: 'sequence', parts: [] };

export const character = (set: CodePoints): Expression => (set.length === 0 ? NEVER : { kind: 'character', set });
/** Exactly this text; lone surrogates are U+FFFD. */
export const text = (exactly: string): Expression => sequence(...Array.from(exactly.toWellFormed(), (c) => character([[c.codePointAt(0)!, c.codePointAt(0)!]])));

export function sequence(...parts: readonly Expression[]): Expression {
  if (parts.includes(NEVER)) return NEVER;
  const flat = parts.flatMap((part) => (part.kind === 'sequence' ? part.parts : [part]));
  return flat.length === 1 ? flat[0]! : { kind: 'sequence', parts: flat };
}

export function either(...parts: readonly Expression[]): Expression {
  const possible = parts.flatMap((part) => (part === NEVER ? [] : part.kind === 'either' ? part.parts : [part]));
  return possible.length === 0 ? NEVER : possible.length === 1 ? possible[0]! : { kind: 'either', parts: possible };
}

export function repeated(part: Expression, least = 0, most = Infinity): Expression {
  if (most < least || (part === NEVER && least > 0)) return NEVER;
  if (most === 0 || part === NEVER || part === EMPTY) return EMPTY;
  return least === 1 && most === 1 ? part : { kind: 'repeated', part, least, most };
}

export const optional = (part: Expression): Expression => repeated(part, 0, 1);

export function members(list: readonly Member[], separator: Expression): Expression {
  if (list.some((member) => member.part === NEVER && !member.optional)) return NEVER;
  return { kind: 'members', members: list.filter(({ part }) => part !== NEVER), separator };
}

export function both(...parts: readonly Expression[]): Expression {
  return parts.includes(NEVER) ? NEVER : parts.length === 1 ? parts[0]! : { kind: 'both', parts };
}

/**
 * The same expression with other characters.
 *
 * @example
 * mapCharacters(text('ab'), (set) => repeated(character(set))); // a*b*
 */
export function mapCharacters(expression: Expression, change: (set: CodePoints) => Expression): Expression {
  const map = (part: Expression): Expression => mapCharacters(part, change);
  switch (expression.kind) {
    case 'character': return change(expression.set);
    case 'sequence': return sequence(...expression.parts.map(map));
    case 'either': return either(...expression.parts.map(map));
    case 'both': return both(...expression.parts.map(map));
    case 'repeated': return repeated(map(expression.part), expression.least, expression.most);
    case 'members': return members(expression.members.map(({ part, optional: may }) => ({ part: map(part), optional: may })), map(expression.separator));
  }
}
