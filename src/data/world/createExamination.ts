// Examines what was learned of a world: questions that were asked in training, questions that were only told,
// wordings never seen, things to be copied from the conversation, questions that nobody can answer, stories.
import { OptionError } from '../../errors.ts';
import { Random, stream } from '../../random.ts';
import type { Message } from '../message.ts';
import { VILLAGER_FACTS } from './createKnowledge.ts';
import { createJudge, type Answer, type Judge } from './createJudge.ts';
import { createStoryteller } from './createStoryteller.ts';
import type { World } from './createWorld.ts';
import type { Bindings, Template } from './Grammar.ts';
import { isHeldQuestion, isUntold } from './heldOut.ts';
import { isOpen, type Notice, type Relation } from './Language.ts';
import type { Entity } from './tables.ts';
import { Voice } from './Voice.ts';

/** What an item examines; every kind is counted for itself. */
export const ITEM_KINDS = [
  /** Asked in training, in wordings of training. */
  'seen',
  /** Told in training in several wordings, but never asked. */
  'held',
  /** Asked in training, but never in this wording. */
  'newWording',
  /** What the young of an animal are called, of the two families of which training never says it. */
  'family',
  /** Sums that training neither asks nor tells: adding, not remembering. */
  'untold',
  /** "And a cat?", "Where does it live?" after another question. */
  'followUp',
  /** Told in this conversation, among other things perhaps. */
  'context',
  'contextNewWording',
  /** Nobody in the world knows. */
  'refuse',
  'refuseNewWording',
  /** Could have been told in this conversation, but was not. */
  'missing',
  'story',
] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export interface Item {
  readonly kind: ItemKind;
  /** Ends with the user's turn that is to be answered. */
  readonly messages: readonly Message[];
  /** The relation or the notice that is asked for; empty for refusals and stories. */
  readonly topic: string;
  /** The wordings that are right, with what their variables must stand for. None where a refusal is right. */
  readonly right: readonly Template[];
  readonly given: Bindings;
  /** What the world itself answers. */
  readonly reference: string;
}

export interface Examination {
  readonly items: readonly Item[];
  readonly judge: Judge;
  /**
   * Grades a reply. Where nobody can know the answer, a refusal is `right`; elsewhere it is `refused`.
   * A story is `right` if all its sentences are of the world, else `bad`.
   */
  grade(item: Item, reply: string): Answer;
}

/**
 * An examination of a world.
 *
 * @param options.seed draws the items.
 * @param options.size items of each kind; of `held` each is asked in two wordings, of `family` and `untold`
 *   there are as many as the world has. Default 100.
 * @throws {OptionError} when the size is no positive whole number.
 * @example
 * const examination = createExamination(world, { seed: 7 });
 * const item = examination.items[0];                     // kind 'seen', messages [{ role: 'user', ... }]
 * examination.grade(item, 'Rosa lives in Oakdale.');     // 'right', 'wrong', 'refused' or 'bad'
 */
export function createExamination(world: World, options: { seed: number; size?: number }): Examination {
  const { seed, size = 100 } = options;
  if (!Number.isInteger(size) || size < 1) throw new OptionError('size', `size must be a positive whole number, but it is ${size}.`);
  const judge = createJudge(world), voice = new Voice(world.grammar, false);
  voice.begin(new Random(seed, stream('world', 'examination')));
  const writer = createItemWriter(world, voice, judge);
  const items: Item[] = [
    ...writer.questions(size), ...writer.followUps(size), ...writer.notices(size), ...writer.refusals(size), ...writer.stories(size),
  ];
  return {
    items, judge,
    grade(item, reply) {
      if (item.kind === 'story') {
        const { sentences, grammatical } = judge.story(reply);
        return sentences > 0 && grammatical === sentences ? 'right' : 'bad';
      }
      const answer = judge.reply(reply, item.right, item.given);
      return item.right.length === 0 && answer === 'refused' ? 'right' : answer;
    },
  };
}

/** Is a refusal the right answer to this kind of question? */
export const isUnanswerable = (kind: ItemKind): boolean => kind === 'refuse' || kind === 'refuseNewWording' || kind === 'missing';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

/** All questions that can be answered, by what training shows of them. */
function sortQuestions({ grammar, language }: World, voice: Voice) {
  const seen: Fact[] = [], held: Fact[] = [], untold: Fact[] = [];
  for (const relation of language.relations) {
    for (const entity of grammar.tables[relation.table]!) {
      if (!voice.knows(relation, entity)) continue;
      const list = isUntold(relation, entity) ? untold : isHeldQuestion(relation, entity) ? held : seen;
      list.push({ relation, entity });
    }
  }
  return { seen, held, untold };
}

interface Fact {
  readonly relation: Relation;
  readonly entity: Entity;
}

function createItemWriter(world: World, voice: Voice, judge: Judge) {
  const { grammar, language } = world, { random } = voice;
  const facts = sortQuestions(world, voice);
  const open = (sources: readonly string[]) => sources.filter(isOpen);
  const late = (sources: readonly string[]) => sources.filter((source) => !isOpen(source));
  const about = ({ relation, entity }: Fact) => voice.about(relation.variable, entity);

  function answerable(kind: ItemKind, fact: Fact, asks: readonly string[], before: readonly Message[] = []): Item {
    return {
      kind, topic: fact.relation.id, right: judge.answersTo(fact.relation), given: about(fact),
      messages: [...before, user(voice.say(asks, about(fact)))], reference: voice.say(fact.relation.say, about(fact)),
    };
  }

  /** `count` facts, spread over the relations. */
  function draw(from: readonly Fact[], count: number): Fact[] {
    const byRelation = language.relations.map((each) => random.shuffle(from.filter(({ relation }) => relation === each)));
    const out: Fact[] = [];
    for (let round = 0; out.length < count && byRelation.some((list) => list.length > round); round++) {
      for (const list of random.shuffle(byRelation)) if (list[round] && out.length < count) out.push(list[round]!);
    }
    return out;
  }

  function questions(size: number): Item[] {
    const reworded = facts.seen.filter(({ relation }) => late(relation.ask).length > 0);
    return [
      ...draw(facts.seen, size).map((fact) => answerable('seen', fact, open(fact.relation.ask))),
      ...[...facts.held, ...facts.held].map((fact) => answerable('held', fact, open(fact.relation.ask))),
      ...draw(reworded, size).map((fact) => answerable('newWording', fact, late(fact.relation.ask))),
      ...facts.untold.map((fact) => answerable(fact.relation.id === 'young' ? 'family' : 'untold', fact, open(fact.relation.ask))),
    ];
  }

  /** A question that was answered, then another that leans on it. */
  function followUps(size: number): Item[] {
    return draw(facts.seen, 4 * size).flatMap((fact) => {
      const { relation, entity } = fact;
      const same = facts.seen.filter((other) => other.relation === relation && other.entity !== entity);
      const next = facts.seen.filter((other) => other.entity === entity && other.relation !== relation
        && other.relation.table === relation.table && other.relation.more.length > 0);
      const before = [user(voice.say(open(relation.ask), about(fact))), assistant(voice.say(relation.say, about(fact)))];
      const followUp = language.followUp[relation.table];
      if (followUp && same.length > 0 && random.chance(0.5)) return answerable('followUp', random.pick(same), followUp, before);
      const other = next.length > 0 ? random.pick(next) : null;
      return other ? answerable('followUp', other, open(other.relation.more), before) : [];
    }).slice(0, size);
  }

  function tellAndAsk(kind: ItemKind, notice: Notice, asks: (sources: readonly string[]) => readonly string[]): Item | null {
    voice.used.clear();
    const question = random.pick(notice.questions.filter(({ ask }) => asks(ask).length > 0));
    if (!question) return null;
    const tellings = notice.scene && random.chance(0.3) ? 2 : 1;
    const told = Array.from({ length: tellings }, () => {
      const bindings: Bindings = [], statement = voice.say(open(notice.tell), bindings);
      for (const entity of bindings) if (entity) voice.used.add(entity);
      return { bindings, statement };
    });
    voice.used.clear();
    const statement = told.map((one) => one.statement).join(language.space), { bindings } = random.pick(told);
    const asked = voice.say(asks(question.ask), bindings), say = question.say.map((source) => grammar.template(source));
    const together = random.chance(0.25);
    return {
      kind, topic: notice.id, right: say, given: bindings, reference: voice.say(question.say, bindings),
      messages: together
        ? [user(statement + language.space + asked)]
        : [user(statement), assistant(voice.say(tellings > 1 ? language.listening : notice.reply, bindings)), user(asked)],
    };
  }

  function notices(size: number): Item[] {
    const items: (Item | null)[] = [];
    for (let i = 0; i < size; i++) items.push(tellAndAsk('context', language.notices[i % language.notices.length]!, open));
    for (let i = 0; i < size; i++) items.push(tellAndAsk('contextNewWording', language.notices[i % language.notices.length]!, late));
    return items.filter((item) => item !== null);
  }

  const refusal = (kind: ItemKind, messages: Message[], reference: readonly string[]): Item =>
    ({ kind, topic: '', messages, right: [], given: [], reference: voice.say(reference) });

  function refusals(size: number): Item[] {
    const unknown = VILLAGER_FACTS.flatMap((fact) => {
      const relation = language.relations.find(({ id }) => id === fact);
      return relation ? grammar.tables['villager']!.filter((v) => !(fact in v.fields)).map((entity) => ({ relation, entity })) : [];
    });
    const items: Item[] = [];
    for (let i = 0; i < size; i++) {
      const fact = unknown.length > 0 && i % 4 === 0 ? random.pick(unknown) : null;
      items.push(refusal('refuse', [user(fact ? voice.say(open(fact.relation.ask), about(fact)) : voice.say(open(language.unanswerable)))], language.refusals));
    }
    for (let i = 0; i < size; i++) items.push(refusal('refuseNewWording', [user(voice.say(late(language.unanswerable)))], language.refusals));
    for (let i = 0; i < size / 2; i++) {
      const [told, asked] = random.shuffle([...language.notices]);
      const before = told!.scene && asked!.scene ? [] : [user(voice.say(open(told!.tell), [])), assistant(voice.say(language.listening))];
      items.push(refusal('missing', [...before, user(voice.say(open(random.pick(asked!.questions).ask)))], language.missing));
    }
    return items;
  }

  function stories(size: number): Item[] {
    const storyteller = createStoryteller(voice);
    return Array.from({ length: Math.ceil(size / 2) }, (_, i): Item => {
      voice.used.clear();
      const { ask, variable, episodes } = language.storyRequests[i % language.storyRequests.length]!, bindings: Bindings = [];
      if (variable) voice.bind(variable, bindings);
      const request = voice.say(open(ask), bindings);
      const { text } = storyteller.story({ bindings, episodes: 1, about: episodes });
      return { kind: 'story', topic: '', messages: [user(request)], right: [], given: bindings, reference: text };
    });
  }

  return { questions, followUps, notices, refusals, stories };
}
