import type { Store } from '../formats/index.ts';
import { folderStore } from '../node/index.ts';
import { lockRun } from './lockRun.ts';
import { settingsFile } from './runSettings.ts';
import type { Terminal } from './terminal.ts';
import { removeTokens } from './tokensFolder.ts';
import { type Run, trainRun } from './trainRun.ts';

/** Notes what is to be done when a run ends, however it does. */
export type AtEnd = (close: () => unknown) => void;

/**
 * The life of a run: nobody else may write to its folder meanwhile, and in the end everything is let go of.
 *
 * @param command what others are told who find the folder in use.
 * @param open begins the run, or puts it together again; null if there is nothing to do. Hands what must be let go of to
 *   `atEnd`, as soon as it is there.
 */
export async function conductRun(out: string, command: string, open: (store: Store, atEnd: AtEnd) => Promise<Run | null>, terminal: Terminal): Promise<void> {
  const lock = await lockRun(out, command), store = folderStore(out), closings: (() => unknown)[] = [];
  try {
    const run = await open(store, (close) => void closings.push(close));
    if (run) await trainRun(run, terminal);
  } finally {
    for (const close of closings.reverse()) await close();
    // only a run that can go on needs its tokens again
    if (!(await store.read(settingsFile)) || await store.read('receipt.json')) await removeTokens(out);
    await lock.release();
  }
}
