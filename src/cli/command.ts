import { builds } from '../engine/index.ts';
import { parseOptions, choice, flag, type Options, type Values, whole } from './options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usageError.ts';

/** What every command understands. */
export const sharedOptions = {
  seed: whole(0, Number.MAX_SAFE_INTEGER, 'decides every random number; the same seed gives the same bits (default 1)'),
  threads: whole(1, 64, 'threads that share the work (default: as many as the machine runs side by side)'),
  build: choice(builds, 'exact: the same bits on every machine (default); fast: fused multiply-add where there is one; turbo, exact-turbo: fast and exact in 256-bit pairs of a V8 that can (Node 24 on, experimental)'),
  quiet: flag('only results and errors'),
  json: flag('one JSON object per line on standard output; text for people goes to standard error'),
  help: flag('this page'),
} as const satisfies Options;

export type SharedOptions = typeof sharedOptions;

/** A command and its options, before it is told apart from others. */
export interface CommandDefinition<O extends Options> {
  /** One or two words: `pretrain`, `tokenizer train`. */
  readonly name: string;
  readonly summary: string;
  /** What else help tells. */
  readonly details?: readonly string[];
  readonly example: string;
  readonly options: O;
  /** Words without `--`, if the command takes any. */
  readonly words?: { readonly name: string; readonly summary: string; readonly most: number };
  run(values: Values<O & SharedOptions>, terminal: Terminal, words: readonly string[]): Promise<void>;
}

export interface Command extends Omit<CommandDefinition<Options>, 'run'> {
  /** Checks the words behind the command; what is wrong with them is thrown before anything is done. */
  prepare(argv: readonly string[]): (terminal: Terminal) => Promise<void>;
}

export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): Command {
  const options = { ...definition.options, ...sharedOptions };
  return {
    ...definition,
    options,
    prepare(argv) {
      const { values, words } = parseOptions(argv, options), most = definition.words?.most ?? 0;
      const extra = words[most];
      if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many. Values of several words need quotation marks; options begin with --.`);
      // parseOptions has checked every value against `options`; this is where that becomes a type
      return (terminal) => definition.run(values as Values<O & SharedOptions>, terminal, words);
    },
  };
}
