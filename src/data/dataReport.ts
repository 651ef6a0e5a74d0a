import { bytes as showBytes, count } from '../errors.ts';
import type { Packing } from './packedRows.ts';

/** What a data set is made of, told before training. Shares go from 0 to 1. */
export interface DataReport {
  readonly source: string;
  /** UTF-8 bytes of all texts, without marks of the file format. */
  readonly bytes: number;
  readonly documents: number;
  /** How many of the documents are conversations. */
  readonly conversations: number;
  /** Without those put before documents. */
  readonly tokens: number;
  readonly bytesPerToken: number;
  /** Documents equal to an earlier one. */
  readonly duplicates: number;
  /** Documents without any token; they are left out. */
  readonly empty: number;
  /** Share of tokens whose prediction is learned. */
  readonly learned: number;
  readonly train: { readonly documents: number; readonly tokens: number };
  readonly validation: { readonly documents: number; readonly tokens: number };
  /** How documents fill rows; null where no context was given. */
  readonly packing: Packing | null;
  /** The first conversation, at most 200 tokens of it: which tokens are learned. */
  readonly example: { readonly ids: readonly number[]; readonly learned: readonly number[] } | null;
}

/**
 * A report as lines of text.
 *
 * @param decode shows the example in words, the learned parts in brackets; without it, it is left out.
 * @example
 * for (const line of formatDataReport(report, (ids) => tokenizer.decode(ids))) console.log(line);
 */
export function formatDataReport(report: DataReport, decode?: (ids: readonly number[]) => string): string[] {
  const { packing, example } = report;
  const kind = report.conversations === 0 ? 'documents' : report.conversations === report.documents ? 'conversations' : `documents, ${count(report.conversations)} of them conversations`;
  const lines = [
    `data        ${report.source}: ${showBytes(report.bytes)} in ${count(report.documents)} ${report.documents === 1 ? kind.replace('s', '') : kind}`,
    `tokens      ${count(report.tokens)}, ${report.bytesPerToken.toFixed(2)} bytes per token`,
    `split       ${side(report.train)} to learn, ${side(report.validation)} to check`,
    `duplicates  ${count(report.duplicates)} (${percent(report.duplicates / report.documents)})`,
  ];
  if (report.empty > 0) lines.push(`empty       ${count(report.empty)} left out`);
  if (report.learned < 1) lines.push(`learned     ${percent(report.learned)} of the tokens`);
  if (packing) {
    lines.push(`rows        ${packing.documentsPerRow.toFixed(1)} documents in a row of ${count(packing.context)}; `
      + `${percent(packing.rowsPadded)} of rows padded (${percent(packing.padded)} of positions), `
      + `${percent(packing.rowsCropped)} cropped (${percent(packing.cropped)} of tokens)`);
  }
  if (example && decode) lines.push('learned are the parts in [brackets], for example:', ...bracketed(example, decode).split('\n').map((line) => `  ${line}`));
  return lines;
}

const side = ({ documents, tokens }: { documents: number; tokens: number }): string =>
  `${count(tokens)} tokens (${count(documents)} ${documents === 1 ? 'document' : 'documents'})`;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Runs of learned tokens in brackets. A run is decoded whole, because one token may be half a character. */
function bracketed({ ids, learned }: NonNullable<DataReport['example']>, decode: (ids: readonly number[]) => string): string {
  let text = '';
  for (let begin = 0, end = 0; begin < ids.length; begin = end) {
    while (end < ids.length && learned[end] === learned[begin]) end++;
    const part = decode(ids.slice(begin, end));
    text += learned[begin] ? `[${part}]` : part;
  }
  return text;
}
