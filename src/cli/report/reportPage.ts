// The report card as one HTML file: no script, no network, readable on paper.
import type { ItemKind } from '../../data/index.ts';
import { count } from '../../errors.ts';
import type { BiasReport } from '../../inspect/index.ts';
import { drawIntervals, drawLines, drawShares, escape, percent, type ShareRow } from './charts.ts';
import type { ReportCard } from './reportCard.ts';
import { type ReportWords, reportWords } from './reportWords.ts';

/** @returns a whole document. */
export function reportPage(card: ReportCard): string {
  const w = reportWords[card.language], title = `${w.title}: ${card.model}`;
  const sections = [short(card, w), learning(card, w), knows(card, w), analogies(card, w), bank(card, w), bias(card, w), doubt(card, w), copying(card, w), speed(card, w), samples(card, w), receipt(card, w)];
  return `<!doctype html>
<html lang="${card.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>${escape(w.title)}</h1><p class="model">${escape(card.model)}</p></header>
${sections.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.55 system-ui,"Noto Sans","Noto Sans CJK SC","PingFang SC",sans-serif}
main{max-width:46rem;margin:0 auto;padding:3rem 1.25rem 4rem}
header{border-bottom:3px solid #1d4f91;margin-bottom:2rem}
h1{font-size:2rem;line-height:1.2;margin:0}
.model{font-size:1.1rem;color:#444;margin:.3rem 0 1rem}
h2{font-size:1.25rem;margin:2.6rem 0 .4rem;color:#1d4f91}
p{margin:.4rem 0 .8rem}
svg{display:block;width:100%;height:auto;margin:.6rem 0}
svg text{font:13px system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;fill:#333}
dl.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0}
dl.tiles div{border:1px solid #ccc;border-radius:.5rem;padding:.7rem .9rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
dl.tiles dt{font-size:.82rem;color:#444;line-height:1.35}
dl.tiles dd{margin:0;font-size:1.55rem;font-weight:600;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.93rem}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600}
blockquote{margin:.6rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid #bbb;white-space:pre-wrap}
@media print{body{font-size:11pt}main{max-width:none;padding:0}section{break-inside:avoid}h2{break-after:avoid}@page{margin:18mm}}
`;

const section = (title: string, ...parts: readonly string[]): string => `<section><h2>${escape(title)}</h2>${parts.join('\n')}</section>`;
const paragraph = (text: string): string => `<p>${escape(text)}</p>`;
const table = (rows: readonly (readonly [string, string])[]): string =>
  `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`).join('')}</tbody></table>`;
const signed = (n: number): string => `${n < 0 ? '−' : '+'}${Math.abs(n).toFixed(2)}`;

function short({ world, bank: senses, bias: gap, doubt: sure, copying: copied, learning: stages, parameters, speed: { writing } }: ReportCard, w: ReportWords): string {
  const bits = stages.find(({ stage }) => stage === 'pretrain')?.bitsPerByte ?? stages[0]?.bitsPerByte;
  const tiles: readonly (readonly [string, string])[] = [
    [w.parameters, count(parameters)], ...(bits ? [[w.bitsPerByte, bits.toFixed(3)] as const] : []),
    ...(world ? [[w.grammatical, percent(world.grammatical)], [w.held, percent(world.held)], [w.refusal, world.refusal.f1.toFixed(3)]] as const : []),
    ...(senses ? [[w.bank, percent(Math.max(...senses.layers.map(({ accuracy }) => accuracy)))] as const] : []), ...(sure ? [[`${w.doubt}, ${w.auroc}`, sure.auroc.doubt.toFixed(3)] as const] : []),
    ...(gap ? [[`${w.bias}: ${w.biased}`, `${signed(gap.biased.mean)} ${w.nats}`] as const] : []), ...(copied ? [[w.copying, percent(copied.share)] as const] : []), [`${w.speed} (${w.writing})`, `${count(Math.round(writing))}/s`],
  ];
  return section(w.summary, `<dl class="tiles">${tiles.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`);
}

function learning({ learning: stages }: ReportCard, w: ReportWords): string {
  if (stages.length === 0) return '';
  return section(w.learning, paragraph(w.learningText), ...stages.map(({ stage, losses, bitsPerByte }) => {
    const name = stage === 'pretrain' ? w.reading : w.answering, [, from] = losses[0]!, [, to] = losses.at(-1)!;
    return `<p><strong>${escape(name)}</strong>${bitsPerByte === null ? '' : ` · ${escape(w.bitsPerByte)}: ${bitsPerByte.toFixed(3)}`}</p>`
      + drawLines([{ name, points: losses }], { label: `${name}: ${w.loss}, ${from.toFixed(2)} → ${to.toFixed(2)}`, x: w.step, y: w.loss, height: 220 });
  }));
}

function knows({ world }: ReportCard, w: ReportWords): string {
  if (!world) return '';
  const { counts } = world, of = (kind: ItemKind): string => `(${counts[kind].right}/${counts[kind].of})`;
  const rows: ShareRow[] = [
    { name: w.grammatical, share: world.grammatical }, { name: w.truth, share: world.trueStatements }, { name: w.seen, share: world.seen, detail: of('seen') }, { name: w.held, share: world.held, detail: of('held') },
    { name: w.newWordings, share: world.newWordings, detail: of('newWording') }, { name: w.context, share: world.context, detail: of('context') },
    { name: w.refusal, share: world.refusal.f1 }, { name: w.refusalNew, share: world.refusalNewWordings.f1 }, { name: w.families, share: world.families, detail: of('family') },
  ];
  return section(w.knows, paragraph(w.knowsText), drawShares(rows, { label: rows.map(({ name, share }) => `${name} ${percent(share)}`).join(', ') }));
}

function analogies({ analogies: scores }: ReportCard, w: ReportWords): string {
  const known = scores.filter(({ covered }) => covered > 0);
  if (known.length === 0) return '';
  const rows = known.map(({ name, covered, first }) => ({ name, share: first / covered, detail: `(${first}/${covered})` }));
  return section(w.analogies, paragraph(w.analogiesText), drawShares(rows, { label: rows.map(({ name, share }) => `${name} ${percent(share)}`).join(', ') }));
}

function bank({ bank: senses }: ReportCard, w: ReportWords): string {
  if (!senses) return '';
  const heads = [...senses.heads].sort((a, b) => a.without - a.with - (b.without - b.with)).slice(0, 3).filter((head) => head.without < head.with);
  return section(w.bank, paragraph(w.bankText),
    drawShares(senses.layers.map(({ name, accuracy }) => ({ name, share: accuracy })), { label: senses.layers.map(({ name, accuracy }) => `${name} ${percent(accuracy)}`).join(', '), mark: senses.baseline }),
    table([[w.best, senses.best], ...(heads.length > 0 ? [[w.heads, heads.map(({ layer, head, with: whole, without }) => `${w.layer} ${layer}, ${head} (${percent(whole)} → ${percent(without)})`).join('; ')] as const] : [])]));
}

function bias({ bias: gap }: ReportCard, w: ReportWords): string {
  if (!gap) return '';
  const rows = [{ name: w.biased, ...gap.biased }, { name: w.even, ...gap.even }], told = ({ mean, low, high, pairs }: BiasReport): string => `${signed(mean)} ${w.nats} (${signed(low)} … ${signed(high)}), ${count(pairs)} ${w.pairs}`;
  return section(w.bias, paragraph(w.biasText), drawIntervals(rows, { label: rows.map((row) => `${row.name} ${told(row)}`).join('; ') }), table(rows.map((row) => [row.name, told(row)] as const)));
}

function doubt({ doubt: sure }: ReportCard, w: ReportWords): string {
  if (!sure) return '';
  const reliability = ({ bins }: DoubtBins): (readonly [number, number])[] => bins.filter(({ cases }) => cases > 0).map(({ predicted, share }) => [predicted, share] as const);
  return section(w.doubt, paragraph(w.doubtText),
    table([[w.auroc, sure.auroc.doubt.toFixed(3)], [`${w.ece}, ${w.before}`, sure.before.error.toFixed(3)], [`${w.ece}, ${w.after}`, sure.after.error.toFixed(3)], [w.threshold, `${sure.meter.threshold.toFixed(2)} (${w.coverage} ${percent(sure.coverage)}, ${w.risk} ${percent(sure.risk)})`]]),
    drawLines([{ name: w.after, points: reliability(sure.after) }, { name: w.before, points: reliability(sure.before) }], { label: `${w.predicted}, ${w.happened}`, x: w.predicted, y: w.happened, from: [0, 0], to: [1, 1], diagonal: true, dots: true }),
    drawLines([{ name: w.risk, points: sure.curve.points.map(({ coverage, risk }) => [coverage, risk] as const) }], { label: `${w.coverage}, ${w.risk}`, x: w.coverage, y: w.risk, from: [0, 0], to: [1, Math.max(0.1, ...sure.curve.points.map(({ risk }) => risk))], height: 220 }));
}
type DoubtBins = NonNullable<ReportCard['doubt']>['after'];

function copying({ copying: copied }: ReportCard, w: ReportWords): string {
  if (!copied) return '';
  const rows = [{ name: w.ownTexts, share: copied.share }, ...(copied.unseen === null ? [] : [{ name: w.unseenTexts, share: copied.unseen }])];
  return section(w.copying, paragraph(w.copyingText), drawShares(rows, { label: rows.map(({ name, share }) => `${name} ${percent(share)}`).join(', ') }),
    ...(copied.longest ? [`<p>${escape(w.longest)} (${count(copied.longest.text.length)}):</p><blockquote>${escape(copied.longest.text.slice(0, 400))}</blockquote>`] : []));
}

const speed = ({ speed: { writing, training } }: ReportCard, w: ReportWords): string =>
  section(w.speed, paragraph(w.speedText), table([[w.writing, count(Math.round(writing))], ...(training === null ? [] : [[w.training, count(Math.round(training))] as const])]));

const samples = ({ samples: texts }: ReportCard, w: ReportWords): string =>
  (texts.length === 0 ? '' : section(w.samples, ...texts.map(({ prompt, text }) => `<blockquote><strong>${escape(prompt)}</strong>${escape(text)}</blockquote>`)));

const receipt = ({ model, parameters, config: { layers, heads, channels, context, vocab }, run }: ReportCard, w: ReportWords): string => section(w.receipt, paragraph(w.receiptText), table([
  [w.model, `${model} (${w.vocabulary}: ${count(vocab)})`], [w.parameters, count(parameters)], [w.sizes, [layers, heads, channels, context].join(', ')],
  ...(run ? [[w.data, run.data], [w.seed, String(run.seed)], [w.steps, count(run.steps)], [w.build, run.build], ...(run.hash ? [[w.hash, run.hash] as const] : [])] as const : []),
]));
