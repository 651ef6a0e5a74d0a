// A language of the world: words for the ids of the tables, and templates for everything that is said.
// It is data; the story teller, the teller of facts, the talker and the judge read it alike.
// A template that starts with # is kept out of training as a whole.
import { lines } from './parseTemplate.ts';

/** One step of an episode: one of its lines is told. */
export interface Beat {
  readonly optional: boolean;
  readonly lines: readonly string[];
}

export interface Episode {
  readonly beats: readonly Beat[];
  /** Variables that must be bound before, for example a toy to lose. */
  readonly needs?: readonly string[];
}

/** How one fact about an entity is asked, answered and told. */
export interface Relation {
  readonly id: string;
  readonly table: string;
  readonly variable: string;
  /** The field of the entity that answers; an entity without it has no answer. */
  readonly field: string;
  readonly ask: readonly string[];
  /** Answers. */
  readonly say: readonly string[];
  /** Further statements of the same fact. */
  readonly tell: readonly string[];
  /** Questions by pronoun, after another question about the same entity. */
  readonly more: readonly string[];
}

/** Something that is only true in this conversation or story: told, then asked. */
export interface Notice {
  readonly id: string;
  readonly tell: readonly string[];
  /** What a listener answers. */
  readonly reply: readonly string[];
  readonly questions: readonly { readonly ask: readonly string[]; readonly say: readonly string[] }[];
  /** Told about children and things, not about "me": it can stand in a text as well. */
  readonly scene: boolean;
}

/** Small talk: any of `ask` is answered by any of `say`. */
export interface Exchange {
  readonly ask: readonly string[];
  readonly say: readonly string[];
}

export interface Language {
  readonly id: 'en' | 'zh';
  /** Between two sentences. */
  readonly space: string;
  /** Sentences begin with a capital letter. */
  readonly capitals: boolean;
  /** The word for an id, or undefined if this language has none. */
  word(id: string): string | undefined;
  /** Forms of a word, such as `a` (with its article) and `s` (more than one). */
  readonly forms: Readonly<Record<string, (word: string) => string>>;
  /** The same statement with a pronoun for its subject, or null: "{v} lives ..." becomes "{v.he} lives ...". */
  pronoun(source: string): string | null;
  /** Fields that are grammar, not fact: `he`, `his`, `child`. */
  readonly agreement: readonly string[];
  readonly rules: Readonly<Record<string, readonly string[]>>;
  readonly openings: readonly string[];
  readonly links: readonly string[];
  readonly endings: readonly string[];
  readonly episodes: Readonly<Record<string, Episode>>;
  /** Episodes with two-sense words, told less often than the others. */
  readonly senses: Readonly<Record<string, Episode>>;
  readonly biased: Episode;
  readonly even: Episode;
  readonly relations: readonly Relation[];
  /** "And a cat?" by table. */
  readonly followUp: Readonly<Record<string, readonly string[]>>;
  /** "Tell me about a cat." by table. */
  readonly about: Readonly<Record<string, readonly string[]>>;
  readonly yesNo: readonly { readonly relation: string; readonly ask: readonly string[] }[];
  readonly yes: string;
  readonly no: string;
  readonly hello: Exchange;
  readonly bye: Exchange;
  readonly smallTalk: readonly Exchange[];
  readonly notices: readonly Notice[];
  /** What a listener answers to anything that is told. */
  readonly listening: readonly string[];
  /** Answers to a question about something that was never told in this conversation. */
  readonly missing: readonly string[];
  readonly unanswerable: readonly string[];
  readonly refusals: readonly string[];
  /** Requests for a story; `variable` is what it must be about. */
  readonly storyRequests: readonly { readonly ask: readonly string[]; readonly variable: string | null; readonly episodes: readonly string[] }[];
}

/** Beats are separated by an empty line; one that starts with ? may be left out. */
export function episode(text: string, needs?: readonly string[]): Episode {
  const beats = text.trim().split(/\n\s*\n/).map((block) => {
    const trimmed = block.trim();
    return { optional: trimmed.startsWith('?'), lines: lines(trimmed.replace(/^\?/, '')) };
  });
  return needs ? { beats, needs } : { beats };
}

/** Templates without the # of those that training leaves out. */
export const bare = (source: string): string => source.replace(/^#/, '');
/** May training use this template? */
export const isOpen = (source: string): boolean => !source.startsWith('#');

/** A relation; `variable` is the name of its table unless told otherwise. */
export function relation(id: string, table: string, field: string, said: {
  ask: string; say: string; tell?: string; more?: string; variable?: string;
}): Relation {
  return {
    id, table, field, variable: said.variable ?? table,
    ask: lines(said.ask), say: lines(said.say), tell: lines(said.tell ?? ''), more: lines(said.more ?? ''),
  };
}
