// Chinese small talk, refusals, requests, and things that are said first and asked later.
import type { Exchange, Language, Notice } from '../Language.ts';
import { lines } from '../parseTemplate.ts';

const exchange = (ask: string, say: string): Exchange => ({ ask: lines(ask), say: lines(say) });

export const hello = exchange('你好！\n早上好！\n晚上好！\n嗨！\n你好，皮普！', '你好！我能帮你什么？\n你好！很高兴见到你。');
export const bye = exchange('再见！\n拜拜！\n晚安！\n我要走了。', '再见！祝你愉快。\n下次见！');

export const smallTalk: readonly Exchange[] = [
  exchange('你好吗？\n你今天怎么样？\n你还好吗？', '我很好，谢谢。'),
  exchange('你是谁？\n你叫什么名字？\n我该怎么叫你？\n你有名字吗？\n#请告诉我你是谁。', '我是皮普，一个很小的语言模型。\n我叫皮普，我是一个小小的语言模型。'),
  exchange('你是人吗？\n你是机器人吗？\n你是活的吗？\n#你是真人吗？', '不，我是一个小小的语言模型。\n我不是人，我是一个程序。'),
  exchange('你会做什么？\n你能帮我什么？\n你知道什么？', '我会讲故事，会算小小的数，会说我的小世界。\n我知道我的小世界里的动物、人和地方。'),
  exchange('谁做了你？\n你怎么学会说话的？\n你从哪里来？', '我是在一台小电脑上训练几分钟学会的。\n我是从小世界的故事里学来的。'),
  exchange('谢谢！\n谢谢你！\n多谢你，皮普。', '不客气！\n很高兴帮到你。'),
  exchange('我很{bad}。\n我今天很{bad}。\n我觉得很{bad}。', '你很{bad}，我也难过。'),
  exchange('我很{glad}。\n我今天很{glad}。', '你很{glad}，真好。'),
  exchange('你喜欢吃{_food}吗？\n你吃{_food}吗？\n你喝{_drink}吗？', '我是一个程序，不吃也不喝。'),
];

export const missing = lines('你没有告诉我。');
export const refusals = lines('我不知道。\n对不起，我不知道。');

/** Nobody in the world can answer these. */
export const unanswerable = lines(`
  {stranger}住在哪里？
  {stranger}做什么工作？
  {stranger}的工作是什么？
  {stranger}有什么宠物？
  {stranger}喜欢吃什么？
  {stranger}喜欢什么颜色？
  {stranger}会什么乐器？
  {stranger}是谁？
  <Know>{stranger}住在哪里吗？
  <Tell>{stranger}做什么工作。
  {v}多大了？
  {v}有多高？
  {v}是哪年出生的？
  {v}昨天晚上梦见了什么？
  {v}的{kin}是谁？
  {v}有多少钱？
  {v}在{day}要做什么？
  {v}在{day}买了什么？
  <Know>{v}多大了吗？
  <Tell>{v}有多高。
  {animal}有多重？
  {animal}跑得多快？
  世界上有多少只{animal}？
  {animal}能活多久？
  谁写了{animal}的书？
  <Know>{animal}有多重吗？
  {town}的镇长是谁？
  {town}有多少人？
  {town}的天气怎么样？
  {town}有多远？
  <Tell>{town}的镇长是谁。
  现在几点了？
  {day}会发生什么？
  {day}的比赛谁赢了？
  一把{_tool}多少钱？
  一件{_wear}多少钱？
  月亮有多远？
  海有多深？
  谁建了{place}？
  {place}有多老？
  {royal}叫什么名字？
  {royal}多大了？
  {job}有多少钱？
  <Know>谁建了{place}吗？
  #{v}在哪里出生？
  #{v}吃了几个{food}？
  #{animal}多大了？
  #{stranger}在{day}去了哪里？
  #<Tell>{town}有多少人。
  #一个{_toy}多少钱？
  #<Know>{stranger}有什么宠物吗？
  #谁建了{town}？`);

export const yesNo = [
  { relation: 'sound', ask: ['{animal}的叫声是{animal2.sound}吗？'] },
  { relation: 'food', ask: ['{animal}吃{animal2.food}吗？'] },
  { relation: 'home', ask: ['{animal}住在{animal2.home}吗？'] },
];

export const storyRequests: Language['storyRequests'] = [
  { variable: null, episodes: [], ask: lines('给我讲个故事。\n讲一个故事吧。\n你能讲个故事吗？') },
  { variable: 'animal', episodes: ['pet', 'beast'], ask: lines('给我讲一个{animal}的故事。\n讲一个{animal}的故事吧。') },
  { variable: 'p', episodes: [], ask: lines('给我讲一个{p}的故事。\n讲一个{p}的故事吧。\n我想听{p}的故事。') },
  { variable: 'toy', episodes: ['toy'], ask: lines('给我讲一个{toy}的故事。\n讲一个{toy}的故事吧。') },
];

/** What a listener answers to anything. */
export const listening = ['我知道了。', '谢谢你告诉我。'];

type Questions = readonly (readonly [ask: string, say: string])[];

function notice(id: string, scene: boolean, tell: string, reply: string, questions: Questions): Notice {
  // the first wording, which is that of the answer, is told twice as often
  const [first, ...others] = lines(tell);
  return {
    id, scene, tell: [first!, first!, ...others], reply: [...lines(reply), ...listening],
    questions: questions.map(([ask, say]) => ({ ask: lines(ask), say: lines(say) })),
  };
}

export const notices: readonly Notice[] = [
  notice('name', false, '我叫{p}。\n我的名字是{p}。\n你好，我是{p}。\n你可以叫我{p}。', '你好，{p}！\n很高兴认识你，{p}。',
    [['我叫什么名字？\n我是谁？\n你知道我的名字吗？\n#告诉我，我叫什么。', '你叫{p}。']]),
  notice('my toy', false, '我有一个{color}的{toy}。\n我的{toy}是{color}的。\n今天我得到了一个{color}的{toy}。', '你有一个{color}的{toy}。',
    [['我的{toy}是什么颜色？\n你知道我的{toy}是什么颜色吗？\n#我的{toy}有什么颜色？', '你的{toy}是{color}的。'], ['我有什么玩具？\n#你知道我有什么玩具吗？', '你有一个{color}的{toy}。']]),
  notice('my pet', false, '我家有一只{animal}。\n我的宠物是一只{animal}。\n一只{animal}和我住在一起。', '你有一只{animal}。',
    [['我有什么宠物？\n我的宠物是什么？\n你知道我有什么宠物吗？\n#我家有什么动物？', '你有一只{animal}。']]),
  notice('friend', false, '我的朋友叫{p}。\n{p}是我的朋友。\n我有一个朋友叫{p}。', '替我问{p}好。',
    [['我的朋友是谁？\n我的朋友叫什么？\n#你知道我的朋友是谁吗？', '你的朋友是{p}。']]),
  notice('home', false, '我住在{town}。\n我的家在{town}。\n我是{town}人。', '{town}是个好地方。',
    [['我住在哪里？\n我的家在哪里？\n你知道我住在哪里吗？\n#我住在哪个镇？', '你住在{town}。']]),
  notice('my food', false, '我喜欢吃{food}。\n我最爱吃{food}。', '你喜欢吃{food}。',
    [['我喜欢吃什么？\n你知道我喜欢吃什么吗？\n#我最爱吃什么？', '你喜欢吃{food}。']]),
  notice('my color', false, '我喜欢{color}。\n我最爱的颜色是{color}。', '{color}很好看。',
    [['我喜欢什么颜色？\n你知道我喜欢什么颜色吗？\n#我最爱的颜色是什么？', '你喜欢{color}。']]),
  notice('count', false, '我有{n}个{food}。\n我买了{n}个{food}。\n我的包里有{n}个{food}。', '{n}个{food}真不少。',
    [['我有几个{food}？\n你知道我有几个{food}吗？\n#告诉我，我有几个{food}。', '你有{n}个{food}。']]),
  notice('has', true, '{p}有一个{color}的{toy}。\n{p}做了一个{color}的{toy}。\n{p}过生日得到一个{color}的{toy}。', '{p}真幸运。',
    [['谁有{toy}？\n谁有{color}的{toy}？\n#你知道谁有{toy}吗？', '{p}有{toy}。\n{p}有一个{color}的{toy}。'], ['{p}的{toy}是什么颜色？\n#{p}的{toy}有什么颜色？', '{p}的{toy}是{color}的。'], ['{p}有什么？\n#你知道{p}有什么吗？', '{p}有一个{color}的{toy}。']]),
  notice('put', true, '{p}把{toy}放在{box}里。\n{p}把{toy}藏在{box}里。\n{p}的{toy}在{box}里。', '{toy}在{box}里。',
    [['{toy}在哪里？\n{p}的{toy}在哪里？\n#你知道{toy}在哪里吗？', '{toy}在{box}里。\n{p}的{toy}在{box}里。'], ['{box}里有什么？\n#你知道{box}里有什么吗？', '{box}里有{p}的{toy}。']]),
  notice('likes', true, '{p}喜欢{food}。\n{p}爱吃{food}。\n{p}晚饭想吃{food}。', '原来{p}喜欢{food}。',
    [['{p}喜欢什么？\n{p}喜欢吃什么？\n#你知道{p}喜欢什么吗？', '{p}喜欢{food}。'], ['谁喜欢{food}？\n#你知道谁喜欢{food}吗？', '{p}喜欢{food}。']]),
  notice('bought', true, '{p}在{place}买了一件{wear}。\n{p}去{place}买了一件{wear}。', '{wear}很有用。',
    [['{p}买了什么？\n{p}在{place}买了什么？\n#你知道{p}买了什么吗？', '{p}买了一件{wear}。'], ['{p}去了哪里？\n#你知道{p}去了哪里吗？', '{p}去了{place}。']]),
  notice('met', true, '{p}在{place}遇见了{q}。\n{p}和{q}一起去了{place}。', '希望{p}和{q}玩得高兴。',
    [['谁去了{place}？\n谁在{place}？\n#你知道谁去了{place}吗？', '{p}和{q}去了{place}。']]),
];
