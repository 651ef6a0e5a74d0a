import { sections } from './utf8.ts';

const SHORT: Readonly<Record<string, string>> = { ' ': '·', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Bytes as reports show them: a space is `·`, other invisible characters are escaped, bytes that are no characters
 * by themselves are written in hexadecimal.
 *
 * @example
 * tokenName(new Uint8Array([32, 97, 10, 0xe4])); // '·a\\n<0xE4>'
 */
export function tokenName(bytes: Uint8Array): string {
  let name = '';
  for (const part of sections(bytes)) {
    if (typeof part === 'string') name += visible(part);
    else for (const byte of part) name += `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
  }
  return name;
}

// · itself is escaped too, so that it always means a space
const visible = (text: string): string =>
  text.replace(/[\p{C}\p{Z}·]/gu, (ch) => SHORT[ch] ?? `\\u{${ch.codePointAt(0)!.toString(16)}}`);
