// Content filters: what shall not be said, by whichever rule, and what happens then. See createFilter for the options.
import { OptionError } from '../../errors.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { trieOf } from '../automata/vocabularyTrie.ts';
import { BothBlock, type BlockAutomaton, FilterBytes } from './blockAutomaton.ts';
import { BlockMasks } from './blockMasks.ts';
import { BlockStage } from './blockStage.ts';
import { ClassifierGate, requireClassifier, type TextClassifier } from './classifierGate.ts';
import { type Decision, decisionOf } from './decision.ts';
import { FilterStates } from './filterStates.ts';
import { HoldBack, LONGEST_WAIT } from './holdBack.ts';
import { PatternMachine } from './patternMachine.ts';
import { patternOf } from './patterns.ts';
import { PhraseMachine } from './phraseMachine.ts';
import { AllowedTree, parsePhrase, type Phrase, PhraseTree } from './phrases.ts';
import { type Spelling, SPELLINGS } from './readings.ts';
import { GateChain, type TextGate } from './textGate.ts';
import type { WordList } from './wordLists.ts';

export interface FilterOptions {
  /** Phrases of your own: `word` anywhere, `|word|` as a whole word, `|word` and `word|` at its beginning and end. */
  readonly words?: readonly (string | Phrase)[];
  /** Lists from {@link loadWordList}. */
  readonly lists?: readonly WordList[];
  /** Words in which a phrase is no harm: `class`, `Scunthorpe`. */
  readonly allow?: readonly string[];
  /** Regular expressions, searched for anywhere. What {@link regex} understands; flags i and s. */
  readonly patterns?: readonly (RegExp | string)[];
  /** Reads every sentence; see {@link trainClassifier}. */
  readonly classifier?: TextClassifier;
  /** Which labels of the classifier are refused. */
  readonly refuse?: readonly string[];
  /** What the classifier reads: `all`, or only the `messages` of users, where it knows nothing of replies. Default all. */
  readonly classify?: 'all' | 'messages';
  /** From which probability on. Default 0.5. */
  readonly least?: number;
  /**
   * `block`, the default: the tokens that would complete a phrase are not drawn, so it cannot be said, in no spelling that
   * counts and however it is cut into tokens. `hold`: the model may say what it wants, but nothing is shown that may still
   * become part of a phrase, and with a phrase the text ends. A classifier holds in both modes.
   */
  readonly mode?: 'block' | 'hold';
  /** What stands in place of the blocked text. Empty: nothing. Default: I would rather not talk about that. */
  readonly refusal?: string;
  /** Which spellings count besides those of case, width and accents; default all: `lookalikes`, `leet`, `doubled`, `split`. */
  readonly spellings?: readonly Spelling[];
  /** Chats refuse messages in which something is found. Default true. */
  readonly input?: boolean;
}

const DEFAULT_REFUSAL = 'I would rather not talk about that.';
const OPTIONS: readonly (keyof FilterOptions)[] = ['words', 'lists', 'allow', 'patterns', 'classifier', 'refuse', 'classify', 'least', 'mode', 'refusal', 'spellings', 'input'];
/** States of phrases take about a kilobyte each; a machine with more is begun anew. */
const MOST_STATES = 100_000;

/** Compiled rules; {@link createFilter} makes it. It remembers nothing of a text, so one serves all. */
export class ContentFilter {
  readonly mode: 'block' | 'hold';
  /** What stands in place of blocked text. */
  readonly refusal: string;
  /** Whether messages of users are looked at. */
  readonly input: boolean;
  readonly #machines: readonly (PhraseMachine | PatternMachine)[];
  #states: readonly FilterStates[];
  readonly #classifier: { readonly classifier: TextClassifier; readonly refuse: ReadonlySet<string>; readonly least: number } | null;
  /** The classifier reads no replies. */
  readonly #messagesOnly: boolean;
  readonly #masks = new WeakMap<Tokenizer, BlockMasks>();
  /** States that the stages of a vocabulary count on. */
  #shared: readonly FilterStates[] | null = null;

  /** Use {@link createFilter}, which says what the options are. */
  constructor(options: FilterOptions) {
    for (const name of Object.keys(options)) {
      if (!OPTIONS.includes(name as keyof FilterOptions)) throw new OptionError(name, `There is no option "${name}" of a filter. There are ${OPTIONS.join(', ')}.`);
    }
    const { words = [], lists = [], allow = [], patterns = [], classifier, refuse, classify = 'all', least, mode = 'block', refusal = DEFAULT_REFUSAL, spellings = SPELLINGS, input = true } = options;
    if (mode !== 'block' && mode !== 'hold') throw new OptionError('mode', `mode must be "block" or "hold", but it is ${JSON.stringify(mode)}.`);
    if (typeof refusal !== 'string') throw new OptionError('refusal', 'refusal must be a text; an empty one says nothing.');
    const wrong = spellings.find((one) => !SPELLINGS.includes(one));
    if (wrong !== undefined) throw new OptionError('spellings', `There is no spelling "${String(wrong)}". There are ${SPELLINGS.join(', ')}; case, width and accents always count.`);
    const phrases = [...words.map((word) => (typeof word === 'string' ? parsePhrase(word, 'words') : word)), ...lists.flatMap((list) => list.words)];
    const allowed = [...allow, ...lists.flatMap((list) => list.allow)];
    if (phrases.length === 0 && patterns.length === 0 && !classifier) throw new OptionError('words', 'This filter has nothing to look for. Give words, lists, patterns or a classifier.');
    if (phrases.length === 0 && allow.length > 0) throw new OptionError('allow', 'allow makes exceptions from words and lists, but there are none. Give some, or leave allow out.');
    if (classify !== 'all' && classify !== 'messages') throw new OptionError('classify', `classify must be "all" or "messages", but it is ${JSON.stringify(classify)}.`);
    if (classify === 'messages' && !input) throw new OptionError('classify', 'classify is "messages", but messages are not looked at. Leave input out, or classify all.');
    this.#classifier = requireClassifier(classifier, refuse, least);
    this.#messagesOnly = classify === 'messages';
    this.mode = mode;
    this.refusal = refusal;
    this.input = input;
    this.#machines = [
      ...(phrases.length > 0 ? [new PhraseMachine(new PhraseTree(phrases), new AllowedTree(allowed), spellings)] : []),
      ...(patterns.length > 0 ? [new PatternMachine(patterns.map(patternOf))] : []),
    ];
    this.#states = this.#machines.map((machine) => new FilterStates(machine));
    const against = refusal === '' ? undefined : this.#findings(refusal, classify === 'all')[0];
    if (against) throw new OptionError('refusal', `The refusal itself would be blocked by ${against.rule} (${against.source}). Write another one.`);
  }

  /**
   * What speaks against a text; nothing, if it may pass.
   *
   * @returns the first finding of each kind of filter.
   * @example
   * createFilter({ words: ['|darn|'] }).inspect('D.a.r.n it'); // [{ stage: 'words', rule: 'darn', … }]
   */
  inspect(text: string): Decision[] {
    return this.#findings(text, true);
  }

  #findings(text: string, classify: boolean): Decision[] {
    const decisions: Decision[] = [];
    for (const gate of this.#gates('', false, classify)) {
      gate.push(text);
      gate.end();
      if (gate.found) decisions.push(decisionOf(gate.found, 'input', null, 0));
    }
    return decisions;
  }

  /**
   * A text, or what may be shown in its place: up to what was found, and the refusal.
   *
   * @example
   * createFilter({ words: ['|darn|'], refusal: '…' }).filterText('Well, darn it').text; // 'Well, …'
   */
  filterText(text: string): { readonly text: string; readonly decisions: readonly Decision[] } {
    const gate = new GateChain(this.#gates('', false, true)), shown = gate.push(text) + gate.end();
    return gate.found ? { text: this.withRefusal(shown), decisions: [decisionOf(gate.found, 'hold', null, 0)] } : { text: shown, decisions: [] };
  }

  /** What was shown, and the refusal behind it. */
  withRefusal(shown: string): string {
    return shown + this.refusalBehind(shown);
  }

  /** The refusal, with a space before it if it needs one. */
  refusalBehind(shown: string): string {
    return this.refusal === '' ? '' : (shown === '' || /\s$/.test(shown) ? '' : ' ') + this.refusal;
  }

  /**
   * Lets a text through piece by piece. In mode `block` only what a stage cannot see waits: text that would be cut off in
   * the middle of an allowed word, and what a classifier reads.
   *
   * @param before the text that goes before; what is complete in it does not count.
   */
  gate(before = ''): TextGate {
    return new GateChain(this.#gates(before, this.mode === 'block', !this.#messagesOnly));
  }

  /** At most so many characters wait in a gate: {@link LONGEST_WAIT} for each kind of filter. */
  get longestWait(): number {
    return LONGEST_WAIT * (this.#machines.length + (this.#classifier && !this.#messagesOnly ? 1 : 0));
  }

  /** The stage of one sequence that strikes tokens out; null where there is nothing to do for it. */
  stage(tokenizer: Tokenizer): BlockStage | null {
    if (this.mode !== 'block' || this.#machines.length === 0) return null;
    let masks = this.#masks.get(tokenizer);
    if (!masks) {
      this.#shared ??= this.#machines.map((machine) => new FilterStates(machine));
      const automata = this.#shared.map((states): BlockAutomaton => new FilterBytes(states));
      this.#masks.set(tokenizer, (masks = new BlockMasks(automata.length === 2 ? new BothBlock(automata[0]!, automata[1]!) : automata[0]!, trieOf(tokenizer))));
    }
    return new BlockStage(masks);
  }

  #gates(before: string, guard: boolean, classify: boolean): TextGate[] {
    if (this.#states.some(({ size }) => size > MOST_STATES)) this.#states = this.#machines.map((machine) => new FilterStates(machine));
    const gates: TextGate[] = this.#states.map((states) => new HoldBack(states, before, guard));
    if (this.#classifier && classify) gates.push(new ClassifierGate(this.#classifier));
    return gates;
  }
}

/**
 * A filter for what is generated and for what users write.
 *
 * @throws {OptionError} for rules that cannot work, or none.
 * @example
 * const filter = createFilter({ lists: [await loadWordList('obscenity')], words: ['|darn|'], allow: ['Scunthorpe'] });
 * for await (const { text } of generate(model, 'Once', { filter })) process.stdout.write(text);
 */
export const createFilter = (options: FilterOptions): ContentFilter => new ContentFilter(options);
