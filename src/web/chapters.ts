// The chapters that there are, in their order. A new one is its file and one line here.
import type { Chapter } from './chapter.ts';
import { pixels } from './chapters/pixels.ts';
import { tokens } from './chapters/tokens.ts';

export const chapters: readonly Chapter[] = [pixels, tokens];
