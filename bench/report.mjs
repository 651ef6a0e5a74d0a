// Tables of Markdown, and the line that says where and when.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';

export const percent = (share) => `${(share * 100).toFixed(0)}%`;

const commit = () => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: new URL('.', import.meta.url), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'no commit';
  }
};

/** For example `2026-11-24, commit 972b7db, 2 threads of AMD EPYC, Node 20.20.2`. */
export function describeMachine() {
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit()}, ${availableParallelism()} threads of ${cpus()[0]?.model.trim() ?? 'an unknown CPU'}, Node ${process.versions.node}`;
}

/** Columns are padded, so that the text reads well in a terminal too. */
function table({ title, columns, rows, note }) {
  const lines = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, i) => Math.max(3, ...lines.map((line) => line[i].length)));
  const show = (line) => `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return `${title}\n\n${show(lines[0])}\n${rule}\n${lines.slice(1).map(show).join('\n')}\n${note ? `\n${note}\n` : ''}`;
}

export function markdown({ topic, arithmetic, limits, tables }) {
  const { threads, gflops1, gflopsAll, gigabytes1, gigabytesAll } = limits;
  return `### ${topic}\n\nLimits of this machine around the run, 1 thread and ${threads}: ${arithmetic}, on registers, ${gflops1.toFixed(1)} and ${gflopsAll.toFixed(1)} GFLOP/s, `
    + `streaming read ${gigabytes1.toFixed(1)} and ${gigabytesAll.toFixed(1)} GB/s.\n\n${tables.map(table).join('\n')}`;
}
