import type { Store } from '../formats/index.ts';
import { folderStore } from '../node/index.ts';
import { lockRun } from './lockRun.ts';
import type { Terminal } from './terminal.ts';
import { removeTokens } from './tokensFolder.ts';
import { type Run, trainRun } from './trainRun.ts';

/**
 * The life of a run: nobody else may write to its folder meanwhile, and in the end everything is let go of.
 *
 * @param command what others are told who find the folder in use.
 * @param open begins the run, or puts it together again; null if there is nothing to do.
 */
export async function conductRun(out: string, command: string, open: (store: Store) => Promise<Run | null>, terminal: Terminal): Promise<void> {
  const lock = await lockRun(out, command);
  try {
    const store = folderStore(out), run = await open(store);
    if (!run) return;
    try {
      await trainRun(run, terminal);
    } finally {
      run.model.engine.stop();
      await run.data.close();
      // a run that goes on needs them again
      if (await store.read('receipt.json')) await removeTokens(out);
    }
  } finally {
    await lock.release();
  }
}
