// A stop string may begin in one token and end in the next. So text that could still become a stop string waits.

/**
 * Passes text on up to the first stop string. What it has given out never has to be taken back.
 *
 * The first stop string to be complete counts; of two that end together, the longer one. So the result does not depend
 * on how the text was cut into pieces. At most one character less than the longest stop string waits.
 */
export class StopStrings {
  readonly #stops: readonly string[];
  #waiting = '';
  #found: string | null = null;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** The stop string that was met, or null. */
  get found(): string | null {
    return this.#found;
  }

  /** The text that can be shown now. Nothing any more when a stop string was met. */
  push(text: string): string {
    if (this.#found !== null) return '';
    const all = this.#waiting + text;
    let from = 0, end = Infinity;
    for (const stop of this.#stops) {
      const at = all.indexOf(stop);
      if (at < 0 || at + stop.length > end || (at + stop.length === end && at > from)) continue;
      from = at;
      end = at + stop.length;
      this.#found = stop;
    }
    const length = this.#found === null ? all.length - this.#open(all) : from;
    this.#waiting = this.#found === null ? all.slice(length) : '';
    return all.slice(0, length);
  }

  /** What was still held back: no stop string came of it. */
  end(): string {
    const text = this.#waiting;
    this.#waiting = '';
    return text;
  }

  /** Length of the longest end of `text` that a stop string begins with. */
  #open(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let n = Math.min(stop.length - 1, text.length); n > longest; n--) {
        if (text.endsWith(stop.slice(0, n))) longest = n;
      }
    }
    return longest;
  }
}
