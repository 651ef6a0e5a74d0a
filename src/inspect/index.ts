// Chapter 8: look inside, and measure what was learned.
//
//   share of right answers = replies that the world's own grammar accepts / questions asked
//
// Reading order: examine.ts (a model sits the examination of a world).
export { examine, type ExamineOptions, formatWorldReport } from './examine.ts';
