// Chapter 6: predictions get better.
//
//   w <- w - rate · (how much more the loss would be if w were a little more)
//
// First on much text, then on little and restricted data. A recipe says how; a trainer does one step; `train` goes
// through the steps and tells what happens as events. Kill a run at any moment: it goes on from its last checkpoint
// with the bits that it would have had.
//
// Reading order: recipe.ts, schedule.ts, trainer.ts, train.ts, pretrain.ts, evaluator.ts, recipes.ts, receipt.ts.
export { type Evaluation, Evaluator } from './evaluator.ts';
export { checkRecipe, plainRecipe, type Recipe } from './recipe.ts';
export { finetune, type FinetuneOptions, pretrain, type PretrainOptions, type RowOptions, rowsOf } from './pretrain.ts';
export { parseReceipt, type Receipt, writeReceipt } from './receipt.ts';
export { type PretrainRecipe, recipes } from './recipes.ts';
export { rateAt, type Schedule } from './schedule.ts';
export { DivergedError, train, type TrainEvent, type TrainOptions, type Validation, type WeightHash } from './train.ts';
export { Trainer } from './trainer.ts';
