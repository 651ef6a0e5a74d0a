// Beam search: instead of one text, the best few are followed at the same time, so that a word that looks worse now may
// win later. Of all continuations of all beams those with the highest sums of log-probabilities go on:
//
//   sum(tokens) = ln p(token 1 | prompt) + ln p(token 2 | prompt, token 1) + ...        score = sum / length^penalty
//
// A text that ends is put aside, and competes by its score. Lowerre 1976; as in Hugging Face's BeamSearchScorer, with
// groups that avoid each other after Vijayakumar et al. 2018, https://arxiv.org/abs/1610.02424. Different from theirs:
//
//  - every special token ends a text, and so do stop strings and constraints that are complete: they count as their end tokens
//  - where too many of the 2·beams best candidates end the text, further ones are looked at; where there are no more
//    continuations, the search goes on with fewer beams, and may find fewer sequences
//  - when drawing, 2·beams continuations are drawn however many tokens end a text (they draw more), and further ones one by one
//  - a group that is finished holds no tokens against later groups (theirs holds padding against them)
//  - sums and scores are 64-bit floats; of equal candidates the one of the better parent is first, then the lower token id;
//    of equal scores the text that ended first
//
// The beams lie in the slots of one decoder. They share their beginnings, so a slot that takes over another beam copies
// only the cache rows behind what both hold already, and most beams stay where they are.
import { math } from '../../engine/index.ts';
import { OptionError } from '../../errors.ts';
import type { SpeakingModel } from '../../models/index.ts';
import { Random, stream } from '../../random.ts';
import type { Reason } from '../continuation.ts';
import { Decoder } from '../decoder.ts';
import { decisionOf, textBefore } from '../filters/decision.ts';
import { encodePrompt, type Prompt } from '../generate.ts';
import { prepareStages } from '../prepareStages.ts';
import type { Stage } from '../stage.ts';
import { StopStrings } from '../stopStrings.ts';
import { assignSlots } from './assignSlots.ts';
import { type Beam, BeamGroup, type Ended, type Surroundings } from './beamGroup.ts';
import { type BeamOptions, beamSettings } from './beamOptions.ts';
import { beamScore } from './finishedBeams.ts';
import type { BeamNode, BeamResult, BeamSequence, BeamStep } from './beamTree.ts';
import { stopAtEnd } from './stopAtEnd.ts';

/** Timers, signals and messages get their turn behind the first step, and then after this time again and again. */
const BREATH_MILLISECONDS = 25;

/**
 * Searches for the likeliest continuations of a prompt. Each step tells which candidates there were and what became of
 * them; `break` ends the search at any time.
 *
 * @returns behind the last step: the sequences, the best first.
 * @throws {OptionError} for options that cannot work or make no sense together, or a prompt that is empty or longer than the
 *   context.
 * @throws {OptionError} when the stages left no token anywhere and none of them is a filter.
 * @throws {DataError} when the prompt cannot be encoded, or the model's logits are not numbers.
 * @throws {MemoryError} when the caches of all beams do not fit.
 * @throws the signal's reason, when it is aborted.
 * @example
 * const search = beamSearch(model, 'Once upon a', { beams: 4, tokens: 20 });
 * for (let next = await search.next(); ; next = await search.next()) {
 *   if (next.done) { console.log(next.value.sequences[0].text); break; }
 *   console.log(next.value.nodes.filter(({ fate }) => fate === 'kept').length); // 4 beams go on
 * }
 */
export async function* beamSearch(model: SpeakingModel, prompt: Prompt, options: BeamOptions = {}): AsyncGenerator<BeamStep, BeamResult, undefined> {
  const settings = beamSettings(options), { beams, groups: parts, signal, tokens } = settings, { tokenizer } = model;
  const stages = prepareStages(settings, tokenizer)(settings.index), ids = encodePrompt(tokenizer, prompt, settings.addBos), { context } = model.transformer.config;
  const positions = settings.decoder?.positions ?? Math.min(context, ids.length + tokens - 1);
  if (ids.length > positions) throw new OptionError('prompt', `The prompt has ${ids.length} tokens, but only ${positions} fit. Shorten it, or use a model with a longer context.`);
  if (settings.decoder && settings.decoder.transformer !== model.transformer) throw new OptionError('decoder', 'This decoder belongs to another model. Make one with new Decoder(model).');
  if (settings.decoder && settings.decoder.slots < beams) throw new OptionError('decoder', `${beams} beams need as many slots, but this decoder has ${settings.decoder.slots}. Make it with new Decoder(model, { slots: ${beams} }).`);
  settings.constraint?.compile(tokenizer).requireRoom(tokens, positions - ids.length + 1);
  signal?.throwIfAborted();

  const decoder = settings.decoder ?? new Decoder(model, { slots: beams, positions, ...(settings.cache && { cache: settings.cache }) }), { bytes } = decoder;
  const release = decoder.reserve();
  try {
    // the last token needs no position
    const most = Math.min(tokens, positions - ids.length + 1), limit: Reason = most < tokens ? 'context' : 'length';
    let nodes = 0;
    const shared: Surroundings = {
      settings, tokenizer, prompt: ids.length, most, limit, random: new Random(settings.seed, stream('beams', settings.index)),
      endings: new Set(tokenizer.specials.values()), stops: stopAtEnd(settings.stop, tokenizer),
      logits: (slot) => decoder.logits(slot).subarray(0, tokenizer.size), nextId: () => nodes++, told: { nodes: [], pruned: [] },
    };
    if (stages.some((stage) => stage.done?.({ tokens: [...ids], prompt: ids.length, left: most }))) {
      const nothing: BeamSequence = { text: '', tokens: [], reason: 'end', group: 0, score: 0, sum: 0, nodes: [], ...(settings.filter && { decisions: [] }) };
      return { sequences: [nothing], steps: 0, stepsPerSecond: 0, bytes, copied: 0 };
    }
    const root: Beam = { parent: null, node: null, tokens: [...ids], sum: 0, stages, slot: 0 };
    const groups = Array.from({ length: parts }, (_, i) => new BeamGroup(i, root, shared));
    const fed = new Int32Array(decoder.slots);
    decoder.prefill(0, ids);
    let copied = 0, computed = 0, breathed = -Infinity;
    for (let step = 1; ; step++) {
      const from = performance.now();
      advance(groups, step, settings.diversityPenalty);
      const open = groups.flatMap((group) => group.beams), { told } = shared, last = open.length === 0;
      shared.told = { nodes: [], pruned: [] };
      if (!last) copied += read(decoder, open, fed);
      computed += performance.now() - from;
      yield { step, ...told, last };
      signal?.throwIfAborted();
      if (last) {
        const sequences = best(groups, stages, shared), seconds = computed / 1000;
        return { sequences, steps: step, stepsPerSecond: seconds > 0 ? step / seconds : 0, bytes, copied };
      }
      if (performance.now() - breathed > BREATH_MILLISECONDS) {
        await new Promise((resolve) => void setTimeout(resolve));
        signal?.throwIfAborted();
        breathed = performance.now();
      }
    }
  } finally {
    release();
    if (!settings.decoder) decoder.free();
  }
}

/** All groups take a step, each knowing what those before it took. */
function advance(groups: readonly BeamGroup[], step: number, penalty: number): void {
  const taken = new Map<number, number>();
  for (const group of groups) {
    if (group.done) continue;
    group.advance(step, penalty > 0 ? taken : null);
    for (const token of group.took) taken.set(token, (taken.get(token) ?? 0) + penalty);
  }
}

/** Makes the decoder read the last token of each beam; returns how many cache rows had to be copied. */
function read(decoder: Decoder, beams: readonly Beam[], fed: Int32Array): number {
  const slots = assignSlots(beams.map(({ slot }) => slot), decoder.slots, (a, b) => decoder.shared(a, b));
  let copied = 0;
  beams.forEach((beam, i) => {
    if (slots[i] !== beam.slot) copied += decoder.fork(beam.slot, slots[i]!);
  });
  fed.fill(-1);
  beams.forEach((beam, i) => {
    beam.slot = slots[i]!;
    fed[beam.slot] = beam.tokens.at(-1)!;
  });
  decoder.step(fed);
  return copied;
}

/** The best sequences of all groups. Where a filter left nothing else, what was blocked on its way. */
function best(groups: readonly BeamGroup[], stages: readonly Stage[], { settings, tokenizer, prompt }: Surroundings): BeamSequence[] {
  const { returned, lengthPenalty, lengthOf, stop, filter } = settings;
  let found = groups.flatMap(({ finished }) => finished.best);
  if (found.length === 0) {
    if (!stages.some(({ blocks }) => blocks)) throw new OptionError('stages', `No continuation is left: ${stages.map(({ name }) => name).join(', ')} removed all tokens. Use fewer stages, or less strict ones.`);
    found = groups.flatMap(({ blocked }) => blocked).map((beam) => ({
      what: { beam, reason: 'blocked', special: false } satisfies Ended, sum: beam.sum,
      score: beamScore(beam.sum, beam.tokens.length - (lengthOf === 'generated' ? prompt : 0), lengthPenalty),
    }));
  }
  return found.sort((a, b) => b.score - a.score).slice(0, returned).map(({ what: { beam, reason }, sum, score }) => {
    const nodes: BeamNode[] = [], tokens = beam.tokens.slice(prompt);
    for (let at: Beam | null = beam; at?.node; at = at.parent) nodes.unshift(at.node);
    const characters = tokenizer.stream(beam.tokens[prompt - 1]), stops = new StopStrings(reason === 'stop' ? stop : []);
    const gate = filter?.gate(textBefore(tokenizer, Uint32Array.from(beam.tokens.slice(0, prompt))));
    const pass = (some: string): string => (gate ? gate.push(some) : some);
    let text = '', met = -1;
    for (const [i, token] of tokens.entries()) {
      text += pass(stops.push(characters.push(token)));
      if (met < 0 && gate?.found) met = i;
    }
    text += pass(stops.push(characters.end()) + stops.end()) + (gate?.end() ?? '');
    const hidden = gate?.found, at = met < 0 ? Math.max(0, nodes.length - 1) : met;
    if (filter && (hidden || reason === 'blocked')) text = filter.withRefusal(text);
    const decisions = [...beam.stages.flatMap((stage) => stage.decisions ?? []), ...(hidden ? [decisionOf(hidden, 'hold', nodes[at] ? math.exp(nodes[at].logprob) : null, at)] : [])];
    return { text, tokens, reason: hidden ? 'blocked' : reason, group: nodes[0]?.group ?? 0, score, sum, nodes, ...(filter && { decisions }) };
  });
}
