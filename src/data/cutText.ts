/**
 * Cuts a text in two after a share of its characters (Unicode code points), rounded down:
 * in Python, `n = int(share * len(text)); text[:n], text[n:]`.
 *
 * @param text a string, or UTF-8 bytes. A character is never cut in two.
 * @param share from 0 to 1.
 * @example
 * cutText('abcdefghij', 0.75); // ['abcdefg', 'hij']
 */
export function cutText<T extends string | Uint8Array>(text: T, share: number): [head: T, tail: T] {
  let left = Math.floor(share * characters(text)), at = 0;
  while (left > 0) {
    at++;
    while (at < text.length && !startsCharacter(text, at)) at++;
    left--;
  }
  const cut = typeof text === 'string' ? [text.slice(0, at), text.slice(at)] : [text.subarray(0, at), text.subarray(at)];
  return cut as [T, T];
}

function characters(text: string | Uint8Array): number {
  let found = 0;
  for (let i = 0; i < text.length; i++) if (i === 0 || startsCharacter(text, i)) found++;
  return found;
}

/** False inside a surrogate pair, and for the bytes of a character after its first. */
function startsCharacter(text: string | Uint8Array, at: number): boolean {
  if (typeof text !== 'string') return (text[at]! & 0xc0) !== 0x80;
  return !((text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800);
}
