// What is seen is in the address: `?lang=zh#2&vocab=600`, so a link shows the same view. Language and theme belong to the
// page, the rest to the chapter whose number stands first.
import { isLanguage, type Language } from './language.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface Address {
  readonly language: Language;
  readonly theme: Theme;
  readonly chapter: number;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads an address. Whatever it does not know is left out, so an old or mistyped link still opens the page.
 *
 * @example
 * parseAddress('?lang=zh', '#2&vocab=600', 'en').chapter; // 2
 */
export function parseAddress(search: string, hash: string, fallback: Language): Address {
  const query = new URLSearchParams(search), [first = '', ...rest] = hash.replace(/^#/, '').split('&');
  const language = query.get('lang'), theme = themes.find((name) => name === query.get('theme'));
  return {
    language: isLanguage(language) ? language : fallback, theme: theme ?? 'auto', chapter: /^\d+$/.test(first) ? Number(first) : 1,
    values: new Map(new URLSearchParams(rest.join('&'))),
  };
}

/** The other way round: what stands behind the path. */
export function formatAddress({ language, theme, chapter, values }: Address): string {
  const query = new URLSearchParams({ lang: language }), hash = new URLSearchParams([...values]).toString();
  if (theme !== 'auto') query.set('theme', theme);
  return `?${query.toString()}#${chapter}${hash && `&${hash}`}`;
}

/** The language that the browser asks for, if there is such a one. */
export const preferredLanguage = (wanted: readonly string[]): Language => wanted.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
