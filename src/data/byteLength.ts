/**
 * How many bytes a text has in UTF-8, without writing them. A lone surrogate counts three, as in WTF-8.
 *
 * @example
 * byteLength('naïve 你'); // 10
 */
export function byteLength(text: string | Uint8Array): number {
  if (typeof text !== 'string') return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes++;
    else if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2; // A pair: two units, four bytes.
      i++;
    } else bytes += 2;
  }
  return bytes;
}
