import { parserOf } from './parserOf.ts';
import { plainText } from './plainText.ts';
import type { Source } from './source.ts';

/**
 * A file that the user chose in a page. Its name tells how it is read, as with files on disk; unknown ones are plain text.
 *
 * @param blob a File from an `<input>` or a drop, or any Blob.
 * @example
 * blobSource(input.files[0], input.files[0].name);
 */
export function blobSource(blob: Blob, name: string): Source {
  const parse = parserOf(name) ?? plainText;
  return { name, bytes: blob.size, documents: () => parse(chunksOf(blob), name) };
}

/** Not `for await (… of blob.stream())`: Safari's streams cannot be iterated. */
async function* chunksOf(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}
