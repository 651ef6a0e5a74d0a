import type { Store } from '../formats/index.ts';

const FILE = 'log.jsonl';
/**
 * The diary of a run, log.jsonl: one event per line. Every event is on its way to the disk before the run goes on, so a
 * run that is killed has in its diary whatever its last checkpoint has done.
 */
export class RunLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async add(entry: object): Promise<void> {
    await this.#store.append(FILE, `${JSON.stringify(entry)}\n`);
  }

  /**
   * Takes away what happened after a step: the run goes on from there, and what follows will be written again.
   *
   * @returns the losses of the steps that stay.
   */
  async cutAfter(step: number): Promise<{ step: number; loss: number }[]> {
    const bytes = await this.#store.read(FILE);
    if (!bytes) return [];
    const entries = new TextDecoder().decode(bytes).split('\n').flatMap((line) => entryOf(line)).filter((entry) => entry.step === undefined || entry.step <= step);
    await this.#store.write(FILE, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    return entries.flatMap(({ kind, step: at, loss }) => (kind === 'step' && at !== undefined && loss !== undefined ? [{ step: at, loss }] : []));
  }
}

interface Entry {
  readonly kind?: string;
  readonly step?: number;
  readonly loss?: number;
}

/** None for a line that was cut short when the run was killed. */
function entryOf(line: string): Entry[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as Entry];
  } catch {
    return [];
  }
}
