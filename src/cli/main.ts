import { closest, DataError, FormatError, MemoryError, OptionError, ShapeError } from '../errors.ts';
import { StoreError } from '../formats/index.ts';
import { DivergedError } from '../train/index.ts';
import { chat } from './commands/chat.ts';
import { convert } from './commands/convert.ts';
import { corpus } from './commands/corpus.ts';
import { evaluate } from './commands/evaluate.ts';
import { finetune } from './commands/finetune.ts';
import { generateText } from './commands/generateText.ts';
import { inspectAttention } from './commands/inspectAttention.ts';
import { inspectBank } from './commands/inspectBank.ts';
import { inspectBias } from './commands/inspectBias.ts';
import { inspectCopied } from './commands/inspectCopied.ts';
import { inspectDoubt } from './commands/inspectDoubt.ts';
import { inspectFile } from './commands/inspectFile.ts';
import { inspectLens } from './commands/inspectLens.ts';
import { inspectNeighbours } from './commands/inspectNeighbours.ts';
import { inspectNeuron } from './commands/inspectNeuron.ts';
import { inspectTensor } from './commands/inspectTensor.ts';
import { inspectWhy } from './commands/inspectWhy.ts';
import { pretrain } from './commands/pretrain.ts';
import { report } from './commands/report.ts';
import { studio } from './commands/studio.ts';
import { symbolsClassify } from './commands/symbolsClassify.ts';
import { symbolsShow } from './commands/symbolsShow.ts';
import { symbolsTrain } from './commands/symbolsTrain.ts';
import { tokenizerDecode } from './commands/tokenizerDecode.ts';
import { tokenizerEncode } from './commands/tokenizerEncode.ts';
import { tokenizerReport } from './commands/tokenizerReport.ts';
import { tokenizerTrain } from './commands/tokenizerTrain.ts';
import { verify } from './commands/verify.ts';
import type { Command } from './command.ts';
import { commandHelp, overview } from './help.ts';
import { quickstart } from './quickstart.ts';
import { inFlags } from './samplingOptions.ts';
import { type Streams, Terminal } from './terminal.ts';
import { UsageError } from './usageError.ts';
import { version } from './version.ts';

const commands: readonly Command[] = [
  quickstart, corpus, tokenizerTrain, tokenizerEncode, tokenizerDecode, tokenizerReport, pretrain, finetune, evaluate, generateText, chat, report, verify,
  convert, inspectFile, inspectTensor, inspectAttention, inspectLens, inspectWhy, inspectNeighbours, inspectNeuron, inspectBank, inspectCopied, inspectBias, inspectDoubt,
  symbolsTrain, symbolsClassify, symbolsShow, studio,
];

/** Errors that tell the user all there is to say; any other one is our own mistake and shows where it happened. */
const expected = [DataError, FormatError, MemoryError, OptionError, ShapeError, StoreError, DivergedError, UsageError];

/**
 * Carries out a command line.
 *
 * @param argv without `node` and the name of the script.
 * @returns the exit code: 0, 1 for a failure, 2 for wrong usage.
 * @example
 * process.exitCode = await main(['pretrain', '--data', 'world', '--out', 'runs/first'], process);
 */
export async function main(argv: readonly string[], streams: Streams): Promise<number> {
  const words = argv.slice(0, argv.indexOf('--') < 0 ? undefined : argv.indexOf('--'));
  const terminal = new Terminal(streams, { json: words.includes('--json'), quiet: words.includes('--quiet') });
  try {
    await dispatch(argv, terminal);
    return 0;
  } catch (error) {
    terminal.clear();
    const known = expected.some((kind) => error instanceof kind), { name, message: said, stack } = error instanceof Error ? error : new Error(String(error));
    const message = error instanceof OptionError ? inFlags(said) : said;
    terminal.complain(known ? message : `Something went wrong that never should. Please report this.\n${stack ?? message}`);
    terminal.record({ kind: 'error', name, message });
    return error instanceof UsageError || error instanceof OptionError ? 2 : 1;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<void> {
  const [first, second = ''] = argv;
  if (first === '--version') return terminal.tell(version);
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const asked = commands.filter(({ name }) => second !== '' && (name === second || name.startsWith(`${second} `)));
    return terminal.tell(...(asked.length > 0 ? asked.flatMap((command) => [...commandHelp(command), '']) : overview(commands)));
  }
  const command = commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  const rest = argv.slice(command?.name.includes(' ') ? 2 : 1), wantsHelp = rest.includes('--help') || rest.includes('-h');
  if (!command) {
    const family = commands.filter(({ name }) => name.startsWith(`${first} `));
    if (family.length > 0 && wantsHelp && second.startsWith('-')) return terminal.tell(...family.flatMap((member) => [...commandHelp(member), '']));
    throw new UsageError(unknownCommand(first, second, family));
  }
  if (wantsHelp) return terminal.tell(...commandHelp(command));
  await command.prepare(rest)(terminal);
}

function unknownCommand(first: string, second: string, family: readonly Command[]): string {
  if (family.length > 0) {
    const names = family.map(({ name }) => name.slice(first.length + 1)), near = closest(second, names);
    return `inkling ${first} needs one of ${names.join(', ')}${second && !second.startsWith('-') ? `, but it got "${second}".${near ? ` Did you mean ${first} ${near}?` : ''}` : '.'}`;
  }
  const near = closest(first, [...new Set(commands.map(({ name }) => name.split(' ')[0]!))]);
  return `Unknown command "${first}". ${near ? `Did you mean ${near}?` : `There are ${commands.map(({ name }) => name).join(', ')}.`}`;
}
