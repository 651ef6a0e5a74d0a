import { number, whole } from './options.ts';

/** How tokens are drawn. */
export const samplingOptions = {
  temperature: number(0, 1000, '0: always the likeliest token; above 1: more adventurous (default 0.8)'),
  'top-k': whole(0, 1 << 21, 'draw from so many of the likeliest tokens only; 0 from all (default)'),
  'top-p': number(0, 1, 'draw from the likeliest tokens that together have this probability; 1 from all (default)', ['least']),
};
