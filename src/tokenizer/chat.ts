// A conversation as tokens. Only the program writes the special tokens, so no message can pretend to be another turn:
//   <|bos|> <|user|> Hello. <|end|> <|assistant|> Hi! <|end|>
//                                                 ~~~~~~~~~  learned: what the assistant has to produce
import { DataError, OptionError } from '../errors.ts';
import { Ids } from './ids.ts';
import type { Tokenizer } from './tokenizer.ts';

const ROLES = ['system', 'user', 'assistant'] as const;

/** One turn of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A conversation as a model sees it. */
export interface RenderedChat {
  readonly ids: Uint32Array;
  /** For each id: 1 if it belongs to what an assistant says (its content and the `<|end|>` after it), otherwise 0. */
  readonly learned: Uint8Array;
}

/**
 * Turns a conversation into tokens.
 *
 * @param options.reply ends with `<|assistant|>`, so that the model goes on with an answer.
 * @throws {OptionError} when the tokenizer lacks one of the special tokens.
 * @throws {DataError} when a message has another role, or content that is no string.
 * @example
 * const { ids } = renderChat(tokenizer, [{ role: 'user', content: 'Hello.' }], { reply: true });
 * tokenizer.decode(ids); // '<|bos|><|user|>Hello.<|end|><|assistant|>'
 */
export function renderChat(tokenizer: Tokenizer, messages: readonly Message[], { reply = false }: { reply?: boolean } = {}): RenderedChat {
  const idOf = (name: string): number => {
    const id = tokenizer.specials.get(name);
    if (id !== undefined) return id;
    throw new OptionError('tokenizer', `A conversation needs the special token ${name}, which this tokenizer lacks. `
      + 'Train or create it with { specials: DEFAULT_SPECIALS }.');
  };
  const ids = new Ids(64);
  const learned: number[] = [];
  const add = (id: number, isLearned: boolean): void => {
    ids.push(id);
    learned.push(isLearned ? 1 : 0);
  };
  const end = idOf('<|end|>');
  add(idOf('<|bos|>'), false);
  for (const [i, message] of messages.entries()) {
    check(message, i);
    const isLearned = message.role === 'assistant';
    add(idOf(`<|${message.role}|>`), false);
    for (const id of tokenizer.encode(message.content)) add(id, isLearned);
    add(end, isLearned);
  }
  if (reply) add(idOf('<|assistant|>'), false);
  return { ids: ids.toArray(), learned: Uint8Array.from(learned) };
}

function check({ role, content }: Message, i: number): void {
  if (!ROLES.includes(role)) {
    throw new DataError(`messages[${i}].role must be system, user or assistant, but it is ${JSON.stringify(role)}.`);
  }
  if (typeof content !== 'string') {
    throw new DataError(`messages[${i}].content must be a string, but it is ${JSON.stringify(content)?.slice(0, 60) ?? 'missing'}.`);
  }
}
