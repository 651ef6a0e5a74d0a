// Holds conversations: questions about the world and what follows from them, questions that nobody can answer,
// things that are said and asked for later, small talk, stories on request.
import type { Message } from '../message.ts';
import type { Bindings } from './Grammar.ts';
import { VILLAGER_FACTS } from './createKnowledge.ts';
import type { Storyteller } from './createStoryteller.ts';
import type { Exchange, Notice, Relation } from './Language.ts';
import type { Entity } from './tables.ts';
import type { Voice } from './Voice.ts';

export interface Conversation {
  readonly messages: Message[];
  /** The parts of the conversation, such as `facts`, `context+smallTalk`. */
  readonly kind: string;
}

/** Shares of the parts. Questions and notices are what is hard; refusals come to one answer in ten. */
const SHARES: readonly (readonly [part: string, share: number])[] = [
  ['facts', 0.38], ['context', 0.25], ['missing', 0.11], ['refuse', 0.08], ['about', 0.06], ['smallTalk', 0.05],
  ['story', 0.05], ['yesNo', 0.02],
];

/** How often each table is asked about. */
const TABLES: Readonly<Record<string, number>> = {
  animal: 6, villager: 7, job: 3, place: 3, town: 2, day: 2, month: 2, opposite: 4, tint: 2, thing: 4, crop: 2,
  sum: 4, difference: 3, after: 2, kin: 1, royal: 1,
};

export function createTalker(voice: Voice, storyteller: Storyteller): () => Conversation {
  const { language, grammar } = voice;
  const relationsOf = new Map<string, Relation[]>();
  for (const relation of language.relations) {
    if (!grammar.tables[relation.table]!.some((entity) => voice.mayAsk(relation, entity))) continue;
    relationsOf.set(relation.table, [...(relationsOf.get(relation.table) ?? []), relation]);
  }
  const topics = [...relationsOf.keys()].flatMap((table) => Array<string>(TABLES[table] ?? 1).fill(table));
  const askable = new Map(language.relations.map((relation) =>
    [relation, grammar.tables[relation.table]!.filter((entity) => voice.mayAsk(relation, entity))]));
  const unknown = VILLAGER_FACTS.flatMap((fact) => {
    const relation = language.relations.find(({ id }) => id === fact);
    return relation ? grammar.tables['villager']!.filter((v) => !(fact in v.fields)).map((entity) => ({ relation, entity })) : [];
  });

  let messages: Message[] = [];
  let told = new Set<Notice>();
  const turn = (question: string, answer: string): void => {
    messages.push({ role: 'user', content: question }, { role: 'assistant', content: answer });
  };

  function exchange({ ask, say }: Exchange): void {
    const bindings: Bindings = [];
    turn(voice.say(ask, bindings), voice.say(say, bindings));
  }

  const question = (relation: Relation, entity: Entity, ask = relation.ask, pronoun = false): void => {
    const answer = voice.choose(relation.say).source;
    const source = (pronoun && language.pronoun(answer)) || answer;
    turn(voice.say(ask, voice.about(relation.variable, entity)), voice.write(grammar.template(source), voice.about(relation.variable, entity)));
  };

  /** A question, sometimes the same about another thing, sometimes another about the same. */
  function facts(): void {
    const table = voice.random.pick(topics), relation = voice.random.pick(relationsOf.get(table)!);
    let entity = voice.random.pick(askable.get(relation)!);
    question(relation, entity);
    const followUp = language.followUp[table];
    if (followUp && voice.random.chance(0.3)) {
      const other = voice.random.pick(askable.get(relation)!);
      if (other !== entity) question(relation, (entity = other), followUp);
    }
    if (voice.random.chance(0.35)) {
      const more = relationsOf.get(table)!.filter((r) => r !== relation && r.more.length > 0 && voice.mayAsk(r, entity));
      const next = more.length > 0 ? voice.random.pick(more) : null;
      if (next) question(next, entity, next.more, true);
    }
  }

  function about(): void {
    const table = voice.random.pick(topics.filter((topic) => language.about[topic]));
    const entity = voice.random.pick(grammar.tables[table]!.filter((e) => relationsOf.get(table)!.some((r) => voice.tellable(r).includes(e))));
    const known = relationsOf.get(table)!.filter((relation) => voice.tellable(relation).includes(entity));
    const variable = known[0]!.variable;
    const answer = voice.random.shuffle(known).slice(0, 3).map((relation, i) => {
      const source = voice.choose(relation.say).source;
      return voice.write(grammar.template((i > 0 && language.pronoun(source)) || source), voice.about(variable, entity));
    });
    turn(voice.say(language.about[table]!, voice.about(variable, entity)), answer.join(language.space));
  }

  function refuse(): void {
    if (unknown.length > 0 && voice.random.chance(0.3)) {
      const { relation, entity } = voice.random.pick(unknown);
      turn(voice.say(relation.ask, voice.about(relation.variable, entity)), voice.say(language.refusals));
    } else {
      turn(voice.say(language.unanswerable), voice.say(language.refusals));
    }
  }

  function yesNo(): void {
    const { relation: id, ask } = voice.random.pick(language.yesNo), bindings: Bindings = [];
    const relation = language.relations.find((r) => r.id === id)!, [first, second] = ['animal', 'animal2'].map((name) => grammar.variable(name).index);
    const animal = voice.random.pick(askable.get(relation)!);
    bindings[first!] = animal;
    bindings[second!] = voice.random.chance(0.5) ? animal : voice.random.pick(askable.get(relation)!);
    const same = bindings[second!]!.fields[relation.field] === animal.fields[relation.field];
    turn(voice.say(ask, bindings), voice.write(grammar.template((same ? language.yes : language.no) + relation.say[0]!), bindings));
  }

  /** Draws a notice that was not told in this conversation. */
  function freshNotice(fits: (notice: Notice) => boolean = () => true): Notice | null {
    const fresh = language.notices.filter((notice) => !told.has(notice) && fits(notice));
    return fresh.length > 0 ? voice.random.pick(fresh) : null;
  }

  const use = (bindings: Bindings): Bindings => {
    for (const entity of bindings) if (entity) voice.used.add(entity);
    return bindings;
  };

  /** Something is told, perhaps something else is talked about, then it is asked for. */
  function context(): void {
    if (voice.random.chance(0.3)) return several();
    const notice = freshNotice();
    if (!notice) return;
    told.add(notice);
    const bindings: Bindings = [], statement = voice.say(notice.tell, bindings);
    use(bindings);
    const { ask, say } = voice.random.pick(notice.questions);
    if (voice.random.chance(0.25)) {
      turn(statement + language.space + voice.say(ask, bindings), voice.say(say, bindings));
    } else {
      turn(statement, voice.say(notice.reply, bindings));
      if (voice.random.chance(0.25)) exchange(voice.random.pick(language.smallTalk));
      else if (voice.random.chance(0.15)) facts();
      turn(voice.say(ask, bindings), voice.say(say, bindings));
    }
    if (notice.questions.length > 1 && voice.random.chance(0.3)) {
      const more = voice.random.pick(notice.questions);
      turn(voice.say(more.ask, bindings), voice.say(more.say, bindings));
    }
  }

  /** Two or three things of one kind are told at once; one or two are asked for. */
  function several(): void {
    const notice = freshNotice(({ scene }) => scene);
    if (!notice) return;
    told.add(notice);
    const all = Array.from({ length: 2 + voice.random.below(2) }, () => {
      const bindings: Bindings = [];
      return { statement: voice.say(notice.tell, bindings), bindings: use(bindings) };
    });
    const statement = all.map((one) => one.statement).join(language.space);
    const [first, second] = voice.random.shuffle(all.slice());
    // a question that fits several of the things told would have no answer
    const asked = ({ bindings }: { bindings: Bindings }) => {
      const { ask, say } = voice.random.pick(notice.questions);
      return [voice.say(ask, bindings), voice.say(say, bindings)] as const;
    };
    const [ask, say] = asked(first!);
    if (voice.random.chance(0.5)) {
      turn(statement + language.space + ask, say);
    } else {
      turn(statement, voice.say(language.listening));
      turn(ask, say);
    }
    if (voice.random.chance(0.5)) turn(...asked(second!));
  }

  /** Something is asked for that was never told, perhaps after something else was. */
  function missing(): void {
    const other = voice.random.chance(0.5) ? freshNotice() : null;
    if (other) {
      told.add(other);
      const bindings: Bindings = [], statement = voice.say(other.tell, bindings);
      use(bindings);
      turn(statement, voice.say(other.reply, bindings));
    }
    const someone = [...told].some(({ scene }) => scene);
    const notice = freshNotice(({ scene }) => !(scene && someone));
    if (!notice) return;
    told.add(notice);
    const { ask } = voice.random.pick(notice.questions);
    turn(voice.say(ask), voice.say(language.missing));
  }

  function story(): void {
    const { ask, variable, episodes } = voice.random.pick(language.storyRequests), bindings: Bindings = [];
    if (variable) voice.bind(variable, bindings);
    turn(voice.say(ask, bindings), storyteller.story({ bindings, episodes: 1, about: episodes }).text);
  }

  const parts: Readonly<Record<string, () => void>> = {
    facts, context, refuse, story, about, missing, yesNo, smallTalk: () => exchange(voice.random.pick(language.smallTalk)),
  };

  function draw(): string {
    let left = voice.random.float();
    for (const [part, share] of SHARES) if ((left -= share) < 0) return part;
    return 'facts';
  }

  return () => {
    messages = [];
    told = new Set();
    const kinds: string[] = [];
    if (voice.random.chance(0.25)) exchange(language.hello);
    const size = 1 + voice.random.below(3);
    for (let i = 0; i < size; i++) {
      const part = draw();
      parts[part]!();
      kinds.push(part);
    }
    if (voice.random.chance(0.15)) exchange(language.bye);
    return { messages, kind: kinds.join('+') };
  };
}
