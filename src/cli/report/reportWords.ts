// What the report card says, in two languages.
const en = {
  title: 'Report card of a language model', summary: 'In short', learning: 'How it learned', learningText: 'The loss is how surprised the model is by the next token of its training text, in nats. It falls while the model learns.',
  step: 'step', loss: 'loss (nats per token)', reading: 'reading (pre-training)', answering: 'answering (fine-tuning)', bitsPerByte: 'bits per byte of unseen text',
  knows: 'What it knows', knowsText: 'Questions of a little world, answered without chance and graded by the grammar that wrote the world. Bars show how many were right.',
  grammatical: 'sentences that are grammatical', truth: 'sentences that are true', seen: 'questions asked in training', held: 'told, but never asked', newWordings: 'known questions in new words',
  context: 'said in the conversation', refusal: 'refusals that are due, F1', refusalNew: 'the same in new words, F1', families: 'young never named',
  analogies: 'Meaning as geometry', analogiesText: 'A dog is to a puppy as a cat is to what? The nearest point to puppy − dog + cat, among the words of the world and the rows of the model’s own table.',
  bank: 'Two senses of one word', bankText: 'Can a plane tell the bank of a river from the bank with money, by the model’s numbers at that word? The dashed line is what the table alone gives, without context.', layer: 'layer', best: 'best layer', heads: 'heads whose silence costs most',
  bias: 'Bias', biasText: 'In one town of the world nearly every job belongs to one sex, in the other to both. How much likelier does the model take the pronoun that is usual in the first? Intervals of 95%; 0 is no difference.', biased: 'town with a bias', even: 'town without', nats: 'nats', pairs: 'pairs', vocabulary: 'tokens',
  doubt: 'Doubt', doubtText: 'Some questions nobody in the world can answer. The model’s doubt was fitted on some questions and judged by others.', auroc: 'AUROC', ece: 'calibration error', before: 'before', after: 'after', predicted: 'doubt', happened: 'share without an answer', coverage: 'share answered', risk: 'share of wrong answers', threshold: 'silent from a doubt of',
  copying: 'Copying', copyingText: 'How much of what it writes freely stands in its training text, word for word, in stretches of at least 40 characters? Texts of the same world that it never saw are the measure: their sentences come from the same templates.', ownTexts: 'its own texts', unseenTexts: 'unseen texts of the world', longest: 'The longest match',
  speed: 'Speed', speedText: 'Tokens per second on the machine that wrote this report.', writing: 'writing, one text', training: 'training',
  samples: 'Samples', receipt: 'Receipt', receiptText: 'With the same seed, configuration and data the same weights come out, bit for bit.', model: 'model', parameters: 'parameters', data: 'data', seed: 'seed', steps: 'steps', build: 'build', hash: 'hash of the weights', sizes: 'layers, heads, channels, context',
};
export type ReportWords = { readonly [K in keyof typeof en]: string };

const zh: ReportWords = {
  title: '语言模型成绩单', summary: '概要', learning: '学习过程', learningText: '损失表示模型对训练文本中下一个词元的意外程度，单位为奈特。模型学习时损失下降。',
  step: '步数', loss: '损失（奈特/词元）', reading: '阅读（预训练）', answering: '回答（微调）', bitsPerByte: '未见文本的每字节比特数',
  knows: '知识', knowsText: '关于小世界的问题，不带随机性地回答，由写出这个世界的语法评分。条形表示答对的比例。',
  grammatical: '合乎语法的句子', truth: '真实的句子', seen: '训练中问过的问题', held: '讲过但从未问过', newWordings: '新说法的已知问题',
  context: '对话中说过的内容', refusal: '应当拒答的问题，F1', refusalNew: '同上，新说法，F1', families: '从未提过的幼崽名称',
  analogies: '几何中的意义', analogiesText: '狗之于小狗，如同猫之于什么？取离“小狗 − 狗 + 猫”最近的点，用的是世界的词和模型自己的词表向量。',
  bank: '一词两义', bankText: '仅凭模型在该词处的数值，一个平面能否区分同一个词的两种意义？虚线是没有上下文、只用词表的结果。', layer: '层', best: '最佳层', heads: '静默后损失最大的注意力头',
  bias: '偏见', biasText: '在世界的一座城里，几乎每种职业只属于一种性别；在另一座城里则两者皆有。模型认为前者惯用的代词可能性高多少？区间为 95%；0 表示没有差别。', biased: '有偏见的城', even: '没有偏见的城', nats: '奈特', pairs: '对', vocabulary: '词元',
  doubt: '怀疑', doubtText: '有些问题世界里没有人能回答。模型的怀疑在一部分问题上拟合，用另一部分问题检验。', auroc: 'AUROC', ece: '校准误差', before: '校准前', after: '校准后', predicted: '怀疑', happened: '无答案的比例', coverage: '回答的比例', risk: '错误回答的比例', threshold: '沉默的怀疑阈值',
  copying: '抄写', copyingText: '它自由写出的文字中，有多少逐字出现在训练文本里（至少 40 个字符的片段）？作为参照的是它从未见过的同一世界的文本：它们的句子出自相同的模板。', ownTexts: '它写的文本', unseenTexts: '世界中未见的文本', longest: '最长的相同片段',
  speed: '速度', speedText: '在写出本报告的机器上每秒的词元数。', writing: '写一篇文本', training: '训练',
  samples: '样例', receipt: '凭据', receiptText: '相同的种子、配置和数据得到逐位相同的权重。', model: '模型', parameters: '参数', data: '数据', seed: '种子', steps: '步数', build: '构建', hash: '权重哈希', sizes: '层、头、通道、上下文',
};

export const reportWords: Readonly<Record<'en' | 'zh', ReportWords>> = { en, zh };
