// A template is a sentence with holes. The same parsed template writes a sentence and reads one back.
//   {p} {animal2.young.a}   slot: a variable, then a field of its entity, then forms of the word (`a`: with its article)
//   {_food}                 a variable that lives for one sentence (or one use of a rule)
//   (a|b|c)                 choice
//   [x]                     may be left out, with the space before it where a sentence ends behind it
//   <Where>                 a rule: a named list of templates
//   bank~river              a word with two senses; the sense is recorded beside the text, never in it.
//                           The word begins after the last space, or after _ where words are not parted by spaces

export type Piece =
  | { readonly kind: 'literal'; readonly text: string; readonly sense?: string }
  | { readonly kind: 'slot'; readonly variable: string; readonly path: readonly string[] }
  | { readonly kind: 'choice'; readonly branches: readonly Piece[][] }
  | { readonly kind: 'option'; readonly inner: readonly Piece[] }
  | { readonly kind: 'rule'; readonly name: string };

/**
 * Parses one template.
 *
 * @throws {SyntaxError} when a bracket is not closed; the message shows the template.
 * @example
 * parseTemplate('{p} (ran|went) home.');
 * // slot p, literal ' ', choice of two, literal ' home.'
 */
export function parseTemplate(template: string): Piece[] {
  const source = template.replace(/ \[([^\]]*)\](?=[ .,!?]|$)/g, '[ $1]');
  let at = 0;

  /** What stands between here and `close`; leaves `at` behind it. */
  function until(close: string): string {
    const end = source.indexOf(close, at);
    if (end < 0) throw new SyntaxError(`template "${source}": expected a "${close}" after position ${at}.`);
    const inside = source.slice(at, end);
    at = end + 1;
    return inside;
  }

  function sequence(stops: string): Piece[] {
    const pieces: Piece[] = [];
    let text = '';
    const flush = () => {
      if (text) pieces.push({ kind: 'literal', text });
      text = '';
    };
    while (at < source.length && !stops.includes(source[at]!)) {
      const ch = source[at++]!;
      if (ch === '{') {
        flush();
        const [variable, ...path] = until('}').split('.');
        pieces.push({ kind: 'slot', variable: variable!, path });
      } else if (ch === '<') {
        flush();
        pieces.push({ kind: 'rule', name: until('>') });
      } else if (ch === '[') {
        flush();
        const inner = sequence(']');
        until(']');
        pieces.push({ kind: 'option', inner });
      } else if (ch === '(') {
        flush();
        const branches = [sequence('|)')];
        while (source[at] === '|') {
          at++;
          branches.push(sequence('|)'));
        }
        until(')');
        pieces.push({ kind: 'choice', branches });
      } else if (ch === '~') {
        const [marked, word] = /_?([^_ ]+)$/.exec(text)!;
        text = text.slice(0, -marked.length);
        flush();
        const sense = /^[a-z]+/.exec(source.slice(at))![0];
        at += sense.length;
        pieces.push({ kind: 'literal', text: word!, sense });
      } else {
        text += ch;
      }
    }
    flush();
    return pieces;
  }

  const pieces = sequence('');
  if (at < source.length) throw new SyntaxError(`template "${source}": unexpected "${source[at]}" at position ${at}.`);
  return pieces;
}

/** Lines of a block of templates, without empty ones. */
export const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);
