import { plainText, type PlainTextOptions } from './plainText.ts';
import type { Chunks, TextDocument } from './source.ts';

/** `---`, lines of YAML, `---` at the very start: properties for a site generator, not text. */
const frontMatter = /^---[ \t]*\r?\n(?:(?!---|\.\.\.).*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)(?:[ \t]*\r?\n)*/;

/**
 * Markdown. Like plain text, but front matter at the start of the file is left out. The marks of Markdown are kept:
 * a model can learn them like other text.
 *
 * @param name what error messages call the file.
 * @throws {DataError} for a file that is empty or not text.
 */
export async function* markdown(chunks: Chunks, name: string, options: PlainTextOptions = {}): AsyncGenerator<TextDocument> {
  let first = true;
  for await (const document of plainText(chunks, name, options)) {
    const { text } = document;
    const cut = first && typeof text === 'string' ? frontMatter.exec(text.slice(0, 65_536))?.[0].length ?? 0 : 0;
    first = false;
    if (cut === 0) yield document;
    else if (cut < text.length || document.continues) yield { ...document, text: text.slice(cut) };
  }
}
