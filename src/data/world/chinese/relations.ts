// What can be asked in the Chinese world. `#` marks wordings that training never sees.
import { relation, type Relation } from '../Language.ts';

const animals = [
  relation('young', 'animal', 'young', {
    ask: `
      {animal}的孩子叫什么？
      {animal}的幼崽叫什么？
      小时候的{animal}叫什么？
      人们怎么叫{animal}的孩子？
      <Know>{animal}的孩子叫什么吗？
      <Tell>{animal}的孩子叫什么。
      #人们怎么叫小时候的{animal}？
      #<Tell>{animal}的幼崽叫什么。`,
    say: '{animal}的孩子叫{animal.young}。',
    tell: '{animal.young}是{animal}的孩子。\n小时候的{animal}叫{animal.young}。\n人们把{animal}的幼崽叫{animal.young}。',
  }),
  relation('sound', 'animal', 'sound', {
    ask: `
      {animal}怎么叫？
      {animal}的叫声是什么？
      {animal}叫起来是什么声音？
      <Know>{animal}怎么叫吗？
      <Tell>{animal}怎么叫。
      #<Know>{animal}的叫声是什么吗？
      #<Tell>{animal}的叫声。`,
    say: '{animal}的叫声是{animal.sound}。',
    tell: '{animal}叫起来是{animal.sound}。\n你能听见{animal}叫{animal.sound}。',
    more: '它怎么叫？\n它的叫声是什么？',
  }),
  relation('food', 'animal', 'food', {
    ask: `
      {animal}吃什么？
      {animal}喜欢吃什么？
      {animal}的食物是什么？
      我该给{animal}吃什么？
      <Know>{animal}吃什么吗？
      <Tell>{animal}喜欢吃什么。
      #<Know>{animal}喜欢吃什么吗？
      #<Tell>{animal}的食物。`,
    say: '{animal}吃{animal.food}。',
    tell: '{animal}喜欢吃{animal.food}。\n{animal}的食物是{animal.food}。\n人们给{animal}吃{animal.food}。',
    more: '它吃什么？\n它喜欢吃什么？',
  }),
  relation('home', 'animal', 'home', {
    ask: `
      {animal}住在哪里？
      {animal}的家在哪里？
      在哪里能找到{animal}？
      我该去哪里找{animal}？
      <Know>{animal}住在哪里吗？
      <Tell>{animal}住在哪里。
      #<Know>{animal}的家在哪里吗？
      #<Tell>在哪里能找到{animal}。`,
    say: '{animal}住在{animal.home}。',
    tell: '{animal}的家在{animal.home}。\n在{animal.home}能找到{animal}。\n{animal.home}里住着{animal}。',
    more: '它住在哪里？\n它的家在哪里？',
  }),
  relation('cover', 'animal', 'cover', {
    ask: `
      {animal}身上有什么？
      {animal}身上长着什么？
      <Know>{animal}身上有什么吗？
      <Tell>{animal}身上长着什么。
      #<Know>{animal}身上长着什么吗？`,
    say: '{animal}身上有{animal.cover}。',
    tell: '{animal}身上长着{animal.cover}。',
    more: '它身上有什么？\n它身上长着什么？',
  }),
];

const villager = (id: string, said: { ask: string; say: string; tell: string; more: string }) =>
  relation(id, 'villager', id, { variable: 'v', ...said });

const villagers = [
  villager('job', {
    ask: `
      {v}的工作是什么？
      {v}做什么工作？
      {v}是做什么的？
      <Know>{v}的工作是什么吗？
      <Tell>{v}做什么工作。
      #<Know>{v}做什么工作吗？
      #<Tell>{v}的工作。`,
    say: '{v}是{v.job}。',
    tell: '{v}的工作是{v.job}。\n{v}每天{v.does}。\n{v}当{v.job}很久了。',
    more: '{v.he}做什么工作？\n{v.his}的工作是什么？',
  }),
  villager('town', {
    ask: `
      {v}住在哪里？
      {v}的家在哪里？
      {v}住在哪个镇？
      <Know>{v}住在哪里吗？
      <Tell>{v}住在哪个镇。
      #<Know>{v}住在哪个镇吗？
      #<Tell>{v}的家在哪里。`,
    say: '{v}住在{v.town}。',
    tell: '{v}的家在{v.town}。\n{v}是{v.town}人。\n{v.town}有{v}的房子。',
    more: '{v.he}住在哪里？\n{v.his}的家在哪里？',
  }),
  villager('pet', {
    ask: `
      {v}有什么宠物？
      {v}的宠物是什么？
      {v}家里有什么动物？
      <Know>{v}有什么宠物吗？
      <Tell>{v}的宠物是什么。
      #<Know>{v}家里有什么动物吗？
      #<Tell>{v}有什么宠物。`,
    say: '{v}有一只{v.pet}。',
    tell: '{v}的宠物是一只{v.pet}。\n{v}家里有一只{v.pet}。\n一只{v.pet}和{v}住在一起。',
    more: '{v.he}有什么宠物？\n{v.his}的宠物是什么？',
  }),
  villager('likes', {
    ask: `
      {v}喜欢吃什么？
      {v}最爱吃什么？
      {v}喜欢什么食物？
      <Know>{v}喜欢吃什么吗？
      <Tell>{v}最爱吃什么。
      #<Know>{v}最爱吃什么吗？
      #<Tell>{v}喜欢什么食物。`,
    say: '{v}喜欢吃{v.likes}。',
    tell: '{v}最爱吃{v.likes}。\n{v}晚饭想吃{v.likes}。',
    more: '{v.he}喜欢吃什么？\n{v.he}最爱吃什么？',
  }),
  villager('plays', {
    ask: `
      {v}会什么乐器？
      {v}演奏什么？
      {v}的乐器是什么？
      <Know>{v}会什么乐器吗？
      <Tell>{v}演奏什么。
      #<Know>{v}演奏什么吗？
      #<Tell>{v}的乐器是什么。`,
    say: '{v}会演奏{v.plays}。',
    tell: '{v}的乐器是{v.plays}。\n晚上，{v}演奏{v.plays}。',
    more: '{v.he}会什么乐器？\n{v.he}演奏什么？',
  }),
  villager('color', {
    ask: `
      {v}喜欢什么颜色？
      {v}最爱什么颜色？
      {v}家的门是什么颜色？
      <Know>{v}喜欢什么颜色吗？
      <Tell>{v}最爱什么颜色。
      #<Know>{v}最爱什么颜色吗？
      #<Tell>{v}喜欢什么颜色。`,
    say: '{v}喜欢{v.color}。',
    tell: '{v}家的门是{v.color}的。\n{v}总是穿{v.color}的衣服。',
    more: '{v.he}喜欢什么颜色？\n{v.he}最爱什么颜色？',
  }),
];

/** A relation with a few wordings that need no story of their own. */
const plain = (id: string, table: string, field: string, ask: string, say: string, tell: string, more = '') =>
  relation(id, table, field, { ask, say, tell, more });

const others = [
  plain('does', 'job', 'does',
    '{job}做什么？\n{job}每天做什么？\n{job}的工作是做什么？\n<Know>{job}做什么吗？\n<Tell>{job}每天做什么。\n#<Know>{job}每天做什么吗？',
    '{job}{job.does}。', '{job}每天{job.does}。\n大家知道{job}{job.does}。'),
  plain('at', 'job', 'at',
    '{job}在哪里工作？\n在哪里能找到{job}？\n我该去哪里找{job}？\n<Know>{job}在哪里工作吗？\n<Tell>{job}在哪里工作。\n#<Know>在哪里能找到{job}吗？',
    '{job}在{job.at}工作。', '在{job.at}能找到{job}。\n{job.at}里有{job}。'),
  plain('do', 'place', 'do',
    '在{place}可以做什么？\n人们为什么去{place}？\n{place}是做什么的地方？\n<Know>在{place}可以做什么吗？\n<Tell>人们为什么去{place}。\n#<Know>人们为什么去{place}吗？',
    '在{place}可以{place.do}。', '人们去{place}是为了{place.do}。\n{place}是{place.do}的地方。'),
  plain('see', 'place', 'see',
    '{place}里有什么？\n在{place}能看见什么？\n<Know>{place}里有什么吗？\n<Tell>在{place}能看见什么。\n#<Know>在{place}能看见什么吗？',
    '{place}里有{place.see}。', '在{place}能看见{place.see}。\n{place}的{place.see}很多。'),
  plain('near', 'town', 'near',
    '{town}在哪里？\n{town}靠近什么？\n在哪里能找到{town}？\n<Know>{town}在哪里吗？\n<Tell>{town}靠近什么。\n#<Know>{town}靠近什么吗？',
    '{town}靠近{town.near}。', '{town.near}旁边有{town}。\n从{town}可以走到{town.near}。', '它在哪里？\n它靠近什么？'),
  plain('famous', 'town', 'famous',
    '{town}有什么特产？\n人们在{town}买什么？\n{town}的特产是什么？\n<Know>{town}有什么特产吗？\n<Tell>人们在{town}买什么。\n#<Know>人们在{town}买什么吗？',
    '{town}的特产是{town.famous}。', '人们在{town}买{town.famous}。\n{town}的{town.famous}很有名。', '它有什么特产？\n人们在那里买什么？'),
  plain('open', 'town', 'open',
    '{town}哪天赶集？\n{town}的集市在哪天？\n<Know>{town}哪天赶集吗？\n<Tell>{town}的集市在哪天。\n#<Know>{town}的集市在哪天吗？',
    '{town}在{town.open}赶集。', '{town}的集市在{town.open}。\n每个{town.open}，{town}都有集市。', '它哪天赶集？'),
  plain('nextDay', 'day', 'next',
    '{day}的后一天是什么？\n{day}之后是星期几？\n今天是{day}，明天是星期几？\n<Know>{day}之后是星期几吗？\n<Tell>{day}的后一天是什么。\n#<Know>{day}的后一天是什么吗？',
    '{day}之后是{day.next}。', '今天是{day}，明天是{day.next}。\n{day}的后一天是{day.next}。'),
  plain('previousDay', 'day', 'prev',
    '{day}的前一天是什么？\n{day}之前是星期几？\n<Know>{day}之前是星期几吗？\n<Tell>{day}的前一天是什么。\n#<Know>{day}的前一天是什么吗？',
    '{day}之前是{day.prev}。', '{day}的前一天是{day.prev}。'),
  plain('plan', 'day', 'plan',
    '人们{day}做什么？\n{day}人们做什么？\n<Know>人们{day}做什么吗？\n<Tell>人们{day}做什么。\n#<Know>{day}人们做什么吗？',
    '{day}人们{day.plan}。', '每个{day}，人们都{day.plan}。'),
  plain('nextMonth', 'month', 'next',
    '{month}之后是几月？\n{month}的下一个月是几月？\n<Know>{month}之后是几月吗？\n<Tell>{month}的下一个月是几月。\n#<Know>{month}的下一个月是几月吗？',
    '{month}之后是{month.next}。', '{month}的下一个月是{month.next}。\n{month}过完了就是{month.next}。'),
  plain('season', 'month', 'season',
    '{month}是什么季节？\n{month}在哪个季节？\n<Know>{month}是什么季节吗？\n<Tell>{month}在哪个季节。\n#<Know>{month}在哪个季节吗？',
    '{month}是{month.season}。', '{month}在{month.season}。\n到了{month}就是{month.season}。'),
  plain('opposite', 'opposite', 'of',
    '{opposite}的反义词是什么？\n哪个词是{opposite}的反义词？\n不{opposite}是什么？\n<Know>{opposite}的反义词是什么吗？\n<Tell>{opposite}的反义词。\n#<Know>哪个词是{opposite}的反义词吗？\n#<Tell>{opposite}的反义词是什么。',
    '{opposite}的反义词是{opposite.of}。', '不{opposite}就是{opposite.of}。\n{opposite.of}是{opposite}的反义词。'),
  plain('example', 'opposite', 'thing',
    '什么东西{opposite}？\n什么是{opposite}的？\n<Know>什么东西{opposite}吗？\n<Tell>什么东西{opposite}。\n#<Know>什么是{opposite}的吗？',
    '{opposite.thing}是{opposite}的。', '{opposite.thing}很{opposite}。\n像{opposite.thing}一样{opposite}。'),
  plain('tint', 'tint', 'color',
    '{tint}是什么颜色？\n{tint}有什么颜色？\n{tint}的颜色是什么？\n<Know>{tint}是什么颜色吗？\n<Tell>{tint}的颜色。\n#<Know>{tint}的颜色是什么吗？',
    '{tint}是{tint.color}的。', '{tint}的颜色是{tint.color}。\n像{tint}一样的{tint.color}。', '它是什么颜色？'),
  plain('kind', 'tint', 'kind',
    '{tint}是哪种东西？\n{tint}属于什么？\n<Know>{tint}是哪种东西吗？\n<Tell>{tint}属于什么。\n#<Know>{tint}属于什么吗？',
    '{tint}是一种{tint.kind}。', '{tint}属于{tint.kind}。\n大家知道{tint}是一种{tint.kind}。', '它是哪种东西？\n它属于什么？'),
  plain('meaning', 'thing', 'is',
    '{thing}是什么？\n{thing}这个词是什么意思？\n<Know>{thing}是什么吗？\n<Tell>{thing}是什么。\n#<Know>{thing}这个词是什么意思吗？',
    '{thing}是{thing.is}。', '大家知道{thing}是{thing.is}。\n{thing}的意思是{thing.is}。', '它是什么？\n它是什么意思？'),
  plain('user', 'thing', 'user',
    '谁用{thing}？\n谁需要{thing}？\n<Know>谁用{thing}吗？\n<Tell>谁需要{thing}。\n#<Know>谁需要{thing}吗？',
    '{thing.user}用{thing}。', '{thing.user}需要{thing}。\n{thing}对{thing.user}有用。', '谁用它？\n谁需要它？'),
  plain('kept', 'thing', 'kept',
    '{thing}放在哪里？\n人们把{thing}放在哪里？\n<Know>{thing}放在哪里吗？\n<Tell>{thing}放在哪里。\n#<Know>人们把{thing}放在哪里吗？',
    '{thing}放在{thing.kept}里。', '人们把{thing}放在{thing.kept}里。\n{thing.kept}里有{thing}。', '它放在哪里？'),
  plain('taste', 'crop', 'taste',
    '{crop}是什么味道？\n{crop}吃起来怎么样？\n<Know>{crop}是什么味道吗？\n<Tell>{crop}的味道。\n#<Know>{crop}吃起来怎么样吗？',
    '{crop}的味道是{crop.taste}的。', '{crop}吃起来{crop.taste}。\n{crop}很{crop.taste}。', '它是什么味道？'),
  plain('grow', 'crop', 'grow',
    '{crop}长在哪里？\n{crop}从哪里来？\n<Know>{crop}长在哪里吗？\n<Tell>{crop}从哪里来。\n#<Know>{crop}从哪里来吗？',
    '{crop}长在{crop.grow}上。', '{crop}从{crop.grow}来。\n{crop.grow}上长着{crop}。', '它长在哪里？'),
  plain('grown', 'kin', 'grown', '{kin}是男人还是女人？\n<Know>{kin}是男人还是女人吗？\n#<Tell>{kin}是男人还是女人。', '{kin}是{kin.grown}。', '每个{kin}都是{kin.grown}。'),
  plain('rank', 'royal', 'grown', '{royal}是男人还是女人？\n<Know>{royal}是男人还是女人吗？\n#<Tell>{royal}是男人还是女人。', '{royal}是{royal.grown}。', '每个{royal}都是{royal.grown}。'),
  ...(['sum', 'difference'] as const).map((table) => plain(table, table, 'total',
    `{${table}}是多少？\n{${table}}等于几？\n{${table}}得几？\n<Know>{${table}}是多少吗？\n<Tell>{${table}}等于几。\n#<Know>{${table}}等于几吗？\n#<Tell>{${table}}是多少。`,
    `{${table}}等于{${table}.total}。`, `{${table}}得{${table}.total}。\n{${table}}是{${table}.total}。`)),
  plain('after', 'after', 'next',
    '{after}后面是几？\n{after}的下一个数是几？\n<Know>{after}后面是几吗？\n<Tell>{after}的下一个数。\n#<Know>{after}的下一个数是几吗？',
    '{after}后面是{after.next}。', '{after}的下一个数是{after.next}。\n数完{after}就数{after.next}。'),
  plain('before', 'after', 'prev',
    '{after}前面是几？\n{after}的上一个数是几？\n<Know>{after}前面是几吗？\n<Tell>{after}的上一个数。\n#<Know>{after}的上一个数是几吗？',
    '{after}前面是{after.prev}。', '{after}的上一个数是{after.prev}。'),
];

export const relations: readonly Relation[] = [...animals, ...villagers, ...others];

const then = (variable: string): string[] => [`那{${variable}}呢？`, `{${variable}}呢？`];

/** "And a cat?", after a question about another animal. */
export const followUp: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['animal', 'job', 'place', 'town', 'day', 'month', 'opposite', 'tint', 'thing', 'crop', 'sum', 'difference', 'after']
    .map((table) => [table, then(table)] as const).concat([['villager', then('v')]]));

const tellAbout = (variable: string): string[] => [`说说{${variable}}。`, `你知道{${variable}}的什么事？`, `给我讲讲{${variable}}。`];

/** Questions for everything about something. */
export const about: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['animal', 'job', 'place', 'town', 'day', 'month', 'opposite', 'tint', 'thing', 'crop', 'after']
    .map((table) => [table, tellAbout(table)] as const).concat([['villager', [...tellAbout('v'), '{v}是谁？']]]));
