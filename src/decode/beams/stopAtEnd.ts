import type { Tokenizer } from '../../tokenizer/index.ts';

/**
 * Tells whether a token completes a stop string. Beams branch, so nothing is remembered: the last bytes are looked at
 * anew. Text is cut into characters where bytes are cut into characters, so bytes may be compared.
 *
 * @returns call it with the tokens before, how many of them are the prompt, which does not count, and the new token.
 * @example
 * stopAtEnd(['\n'], tokenizer)(tokens, prompt, newline); // true
 */
export function stopAtEnd(stops: readonly string[], tokenizer: Tokenizer): (tokens: readonly number[], prompt: number, token: number) => boolean {
  const wanted = stops.map((stop) => new TextEncoder().encode(stop)), longest = Math.max(0, ...wanted.map(({ length }) => length));
  return (tokens, prompt, token) => {
    if (longest === 0) return false;
    const last = tokenizer.bytesOf(token), parts = [last];
    let before = 0;
    for (let i = tokens.length - 1; i >= prompt && before < longest - 1; i--) {
      const bytes = tokenizer.bytesOf(tokens[i]!);
      parts.unshift(bytes);
      before += bytes.length;
    }
    const all = parts.flatMap((bytes) => [...bytes]);
    return wanted.some((stop) => {
      for (let end = Math.max(before + 1, stop.length); end <= all.length; end++) {
        if (stop.every((byte, i) => byte === all[end - stop.length + i])) return true;
      }
      return false;
    });
  };
}
