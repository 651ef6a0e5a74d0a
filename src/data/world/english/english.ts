// English: ids are English words already, so a word is its own translation.
import type { Episode, Language } from '../Language.ts';
import { episodes, endings, links, openings } from './stories.ts';
import { biased, even, moreEpisodes } from './moreStories.ts';
import { about, followUp, moreRelations } from './moreRelations.ts';
import { listening, notices } from './notices.ts';
import { relations } from './relations.ts';
import { senses } from './senses.ts';
import { bye, hello, missing, refusals, smallTalk, storyRequests, unanswerable, yesNo } from './talk.ts';
import { forms, rules } from './words.ts';

/** A connective may open any sentence that starts with a person or an animal. */
const connected = (source: string): string => (/^(\{(p|q|r)\b|the \{animal)/.test(source) ? `[<Then>, ]${source}` : source);

const connectedAll = (all: Readonly<Record<string, Episode>>): Record<string, Episode> =>
  Object.fromEntries(Object.entries(all).map(([name, episode]) => [name, {
    ...episode,
    beats: episode.beats.map((beat) => ({ ...beat, lines: beat.lines.map(connected) })),
  }]));

function pronoun(source: string): string | null {
  if (source.startsWith('{v} ')) return `{v.he} ${source.slice(4)}`;
  return source.startsWith('{animal.a} ') ? `it ${source.slice(11)}` : null;
}

export const english: Language = {
  id: 'en', space: ' ', capitals: true, word: (id) => id, pronoun, forms, rules,
  agreement: ['he', 'him', 'his', 'child', 'grown'],
  openings, links, endings, episodes: connectedAll({ ...episodes, ...moreEpisodes }), senses: connectedAll(senses), biased, even,
  relations: [...relations, ...moreRelations], followUp, about, yesNo, yes: 'yes, ', no: 'no, ',
  hello, bye, smallTalk, notices, listening, missing, unanswerable, refusals, storyRequests,
};
