// Chinese: the same tables through a dictionary, and templates of its own.
import type { Episode, Language } from '../Language.ts';
import { word } from './dictionary.ts';
import { about, followUp, relations } from './relations.ts';
import { biased, endings, episodes, even, links, openings, senses } from './stories.ts';
import { bye, hello, listening, missing, notices, refusals, smallTalk, storyRequests, unanswerable, yesNo } from './talk.ts';
import { rules } from './words.ts';

/** A time or a connective may open any sentence that starts with a child. */
const connected = (source: string): string => (/^\{(p|q)\b/.test(source) ? `[<Then>，]${source}` : source);

const connectedAll = (all: Readonly<Record<string, Episode>>): Record<string, Episode> =>
  Object.fromEntries(Object.entries(all).map(([name, episode]) => [name, {
    ...episode,
    beats: episode.beats.map((beat) => ({ ...beat, lines: beat.lines.map(connected) })),
  }]));

function pronoun(source: string): string | null {
  if (source.startsWith('{v}')) return `{v.he}${source.slice(3)}`;
  return source.startsWith('{animal}') ? `它${source.slice(8)}` : null;
}

export const chinese: Language = {
  id: 'zh', space: '', capitals: false, word, pronoun, forms: {}, rules,
  agreement: ['he', 'him', 'his', 'child', 'grown'],
  openings, links, endings, episodes: connectedAll(episodes), senses: connectedAll(senses), biased, even,
  relations, followUp, about, yesNo, yes: '是的，', no: '不，',
  hello, bye, smallTalk, notices, listening, missing, unanswerable, refusals, storyRequests,
};
