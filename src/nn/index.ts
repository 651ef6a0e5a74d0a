// Chapter 3a: what models are made of.
//
// A parameter is a name, a shape, a first value and a group. A sequence says where rows stand and what came before them;
// with it one and the same model function trains on whole sequences and adds a single token to a conversation.
// A tap is called at each named point, so that everything can be seen and changed.
//
// Reading order: parameters.ts, sequence.ts, tap.ts.
export { type Group, GROUPS, type Parameter, Parameters } from './parameters.ts';
export { cachedSequence, Caches, type Past, type Remembered, type Sequence, wholeSequence } from './sequence.ts';
export { nameOnly, type Tap } from './tap.ts';
