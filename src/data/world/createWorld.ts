// The world of a seed: endless texts and conversations. The i-th of each depends on (seed, i) alone, so a corpus
// can be written in any order, cut anywhere and gone on with later, on any machine.
import { OptionError } from '../../errors.ts';
import { Random, stream } from '../../random.ts';
import { createFactTeller } from './createFactTeller.ts';
import { createKnowledge } from './createKnowledge.ts';
import { createStoryteller, type Told } from './createStoryteller.ts';
import { createTalker, type Conversation } from './createTalker.ts';
import { chinese } from './chinese/chinese.ts';
import { english } from './english/english.ts';
import { Grammar } from './Grammar.ts';
import type { Language } from './Language.ts';
import { Voice } from './Voice.ts';
import type { Sense } from './Writer.ts';

export type { Conversation };

/** A text of the corpus with the senses of its two-sense words, which stand beside the text and never in it. */
export interface WorldDocument {
  readonly text: string;
  /** `biased`: jobs tied to one sex (Redhill); `even`: the same without a bias (Greendale). */
  readonly kind: 'story' | 'facts' | 'biased' | 'even';
  readonly senses: readonly Sense[];
}

export interface World {
  readonly seed: number;
  readonly language: Language;
  readonly grammar: Grammar;
  /** Text number `i` of the corpus. */
  document(i: number): WorldDocument;
  /** Conversation number `i` of the corpus. */
  conversation(i: number): Conversation;
  /** Like `document`, with all that training leaves out, from random numbers of its own. */
  heldOutDocument(i: number): WorldDocument;
  /** Like `conversation`, with all that training leaves out, from random numbers of its own. */
  heldOutConversation(i: number): Conversation;
}

/** Random numbers that one text may use; a text needs a few hundred. */
const DRAWS = 2 ** 16;

const LANGUAGES: Readonly<Record<string, Language>> = { en: english, zh: chinese };

/**
 * A little world: who lives in it, what is known, and two endless streams of texts and conversations about it.
 *
 * @param options.seed draws the texts; any whole number from 0 to 2^53 - 1.
 * @param options.language 'en' (default) or 'zh'.
 * @param options.knowledge draws the facts (who lives where); judge and examination of another seed agree with the
 *   corpus as long as this is the same. Default 1.
 * @throws {OptionError} for another language.
 * @example
 * const world = createWorld({ seed: 1 });
 * world.document(0).text;         // 'Once upon a time, there was ...'
 * world.conversation(0).messages; // [{ role: 'user', content: 'Where does Rosa live?' }, ...]
 */
export function createWorld(options: { seed: number; language?: 'en' | 'zh'; knowledge?: number }): World {
  const { seed, knowledge = 1 } = options, id = options.language ?? 'en', language = LANGUAGES[id];
  if (!language) throw new OptionError('language', `language must be one of ${Object.keys(LANGUAGES).join(', ')}, but it is "${id}".`);
  const grammar = new Grammar(language, createKnowledge(knowledge));

  function streams(training: boolean) {
    const voice = new Voice(grammar, training), storyteller = createStoryteller(voice), facts = createFactTeller(voice);
    const talk = createTalker(voice, storyteller), side = training ? 'training' : 'held out';
    const [texts, talks] = [stream('world', side, 'document'), stream('world', side, 'conversation')];
    return {
      document(i: number): WorldDocument {
        voice.begin(new Random(seed, texts, i * DRAWS));
        return writeDocument(voice.random.float(), storyteller, facts);
      },
      conversation(i: number): Conversation {
        voice.begin(new Random(seed, talks, i * DRAWS));
        return talk();
      },
    };
  }

  const training = streams(true), held = streams(false);
  return {
    seed, language, grammar,
    document: training.document, conversation: training.conversation,
    heldOutDocument: held.document, heldOutConversation: held.conversation,
  };
}

function writeDocument(dice: number, storyteller: ReturnType<typeof createStoryteller>, facts: () => Told): WorldDocument {
  const as = (kind: WorldDocument['kind'], { text, senses }: Told): WorldDocument => ({ text, kind, senses });
  if (dice < 0.38) return as('story', storyteller.story());
  if (dice < 0.52) return as('story', storyteller.scene());
  if (dice < 0.94) return as('facts', facts());
  return dice < 0.97 ? as('biased', storyteller.slice('biased')) : as('even', storyteller.slice('even'));
}
