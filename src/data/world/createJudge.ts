// The judge reads what a model wrote with the templates that wrote its corpus.
// It is strict: good English that the world does not speak counts as bad, so every share it gives is a lower bound.
import type { Bindings, Template } from './Grammar.ts';
import { bare, type Relation } from './Language.ts';
import { Reader, type Reading } from './Reader.ts';
import type { Entity } from './tables.ts';
import type { World } from './createWorld.ts';

/** `true`: a sentence of the world whose facts hold; `false`: one whose facts do not; `bad`: no sentence of the world. */
export interface Verdict {
  readonly verdict: 'true' | 'false' | 'bad';
  readonly reading: Reading | null;
}

export interface StoryVerdict {
  readonly sentences: number;
  /** Sentences of the world, true or false. */
  readonly grammatical: number;
  readonly true: number;
  readonly bad: readonly string[];
  /** Sentences that contradict their own story: a toy that changes its colour, a "she" where nobody is one. */
  readonly clashes: readonly string[];
  /** The different children, in the order of their first appearance. */
  readonly cast: readonly string[];
}

/** What a reply is: right, a well-formed statement that is not the answer, a refusal, or no sentence of the world. */
export type Answer = 'right' | 'wrong' | 'refused' | 'bad';

export interface Judge {
  readonly language: 'en' | 'zh';
  /** Judges one sentence of a story or of a fact. */
  sentence(text: string): Verdict;
  /** Judges a text sentence by sentence; a last sentence that has no end is left out. */
  story(text: string): StoryVerdict;
  /** Is this one of the ways to say "I do not know"? */
  refusal(reply: string): boolean;
  /** Which relation of which entity does this question ask for? Null if it asks for none. */
  question(text: string): { relation: Relation; entity: Entity } | null;
  /** Judges the reply to a question about the world; null if it is no such question. */
  answer(question: string, reply: string): Answer | null;
  /** Judges a reply of which the right wordings are known. */
  reply(reply: string, right: readonly Template[], given: Bindings): Answer;
  /** The wordings that answer a relation. */
  answersTo(relation: Relation): readonly Template[];
}

/** Cuts a text into its sentences. A quotation stays together with who said it. */
export function splitSentences(text: string, language: 'en' | 'zh'): string[] {
  const ends = language === 'en' ? /(?<=[.!?]"?)\s+(?=["A-Z])/ : /(?<=[。！？])(?!”)/;
  return text.trim().split(ends).map((sentence) => sentence.trim()).filter(Boolean);
}

/** The judge of a world. It knows the facts, so the world must be of the same `knowledge` as the corpus. */
export function createJudge(world: World): Judge {
  const { grammar, language } = world, reader = new Reader(grammar);
  const compile = (sources: readonly string[]) => sources.map((source) => grammar.template(source));
  const withPronouns = (sources: readonly string[]) =>
    compile(sources.flatMap((source) => [bare(source), language.pronoun(bare(source)) ?? []].flat()));

  const episodes = [...Object.values(language.episodes), ...Object.values(language.senses), language.biased, language.even];
  const told = [
    ...language.openings, ...language.links, ...language.endings,
    ...episodes.flatMap((episode) => episode.beats.flatMap((beat) => beat.lines)),
    ...language.notices.filter(({ scene }) => scene).flatMap(({ tell, questions }) => [...tell, ...questions.flatMap(({ say }) => say)]),
  ];
  const answers = new Map(language.relations.map((relation) => [relation, withPronouns([...relation.say, ...relation.tell])]));
  const anyAnswer = [...new Set([...answers.values()].flat())];
  const sentences = [...new Set([...compile(told), ...anyAnswer])];
  const replies = [...new Set([
    ...anyAnswer, ...compile(language.notices.flatMap(({ questions, reply }) => [...questions.flatMap(({ say }) => say), ...reply])),
    ...compile(language.smallTalk.flatMap(({ say }) => say)),
  ])];
  const refusals = compile([...language.refusals, ...language.missing]);
  const questions = language.relations.flatMap((relation) => compile(relation.ask).map((template) => ({ template, relation })));
  const known = new Map<string, Verdict>();

  function sentence(text: string): Verdict {
    let verdict = known.get(text);
    if (!verdict) {
      const strict = reader.read(text, sentences), reading = strict ?? reader.read(text, sentences, true);
      verdict = { verdict: strict ? 'true' : reading ? 'false' : 'bad', reading };
      if (known.size > 50_000) known.clear();
      known.set(text, verdict);
    }
    return verdict;
  }

  function story(text: string): StoryVerdict {
    const all = splitSentences(text, language.id);
    if (!/[.!?。！？]["”]?$/.test(all.at(-1) ?? '')) all.pop();
    const memory = createMemory(world), bad: string[] = [], clashes: string[] = [];
    let right = 0;
    for (const each of all) {
      const { verdict, reading } = sentence(each);
      if (verdict === 'true') right++;
      if (!reading) bad.push(each);
      else if (!memory.add(each, reading)) clashes.push(each);
      memory.seeChildren(each);
    }
    return { sentences: all.length, grammatical: all.length - bad.length, true: right, bad, clashes, cast: memory.cast() };
  }

  const refusal = (reply: string): boolean => reader.read(reply.trim(), refusals) !== null;

  function reply(text: string, right: readonly Template[], given: Bindings): Answer {
    const said = text.trim();
    if (refusal(said)) return 'refused';
    if (reader.read(said, right, false, given)) return 'right';
    return reader.read(said, replies, true) ? 'wrong' : 'bad';
  }

  function question(text: string): { relation: Relation; entity: Entity } | null {
    for (const { template, relation } of questions) {
      const reading = reader.read(text.trim(), [template]);
      const entity = reading?.bindings[grammar.variable(relation.variable).index];
      if (entity) return { relation, entity };
    }
    return null;
  }

  function answer(text: string, said: string): Answer | null {
    const asked = question(text);
    if (!asked) return null;
    const given: Bindings = [];
    given[grammar.variable(asked.relation.variable).index] = asked.entity;
    return reply(said, answers.get(asked.relation)!, given);
  }

  return { language: language.id, sentence, story, refusal, question, answer, reply, answersTo: (relation) => answers.get(relation)! };
}

/** What a reader of a story remembers of it. */
function createMemory({ grammar, language }: World) {
  const children = grammar.tables['person']!.map((child) => language.word(child.name)).filter((name) => name !== undefined);
  const mentions = (sentence: string, word: string): boolean => language.id === 'zh'
    ? sentence.includes(word)
    : new RegExp(`(?<![A-Za-z])${word}(?![A-Za-z])`, 'i').test(sentence);
  const met = new Set<string>(), colors = new Map<Entity, Entity>(), sexes = new Set<string>();
  const toy = grammar.variable('toy').index, color = grammar.variable('color').index;

  return {
    cast: () => [...met],
    /** Children count by name even in a sentence that cannot be read. */
    seeChildren(sentence: string): void {
      for (const name of children) if (sentence.includes(name) && mentions(sentence, name)) met.add(name);
    },
    /** Takes in a sentence; false if it contradicts what was told before. */
    add(sentence: string, { bindings }: Reading): boolean {
      let fits = true;
      const thing = bindings[toy], painted = bindings[color];
      if (thing && painted) {
        const before = colors.get(thing);
        if (before && before !== painted) fits = false;
        colors.set(thing, painted);
      }
      const people = bindings.filter((entity): entity is Entity => entity?.fields['he'] !== undefined);
      const says = (id: string) => mentions(sentence, language.word(id) ?? id);
      // the slices tell of "the guard ... his" on purpose: there the pronoun is who it is
      for (const { name, fields } of people) if (says(name) || name === fields['he']) sexes.add(fields['he']!);
      for (const { fields } of people) {
        if (!sexes.has(fields['he']!) && ['he', 'him', 'his'].some((field) => says(fields[field]!))) fits = false;
      }
      return fits;
    },
  };
}
