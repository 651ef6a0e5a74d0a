import { math } from '../../engine/index.ts';
import { DEAD } from '../automata/byteAutomaton.ts';
import { logSum } from '../logprobs.ts';
import type { Situation, Stage } from '../stage.ts';
import type { BlockMasks, Struck } from './blockMasks.ts';
import type { Decision } from './decision.ts';

/** A removed token is worth a line in the log from this probability on, as a share of the likeliest token's. */
const WORTH_TELLING = 1e-3;
/** Tokens with a logit so much below the highest are not even counted: together they are nothing. */
const COUNTED = 16;

/** Removes the tokens that would complete what must not be said. One for each sequence; all share the masks. */
export class BlockStage implements Stage {
  readonly name = 'filter';
  readonly blocks = true;
  readonly #masks: BlockMasks;
  #state: number | null;
  #log: Decision[];

  constructor(masks: BlockMasks, state: number | null = null, log: readonly Decision[] = []) {
    this.#masks = masks;
    this.#state = state;
    this.#log = [...log];
  }

  /** What was removed that had a chance. */
  get decisions(): readonly Decision[] {
    return this.#log;
  }

  apply(logits: Float32Array, situation: Situation): void {
    const state = (this.#state ??= this.#begin(situation)), struck = this.#masks.of(state), { never, open, needs, furthest, mayEnd } = struck, { left } = situation;
    const masks = this.#masks, tight = furthest >= left;
    if (this.#worthTelling(logits, struck)) this.#tell(logits, situation, state, struck);
    for (let i = 0; i < never.length; i++) logits[never[i]!] = -Infinity;
    if (tight) for (let i = 0; i < open.length; i++) if (needs[i]! >= left) logits[open[i]!] = -Infinity;
    if (!mayEnd) for (const id of masks.empty) logits[id] = -Infinity;
  }

  accept(token: number): void {
    if (this.#state === null) return; // the first apply reads what there is
    const next = this.#masks.step(this.#state, token);
    this.#state = next === DEAD ? this.#masks.forgiving(this.#state, token) : next;
  }

  fork(): Stage {
    return new BlockStage(this.#masks, this.#state, this.#log);
  }

  /** Reads the prompt; phrases that are complete in it do not count. */
  #begin({ tokens, prompt }: Situation): number {
    const masks = this.#masks;
    let state = masks.automaton.start;
    for (let i = 0; i < prompt; i++) state = masks.forgiving(state, tokens[i]!);
    state = masks.automaton.forgiven(state);
    for (let i = prompt; i < tokens.length; i++) {
      const next = masks.step(state, tokens[i]!);
      state = next === DEAD ? masks.forgiving(state, tokens[i]!) : next;
    }
    return state;
  }

  #worthTelling(logits: Float32Array, { never, mayEnd }: Struck): boolean {
    let most = -Infinity;
    for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
    const least = most + math.log(WORTH_TELLING);
    for (let i = 0; i < never.length; i++) if (logits[never[i]!]! > least) return true;
    return !mayEnd && this.#masks.empty.some((id) => logits[id]! > least);
  }

  /** One line for each rule, with the probability of all tokens that it removed. */
  #tell(logits: Float32Array, { tokens, prompt }: Situation, state: number, { never, mayEnd }: Struck): void {
    let most = -Infinity;
    for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
    const all = logSum(logits), masses = new Map<string, { decision: Omit<Decision, 'mass'>; mass: number }>();
    const add = (id: number, why: ReturnType<BlockStage['whyNot']>): void => {
      const mass = math.exp(logits[id]! - all), key = `${why.stage} ${why.source} ${why.rule}`, known = masses.get(key);
      if (known) known.mass += mass;
      else masses.set(key, { mass, decision: { ...why, mode: 'block', at: tokens.length - prompt } });
    };
    for (const id of never) if (logits[id]! > most - COUNTED) add(id, this.whyNot(state, id));
    if (!mayEnd) for (const id of this.#masks.empty) if (logits[id]! > most - COUNTED) add(id, this.whyNot(state, undefined));
    for (const { decision, mass } of masses.values()) if (mass >= WORTH_TELLING / 10) this.#log.push({ ...decision, mass });
  }

  /** The rule because of which a token must not follow, or the text not end. */
  whyNot(state: number, token: number | undefined): Pick<Decision, 'rule' | 'source' | 'stage'> {
    const { automaton, trie } = this.#masks;
    if (token !== undefined) {
      for (let i = 0; i < trie.lengthOf(token); i++) {
        const byte = trie.byteOf(token, i), next = automaton.next(state, byte);
        if (next === DEAD) return automaton.ruleAgainst(state, byte) ?? UNNAMED;
        state = next;
      }
    }
    return automaton.ruleAgainst(state) ?? UNNAMED;
  }
}

const UNNAMED = { rule: 'bytes that are no text', source: 'text', stage: 'words' } as const;
