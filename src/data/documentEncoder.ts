import { renderChat, type Tokenizer } from '../tokenizer/index.ts';
import type { Document } from './source.ts';

/** Token ids of a document and, for conversations, 1 for each that is learned. */
export interface Encoded {
  readonly ids: Uint32Array;
  readonly learned?: Uint8Array;
}

/** What is learned of conversations: every token, or what the assistant says. */
export type Learned = 'everything' | 'answers';

/**
 * How documents become tokens: texts as they are, conversations with the marks of their turns.
 *
 * @param learned of conversations; of texts, every token is learned.
 * @example
 * const { train } = await buildDataset(source, documentEncoder(tokenizer, 'answers'), { seed: 1 });
 */
export function documentEncoder(tokenizer: Tokenizer, learned: Learned): (document: Document) => Encoded {
  return (document) => {
    if ('text' in document) return { ids: tokenizer.encode(document.text) };
    const rendered = renderChat(tokenizer, document.messages);
    return learned === 'answers' ? rendered : { ids: rendered.ids };
  };
}
