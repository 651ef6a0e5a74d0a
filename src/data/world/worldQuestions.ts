// What people say first in the conversations of the world, with what it is: examples for a classifier, as many as wanted.
import type { World } from './createWorld.ts';

/** What a message is: a question about the world, something told, a request … `refuse` is what nobody can know. */
export const QUESTION_KINDS = ['facts', 'about', 'context', 'smallTalk', 'story', 'refuse', 'yesNo'] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

/**
 * First messages of conversations, and their kinds.
 *
 * @param heldOut with all that training leaves out, such as wordings, from random numbers of its own.
 * @example
 * worldQuestions(createWorld({ seed: 1 }), 3000)[0]; // { text: 'What does a cow eat?', label: 'facts' }
 */
export function worldQuestions(world: World, count: number, heldOut = false): { readonly text: string; readonly label: QuestionKind }[] {
  const found: { text: string; label: QuestionKind }[] = [], greetings = new Set(world.language.hello.ask.map(bareWords));
  for (let i = 0; found.length < count; i++) {
    const { messages, kind } = heldOut ? world.heldOutConversation(i) : world.conversation(i);
    const label = kind.split('+')[0] as QuestionKind, greeted = greetings.has(bareWords(messages[0]?.content ?? ''));
    const text = messages[greeted ? 2 : 0]?.content;
    // a part of a conversation may stay empty; then the next one's message would stand here
    if (text !== undefined && (QUESTION_KINDS as readonly string[]).includes(label) && !kind.includes('missing')) found.push({ text, label });
  }
  return found;
}

const bareWords = (text: string): string => text.replace(/^#/, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
