// The trained model of 260,000 parameters and its tokenizer, where the shared test data are.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name: string): string => fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));

export const stories = path('stories260K.bin');
export const tok512 = path('tok512.bin');
export const tok512Model = path('tok512.model');
export const read = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(file));

/** Why tests with it are skipped, or null. */
export const missing = [stories, tok512, tok512Model].every((file) => existsSync(file)) ? null : 'the shared test data have no stories260K.bin here';
if (missing) console.log(`Nothing is read from a trained model of llama2.c: ${missing}.`);

/** What it tells, greedily, from the beginning of a text. */
export const STORY = 'Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.';
