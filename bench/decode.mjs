// Decoding: how fast the weights stream past, token by token, and how close a prompt comes to the speed of its products.
import { availableParallelism } from 'node:os';
import { fastBuildRuns } from '../dist/index.js';
import { FROM, layerGflop, openModel, PROMPT, promptGflop, sizes, weightsPerToken } from './decodeModel.mjs';
import { alternate, ratio } from './measure.mjs';
import { decodeInChromium } from './peers/decodeInChromium.mjs';
import { startDecodePeers } from './peers/decodePeers.mjs';
import { percent } from './report.mjs';

const BATCH = 8;
const plural = (threads) => `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
const bytesOf = (format) => weightsPerToken * format.bytesPerWeight;
/** Pieces in which a prompt is read. */
const cuts = [{ name: 'default', options: {} }, { name: `one of ${PROMPT}`, options: { chunks: [PROMPT] } }];

/** Times all sides in turns: `sides` is a list of `{ side }`; each gets its `time`. */
async function inTurns(sides, options) {
  const times = await alternate(sides.map(({ side }) => side), options);
  sides.forEach((one, i) => { one.time = times[i]; });
}

/** With weights of f32, all must say the same next tokens. */
async function expectSameModel(opened, peers) {
  const lengths = [1, 7, FROM], ours = opened.mostLikely(opened.formats[0], lengths);
  for (const peer of peers.filter(({ format }) => format === 'f32')) {
    const theirs = await peer.likely(lengths);
    if (String(theirs) !== String(ours)) throw new Error(`${peer.name} continues the prompt with ${theirs}, we with ${ours}. They do not decode the same model.`);
  }
}

async function measure(build, threads, limits, withPeers) {
  const opened = await openModel({ build, threads }), { formats } = opened, peers = withPeers ? await startDecodePeers(threads) : [];
  try {
    await expectSameModel(opened, peers);
    const read = limits.gigabytes(threads);
    const singles = formats.map((format) => ({ format, ...opened.decode(format) })), batches = formats.map((format) => ({ format, ...opened.decode(format, BATCH) }));
    const theirs = peers.map((peer) => ({ peer, side: peer.decode }));
    await inTurns([read, ...singles, ...batches, ...theirs], { rounds: 9, turn: 0.1 });
    for (const { free } of [...singles, ...batches]) free();
    const products = opened.products(), prompts = formats.flatMap((format) => cuts.map((cut) => ({ format, cut, ...opened.prompt(format, cut.options) })));
    const theirPrompts = peers.map((peer) => ({ peer, side: peer.prompt }));
    await inTurns([products, ...prompts, ...theirPrompts], { rounds: 5, turn: 0.1 });
    for (const { free } of [products, ...prompts]) free();
    return { build, threads, read, singles, batches, products, prompts, theirs, theirPrompts };
  } finally {
    opened.free();
    await Promise.all(peers.map(({ stop }) => stop()));
  }
}

const peerTable = (measured) => ({
  title: 'Others on the same weights, tokens per second, and how many times faster we are.',
  columns: ['build', 'threads', 'weights', 'peer', 'ours', 'its', 'ours / its', 'prompt, ours', 'its', 'ours / its'],
  rows: measured.flatMap(({ build, threads, singles, prompts, theirs, theirPrompts }) => theirs.map(({ peer, time }, i) => {
    const ours = singles.find(({ format }) => format.name === peer.format), prompt = theirPrompts[i].time;
    const [best] = prompts.filter(({ format }) => format.name === peer.format).sort((a, b) => a.time.median - b.time.median);
    const rate = (tokens, side, digits) => (side ? (tokens / side.time.median).toFixed(digits) : '-'), times = (side, other) => (side ? ratio(side.time, other).toFixed(2) : '-');
    return [build, threads, peer.format, peer.name, rate(1, ours, 1), rate(1, { time }, 1), times(ours, time), rate(PROMPT, best, 0), rate(PROMPT, { time: prompt }, 0), times(best, prompt)];
  })),
  note: [...new Set(measured.flatMap(({ theirs }) => theirs.map(({ peer }) => `${peer.name} ${peer.version}`)))].join('; '),
});

const pageTable = ({ chromium, peer, rows }, threads) => ({
  title: `In one page of Chromium ${chromium}, ${plural(threads)}: tokens per second of ${peer} and ours, in turns.`,
  columns: ['build', 'weights', 'ours', 'spread', 'its', 'spread', 'ours / its'],
  rows: rows.map(({ build, format, ours, theirs }) => [
    build, format, ...(ours ? [(1 / ours.median).toFixed(1), percent(ours.spread)] : ['-', '-']), (1 / theirs.median).toFixed(1), percent(theirs.spread), ours ? ratio(ours, theirs).toFixed(2) : '-',
  ]),
});

export default async function decode({ builds = ['exact', 'fast'], threads = availableParallelism(), peers = false, limits }) {
  const teams = [...new Set([1, Math.min(threads, limits.threads)])];
  const measured = [];
  const run = builds.filter((name) => name !== 'fast' || fastBuildRuns());
  for (const build of run) {
    for (const size of teams) measured.push(await measure(build, size, limits, peers && build === run.at(-1)));
  }
  const page = peers ? await decodeInChromium(run, teams.at(-1)) : null;
  const { layers, channels, vocab } = sizes;
  return {
    tables: [
      {
        title: `Tokens per second, GPT-2 124M (L${layers} C${channels} V${vocab}), random weights, about 128 tokens behind it. Bytes of weights per token over time, as a share of a streaming read on as many threads, in the same rounds; batch of ${BATCH}: all conversations together.`,
        columns: ['build', 'threads', 'weights', 'MB', 'tokens/s', 'spread', 'GB/s', 'read', 'of read', `batch of ${BATCH}`, 'of read', 'over f32'],
        rows: measured.flatMap(({ build, threads: size, read, singles, batches }) => singles.map(({ format, time }, i) => {
          const batch = batches[i].time, gigabytes = bytesOf(format) / 1e9, share = (side) => percent((gigabytes / read.amount) * ratio(side, read.time));
          return [
            build, size, format.name, (gigabytes * 1000).toFixed(0), (1 / time.median).toFixed(1), percent(time.spread), (gigabytes / time.median).toFixed(1), (read.amount / read.time.median).toFixed(1),
            share(time), (BATCH / batch.median).toFixed(1), share(batch), ratio(time, singles[0].time).toFixed(2),
          ];
        })),
      },
      {
        title: `A prompt of ${PROMPT} tokens. GFLOP/s counts products, causal attention and one row of logits; the speed of products is that of a layer's four on ${PROMPT} rows, in the same rounds.`,
        columns: ['build', 'threads', 'weights', 'pieces', 'tokens/s', 'spread', 'GFLOP/s', 'products', 'of products'],
        rows: measured.flatMap(({ build, threads: size, products, prompts }) => prompts.map(({ format, cut, time }) => [
          build, size, format.name, cut.name, (PROMPT / time.median).toFixed(0), percent(time.spread), (promptGflop / time.median).toFixed(1), (layerGflop / products.time.median).toFixed(1),
          percent((promptGflop / layerGflop) * ratio(time, products.time)),
        ])),
      },
      ...(peers ? [peerTable(measured.filter(({ theirs }) => theirs.length > 0))] : []),
      ...(page ? [pageTable(page, teams.at(-1))] : []),
    ],
  };
}
