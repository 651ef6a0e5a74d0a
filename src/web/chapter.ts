// What a chapter is to the page. Each is one file in chapters/, with its words in all languages and, for the worker, a
// service beside it; chapters.ts lists those that there are.
import type { Client } from './client.ts';
import type { Inspector } from './inspector.ts';
import type { Language, Words } from './language.ts';

/** What the page lends a chapter while it is open. */
export interface Page {
  readonly language: Language;
  readonly words: Words;
  readonly client: Client;
  readonly inspector: Inspector;
  /** Outlives the chapter's view, a change of language and the worker; gone with the tab. */
  readonly memory: Map<string, unknown>;
  /** A value of the address, for links. */
  get(name: string): string | null;
  /** Writes it; null takes it away. Chapters see only their own values, and `text`, the sentence of chapters 2 to 6. */
  put(name: string, value: string | null): void;
  /** The visitor has done what the chapter is about. */
  finish(): void;
  /** Says something to those who listen rather than look. */
  announce(text: string): void;
  /** Shows what went wrong, and how to go on. */
  fail(error: unknown): void;
  number(x: number, digits?: number): string;
}

/** An open chapter. */
export interface View {
  readonly element: HTMLElement;
  close(): void;
}

/** Words that every chapter has. */
export interface ChapterWords {
  readonly title: string;
  /** One sentence. */
  readonly claim: string;
  readonly simplified: readonly string[];
}

export interface Chapter {
  /** 1 to 10. */
  readonly number: number;
  readonly words: Readonly<Record<Language, ChapterWords>>;
  open(page: Page): View;
}
