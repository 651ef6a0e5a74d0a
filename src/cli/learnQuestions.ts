// `chat --filter questions`: a net that tells what kind of message it reads, trained on the world's own while you wait.
import { createWorld, worldQuestions } from '../data/index.ts';
import { type TextClassifier, trainClassifier } from '../decode/index.ts';
import { createEngine } from '../engine/index.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = 3000;

/** Trains on one thread, and says how long it took. The same bits every time. */
export async function learnQuestions(language: 'en' | 'zh', terminal: Terminal): Promise<TextClassifier> {
  const began = performance.now(), engine = await createEngine({ threads: 1 });
  try {
    const classifier = trainClassifier(engine, worldQuestions(createWorld({ seed: 1, language }), EXAMPLES));
    terminal.say(terminal.colors.dim(`(filter: learnt ${EXAMPLES.toLocaleString('en')} questions in ${((performance.now() - began) / 1000).toFixed(1)} s)`));
    return classifier;
  } finally {
    engine.stop();
  }
}
