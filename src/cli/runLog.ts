import type { Store } from '../formats/index.ts';

const FILE = 'log.jsonl';
const FLUSH_MILLISECONDS = 1000;

/** The diary of a run, log.jsonl: one event per line. Lines are collected for a second, so that logging costs nothing. */
export class RunLog {
  readonly #store: Store;
  #waiting = '';
  #flushed = performance.now();

  constructor(store: Store) {
    this.#store = store;
  }

  async add(entry: object): Promise<void> {
    this.#waiting += `${JSON.stringify(entry)}\n`;
    if (performance.now() - this.#flushed > FLUSH_MILLISECONDS) await this.flush();
  }

  async flush(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = '';
    this.#flushed = performance.now();
    if (lines) await this.#store.append(FILE, lines);
  }

  /** Takes away what happened after a step: the run goes on from there, and what follows will be written again. */
  async cutAfter(step: number): Promise<void> {
    const bytes = await this.#store.read(FILE);
    if (!bytes) return;
    const lines = new TextDecoder().decode(bytes).split('\n').filter((line) => {
      if (!line) return false;
      try {
        const entry = JSON.parse(line) as { step?: unknown };
        return typeof entry.step !== 'number' || entry.step <= step;
      } catch {
        return false; // cut short when the run was killed
      }
    });
    await this.#store.write(FILE, lines.map((line) => `${line}\n`).join(''));
  }
}
