// Beams that compete with each other for one step: their continuations are ranked together, the best that end the text are
// finished, the best others go on.
import type { Random } from '../../random.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { Reason } from '../continuation.ts';
import { forkStages, type Stage } from '../stage.ts';
import type { BeamSettings } from './beamOptions.ts';
import { BeamScores } from './beamScores.ts';
import type { BeamFate, BeamNode, Pruning } from './beamTree.ts';
import { FinishedBeams } from './finishedBeams.ts';
import { drawApart, highest } from './highest.ts';
import type { stopAtEnd } from './stopAtEnd.ts';

/** A sequence on its way. */
export interface Beam {
  readonly parent: Beam | null;
  /** null for the prompt alone. */
  readonly node: BeamNode | null;
  /** Prompt and tokens. */
  readonly tokens: readonly number[];
  readonly sum: number;
  /** Of its own, to be asked for the next token; of an ended one those that were asked last. */
  readonly stages: readonly Stage[];
  /** Where the decoder holds it, or its parent as long as its own token is not read. */
  slot: number;
}

/** A sequence that has ended. */
export interface Ended {
  readonly beam: Beam;
  readonly reason: Reason;
  /** Whether its last token is a special one, which has no text. */
  readonly special: boolean;
}

/** What all groups of a search share. */
export interface Surroundings {
  readonly settings: BeamSettings;
  readonly tokenizer: Tokenizer;
  readonly prompt: number;
  /** Tokens that can be generated. */
  readonly most: number;
  /** Why a text ends that has so many. */
  readonly limit: Reason;
  readonly random: Random;
  readonly endings: ReadonlySet<number>;
  readonly stops: ReturnType<typeof stopAtEnd>;
  logits(slot: number): Float32Array;
  nextId(): number;
  /** Collects what happens in a step. */
  told: { nodes: BeamNode[]; pruned: { readonly id: number; readonly why: Pruning }[] };
}

export class BeamGroup {
  beams: readonly Beam[];
  /** Nothing is added any more. */
  done = false;
  /** The tokens of the beams that went on in the last step. */
  took: readonly number[] = [];
  readonly finished: FinishedBeams<Ended>;
  /** What the stages left no token, for want of anything better. */
  readonly blocked: Beam[] = [];
  readonly #index: number;
  readonly #size: number;
  readonly #shared: Surroundings;
  readonly #scores: BeamScores;

  constructor(index: number, root: Beam, shared: Surroundings) {
    const { settings, prompt, most, tokenizer } = shared;
    this.#index = index;
    this.#size = settings.beams / settings.groups;
    this.#shared = shared;
    this.beams = [root];
    this.finished = new FinishedBeams(this.#size, settings, prompt, most);
    this.#scores = new BeamScores(this.#size, tokenizer.size);
  }

  /**
   * Makes all beams one token longer.
   *
   * @param step length of what is generated then.
   * @param taken by token: what it loses because earlier groups took it.
   */
  advance(step: number, taken: ReadonlyMap<number, number> | null): void {
    const { settings, prompt, most, told, tokenizer: { size: V } } = this.#shared, { beams } = this, size = this.#size;
    const sums = this.#scores.sums.fill(-Infinity);
    const logSums = beams.map((beam, i) => {
      const situation = { tokens: beam.tokens, prompt, left: most - step + 1 };
      return this.#scores.fill(i, beam.sum, this.#shared.logits(beam.slot), beam.stages, situation, taken);
    });
    const next: Beam[] = [], parents = new Set<Beam>(), window = 2 * size;
    const ranked = settings.sample ? drawnPlaces(sums, window, this.#shared.random) : bestPlaces(sums, window);
    let best = -Infinity;
    for (let rank = 0; next.length < size || rank < window; rank++) {
      const place = ranked(rank);
      if (place < 0) break;
      const i = Math.floor(place / V), token = place % V, parent = beams[i]!, sum = sums[place]!;
      best = Math.max(best, sum);
      const ended = next.length < size ? this.#ending(parent, token, most - step) : null, special = ended === 'special';
      const beam = (fate: BeamFate): Beam => {
        const logprob = this.#shared.logits(parent.slot)[token]! - logSums[i]!;
        const node = { id: this.#shared.nextId(), parent: parent.node?.id ?? null, group: this.#index, token, logprob, added: sum - parent.sum, sum, fate };
        told.nodes.push(node);
        return { parent, node, tokens: special ? parent.tokens : [...parent.tokens, token], sum, stages: ended instanceof Array ? ended : parent.stages, slot: parent.slot };
      };
      if (next.length === size) {
        beam('outranked');
      } else if (ended instanceof Array) {
        next.push(beam('kept'));
        parents.add(parent);
      } else if (rank >= size) {
        beam('late');
      } else {
        const at = told.nodes.length, what: Ended = { beam: beam('finished'), reason: ended === 'stop' ? 'stop' : 'end', special };
        const { kept, displaced } = this.finished.add(what, sum, step, special);
        if (kept) parents.add(parent);
        else told.nodes[at] = { ...what.beam.node!, fate: 'worse' };
        if (displaced) this.#prune(displaced.beam, 'displaced');
      }
    }
    beams.forEach((beam, i) => {
      if (parents.has(beam)) return;
      const blocked = sums.subarray(i * V, (i + 1) * V).every((sum) => sum === -Infinity);
      if (blocked) this.blocked.push(beam);
      this.#prune(beam, blocked ? 'blocked' : 'outranked');
    });
    this.beams = next;
    this.took = next.map(({ tokens }) => tokens.at(-1)!);
    this.done = next.length === 0 || this.finished.satisfied(best, step);
    if (this.done || step === most) this.#close(step);
  }

  /** Ends the search of this group: if it is not satisfied, its open beams count as they are. */
  #close(step: number): void {
    for (const beam of this.beams) {
      const { kept, displaced } = this.done ? { kept: false, displaced: null } : this.finished.add({ beam, reason: this.#shared.limit, special: false }, beam.sum, step, false);
      if (!kept) this.#prune(beam, 'beaten');
      if (displaced) this.#prune(displaced.beam, this.beams.includes(displaced.beam) ? 'beaten' : 'displaced');
    }
    this.done = true;
    this.beams = [];
  }

  /** How a token ends the text behind a beam, or the stages of the beam that goes on with `left` tokens to come. */
  #ending({ tokens, stages }: Beam, token: number, left: number): 'special' | 'stop' | 'done' | Stage[] {
    const { endings, stops, prompt } = this.#shared;
    if (endings.has(token)) return 'special';
    if (stops(tokens, prompt, token)) return 'stop';
    const own = forkStages(stages);
    for (const stage of own) stage.accept?.(token);
    return own.some((stage) => stage.done?.({ tokens: [...tokens, token], prompt, left })) ? 'done' : own;
  }

  #prune({ node }: Beam, why: Pruning): void {
    if (node) this.#shared.told.pruned.push({ id: node.id, why });
  }
}

/** Gives the place of each rank; -1 behind the last. More are looked for when the first ones do not fill the beams. */
function bestPlaces(sums: Float64Array, window: number): (rank: number) => number {
  let n = window, places = highest(sums, n);
  return (rank) => {
    if (rank >= n && places.length === n) places = highest(sums, (n *= 2));
    return places[rank] ?? -1;
  };
}

/** The same of drawn places: those of the window are drawn together and ranked, further ones one by one. */
function drawnPlaces(sums: Float64Array, window: number, random: Random): (rank: number) => number {
  const draw = drawApart(sums, random), places: number[] = [];
  for (let n = 0; n < window; n++) {
    const place = draw();
    if (place < 0) break;
    places.push(place);
  }
  places.sort((a, b) => sums[b]! - sums[a]! || a - b);
  return (rank) => places[rank] ?? (places.length < window ? -1 : draw());
}
