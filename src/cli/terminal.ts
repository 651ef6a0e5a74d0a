// Where the words of a command go. Without --json people read standard output. With it, standard output holds one JSON
// object per line and nothing else, and what is meant for people goes to standard error.
import { createLogUpdate } from 'log-update';
import picocolors from 'picocolors';

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What a command needs of the process: tests hand in their own. */
export interface Streams {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Manner {
  readonly json: boolean;
  readonly quiet: boolean;
}

export class Terminal {
  readonly streams: Streams;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether somebody watches, so that lines may be written over. */
  readonly live: boolean;
  readonly colors: ReturnType<typeof picocolors.createColors>;
  readonly #people: Output;
  readonly #update: ReturnType<typeof createLogUpdate> | null;

  constructor(streams: Streams, { json, quiet }: Manner) {
    this.streams = streams;
    this.json = json;
    this.quiet = quiet;
    this.#people = json ? streams.stderr : streams.stdout;
    this.live = this.#people.isTTY === true && !quiet;
    this.colors = picocolors.createColors(this.#people.isTTY === true && !process.env['NO_COLOR']);
    this.#update = this.live ? createLogUpdate(this.#people as NodeJS.WriteStream) : null;
  }

  /** Characters per line. */
  get width(): number {
    return this.#people.columns || 80;
  }

  /** For people, unless they asked for quiet. */
  say(...lines: readonly string[]): void {
    if (!this.quiet) this.tell(...lines);
  }

  /** What the command was called for: also told when quiet, unless a program gets it as a record. */
  tell(...lines: readonly string[]): void {
    if (this.json && this.quiet) return;
    this.#update?.clear();
    this.#people.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** A piece of a text that is still growing. */
  stream(piece: string): void {
    if (this.json && this.quiet) return;
    this.#people.write(piece);
  }

  /** For programs, under --json. */
  record(entry: object): void {
    if (this.json) this.streams.stdout.write(`${JSON.stringify(entry)}\n`);
  }

  /** Lines at the bottom that take the place of those shown before. Nothing where nobody watches. */
  show(...lines: readonly string[]): void {
    this.#update?.(lines.join('\n'));
  }

  /** Takes the lines of {@link show} away. */
  clear(): void {
    this.#update?.clear();
    this.#update?.done();
  }

  complain(message: string): void {
    this.clear();
    this.streams.stderr.write(`${this.colors.red('error')} ${message}\n`);
  }
}
