// Any tensor by a small query: a path name in which `*` stands for one part, or the gradient of such.
//
//   blocks.*.attention.probs        grad(blocks.2.mlp.up.weight)
import { closest, OptionError } from '../errors.ts';

/** Whether a path name is meant by a pattern: `*` stands for one part of the path, as in `blocks.*.mlp.hidden` or `grad(blocks.*.mlp.up.weight)`. */
export function matchesPath(pattern: string, name: string): boolean {
  const gradient = innerOf(pattern), of = innerOf(name);
  if ((gradient === null) !== (of === null)) return false;
  const wanted = (gradient ?? pattern).split('.'), parts = (of ?? name).split('.');
  return wanted.length === parts.length && wanted.every((part, i) => part === '*' || part === parts[i]);
}

/** What stands in `grad(…)`, or null where a query asks for no gradient. */
export const innerOf = (query: string): string | null => (query.startsWith('grad(') && query.endsWith(')') ? query.slice(5, -1) : null);

/**
 * The names that queries mean, in the order of the names.
 *
 * @throws {OptionError} when a query means none; names the nearest one.
 * @example
 * resolveQueries(['blocks.*.mlp.sum'], ['input', 'blocks.0.mlp.sum']); // ['blocks.0.mlp.sum']
 */
export function resolveQueries(queries: readonly string[], names: readonly string[]): string[] {
  for (const query of queries) {
    if (names.some((name) => matchesPath(query, name))) continue;
    // parts that are stars agree with everything, so they are no difference
    const meant = closest(query, names) ?? closest(query, names.map((name) => withStars(query, name)));
    throw new OptionError('watch', `No tensor is called "${query}". ${meant ? `Did you mean "${meant}"?` : `There are ${names.join(', ')}.`}`);
  }
  return names.filter((name) => queries.some((query) => matchesPath(query, name)));
}

function withStars(query: string, name: string): string {
  const wanted = query.split('.');
  return name.split('.').map((part, i) => (wanted[i] === '*' ? '*' : part)).join('.');
}
