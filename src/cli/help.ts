import type { Command } from './command.ts';
import { sharedOptions } from './command.ts';
import { version } from './version.ts';

/** The page of a command. */
export function commandHelp({ name, summary, details = [], example, options, words }: Command): string[] {
  const entries = Object.entries(options).map(([option, { value, summary: what, required }]) => ({
    shared: Object.hasOwn(sharedOptions, option), left: `--${option}${value ? ` ${value}` : ''}`, right: required ? `${what} (required)` : what,
  }));
  const row = ({ left, right }: { left: string; right: string }): string => (left.length > 26 ? `  ${left}\n${' '.repeat(30)}${right}` : `  ${left.padEnd(28)}${right}`);
  return [
    `inkling ${name}: ${summary}`, '',
    `Usage: inkling ${name}${words ? ` ${words.name}` : ''} [options]`,
    ...(words ? ['', row({ left: words.name, right: words.summary })] : []),
    '', 'Options',
    ...entries.filter(({ shared }) => !shared).map(row),
    ...entries.filter(({ shared }) => shared).map(row),
    ...(details.length > 0 ? ['', ...details] : []),
    '', 'Example', ...example.split('\n').map((line) => `  ${line}`),
  ];
}

/** The first page: what there is. */
export function overview(commands: readonly Command[]): string[] {
  return [
    `inkling ${version}: trains, fine-tunes, looks inside and runs small language models`, '',
    'Usage: inkling COMMAND [options]', '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(20)}${summary}`),
    '', 'inkling COMMAND --help tells more of each. Begin with: inkling quickstart',
  ];
}
