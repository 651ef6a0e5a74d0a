import type { Source } from '../data/index.ts';
import { type DataChoice, openData } from './openData.ts';

/** Everything that a run may have read, document by document: a conversation is one, with a line for each message. Of a file, at most so many bytes. */
export async function trainingTexts(data: DataChoice, most = 100e6): Promise<string[]> {
  const { texts, conversations } = openData(data), found: string[] = [], decoder = new TextDecoder();
  const read = async (source: Source): Promise<void> => {
    let characters = 0;
    for await (const document of source.documents()) {
      const text = 'messages' in document ? document.messages.map(({ content }) => content).join('\n') : typeof document.text === 'string' ? document.text : decoder.decode(document.text);
      found.push(text);
      characters += text.length;
      if (characters > most) return;
    }
  };
  await read(texts);
  if (conversations) await read(conversations);
  return found;
}
