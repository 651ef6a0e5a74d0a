// A terminal session as a picture: node bench/session.mjs < transcript.txt > bench/session.svg
// Lines that begin with "> " are what a person typed; lines of three dots stand for what was left out.
import { readFileSync } from 'node:fs';

const WIDTH = 112;
/** Lines that are too long go on below. */
const wrap = (line) => line.length <= WIDTH ? [line] : line.match(new RegExp(`.{1,${WIDTH}}(?:\\s|$)`, 'g')).map((part) => part.trimEnd());
const lines = readFileSync(0, 'utf8').replace(/\n+$/, '').split('\n').map((line) => line.replace(/\x1b\[[0-9;]*m/g, '')).flatMap(wrap);
const LINE = 19, LEFT = 20, TOP = 52, height = TOP + lines.length * LINE + 16, width = LEFT * 2 + WIDTH * 8.1;
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const style = (line) => {
  if (line.startsWith('$ ')) return 'p';
  if (line.startsWith('> ')) return 'u';
  if (/^\.\.\.$/.test(line.trim())) return 'd';
  if (/^(Learning|What was|A talk)/.test(line)) return 'h';
  return 't';
};

console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" width="${width.toFixed(0)}" height="${height}" role="img" aria-label="A terminal: training, a report, a chat">
<style>text{font:13.5px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}.t{fill:#d8dee3}.h{fill:#8fd0b5;font-weight:600}.u{fill:#f0c97d}.p{fill:#8fd0b5}.d{fill:#6b7680}</style>
<rect width="100%" height="100%" rx="10" fill="#14191d"/>
<circle cx="22" cy="20" r="5.5" fill="#3a434b"/><circle cx="40" cy="20" r="5.5" fill="#3a434b"/><circle cx="58" cy="20" r="5.5" fill="#3a434b"/>
${lines.map((line, i) => `<text class="${style(line)}" x="${LEFT}" y="${TOP + i * LINE}" xml:space="preserve">${escape(line)}</text>`).join('\n')}
</svg>`);
