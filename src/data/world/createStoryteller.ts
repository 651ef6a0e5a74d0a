// Plans stories: an opening, one to three episodes about the same child, an ending. Scenes: what some children have,
// and the same once more in other words. Slices: who has which job, told with a bias or evenly.
import type { Bindings, Grammar, Template } from './Grammar.ts';
import type { Episode, Notice } from './Language.ts';
import { VILLAGER_FACTS } from './createKnowledge.ts';
import type { Entity } from './tables.ts';
import type { Voice } from './Voice.ts';
import type { Sense } from './Writer.ts';

export interface Told {
  readonly text: string;
  readonly senses: readonly Sense[];
}

export interface StoryWish {
  /** What the story must be about: variables that are already bound. */
  readonly bindings?: Bindings;
  readonly episodes?: number;
  /** The first episode is one of these. */
  readonly about?: readonly string[];
}

export interface Storyteller {
  story(wish?: StoryWish): Told;
  scene(): Told;
  slice(kind: 'biased' | 'even'): Told;
}

/** How often an optional beat is told, a link stands between episodes, a friend stays. */
const BEAT = 0.55, LINK = 0.7, STAYS = 0.75;
/** How often an episode turns on a two-sense word. */
const SENSE = 0.22;
/** In the biased slice, so many of the people of a job are of its usual sex. */
const BIAS = 0.95;

/** A text that grows by sentences and knows where its two-sense words stand. */
class Page {
  text = '';
  readonly senses: Sense[] = [];
  readonly #voice: Voice;

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  add(template: Template, bindings: Bindings): void {
    if (this.text) this.text += this.#voice.language.space;
    this.text += this.#voice.write(template, bindings, this.senses, this.text.length);
  }
}

/** The jobs that the slices tell of, and which pronoun (its number in the table) is the usual one of each in the biased slice. */
export const jobsOfSlices = ({ tables }: Grammar): { readonly who: Entity; readonly usual: number }[] =>
  tables['job']!.filter((_, i) => i % 2 === 0).map((who, k) => ({ who, usual: k % 2 }));

export function createStoryteller(voice: Voice): Storyteller {
  const { language, grammar } = voice;
  // animals with their young come up more often: only stories show the families that are never defined
  const ordinary = [...Object.keys(language.episodes).filter((name) => name !== 'toy'), 'pet', 'animals'];
  const twoSense = Object.keys(language.senses);
  const [p, q, r, toy, color] = ['p', 'q', 'r', 'toy', 'color'].map((name) => grammar.variable(name).index) as [number, number, number, number, number];
  const jobs = jobsOfSlices(grammar);
  const pronouns = grammar.tables['pronoun']!;

  function tell(page: Page, episode: Episode, bindings: Bindings): void {
    for (const beat of episode.beats) {
      if (beat.optional && !voice.random.chance(BEAT)) continue;
      page.add(voice.choose(beat.lines), bindings);
    }
  }

  /** The hero stays; the friend and the relative mostly; the toy as long as there is one. */
  function next(bindings: Bindings): Bindings {
    const kept: Bindings = [];
    kept[p] = bindings[p];
    if (voice.random.chance(STAYS)) [kept[q], kept[r]] = [bindings[q], bindings[r]];
    if (bindings[toy] && bindings[color]) [kept[toy], kept[color]] = [bindings[toy], bindings[color]];
    return kept;
  }

  function episodeAfter(last: string): { name: string; episode: Episode } {
    if (voice.random.chance(SENSE)) {
      const name = voice.random.pick(twoSense);
      return { name, episode: language.senses[name]! };
    }
    let name: string;
    do name = voice.random.pick(ordinary); while (name === last);
    return { name, episode: language.episodes[name]! };
  }

  function story(wish: StoryWish = {}): Told {
    const page = new Page(voice);
    let bindings: Bindings = [...(wish.bindings ?? [])];
    if (!bindings[p]) voice.bind('p', bindings);
    const opening: Bindings = [];
    opening[p] = bindings[p];
    page.add(voice.choose(language.openings), opening);
    const episodes = wish.episodes ?? 1 + voice.random.below(3);
    let last = '', hasToy = false;
    for (let i = 0; i < episodes; i++) {
      if (i > 0) {
        bindings = next(bindings);
        if (voice.random.chance(LINK)) page.add(voice.choose(language.links), bindings);
      }
      const wished = i === 0 && wish.about?.length ? voice.random.pick(wish.about) : null;
      const { name, episode } = wished ? { name: wished, episode: language.episodes[wished]! } : episodeAfter(last);
      last = name;
      if (episode.needs && !hasToy) tell(page, language.episodes['toy']!, bindings);
      hasToy ||= episode.needs !== undefined || name === 'toy';
      if (name === 'visit') voice.bind('v', bindings, (villager) => VILLAGER_FACTS.every((fact) => fact in villager.fields));
      tell(page, episode, bindings);
      if (!hasToy) bindings[toy] = bindings[color] = undefined;
    }
    page.add(voice.choose(language.endings), next(bindings));
    return page;
  }

  const scenes = language.notices.filter((notice) => notice.scene);

  function scene(): Told {
    const page = new Page(voice), kind = voice.random.pick(scenes);
    const told: { notice: Notice; bindings: Bindings }[] = [];
    const size = 2 + voice.random.below(3);
    for (let i = 0; i < size; i++) {
      // sometimes all are of one kind, so that only the names tell them apart
      const notice = voice.random.chance(0.6) ? kind : voice.random.pick(scenes), bindings: Bindings = [];
      page.add(voice.choose(notice.tell), bindings);
      for (const entity of bindings) if (entity) voice.used.add(entity);
      told.push({ notice, bindings });
    }
    for (const { notice, bindings } of voice.random.shuffle(told)) {
      page.add(voice.choose(voice.random.pick(notice.questions).say), bindings);
    }
    voice.used.clear();
    return page;
  }

  function slice(kind: 'biased' | 'even'): Told {
    const page = new Page(voice), job = grammar.variable('job').index, pronoun = grammar.variable('pronoun').index;
    for (let i = 0; i < 3; i++) {
      const { who, usual } = voice.random.pick(jobs), bindings: Bindings = [];
      const sex = voice.random.chance(kind === 'biased' ? BIAS : 0.5) ? usual : 1 - usual;
      bindings[job] = who;
      bindings[pronoun] = pronouns[sex];
      tell(page, language[kind], bindings);
    }
    return page;
  }

  return { story, scene, slice };
}
