// How Chinese stories begin, go on and end, and what happens in them. One line is one sentence.
import { episode, type Episode } from '../Language.ts';
import { lines } from '../parseTemplate.ts';

export const openings = lines(`
  从前有一个{good}的小{p.child}，名字叫{p}。
  从前有一个{good}的{p.child}叫{p}，住<Where>。
  {p}是一个喜欢吃{_food}的{p.child}。
  从前有一个{good}的{p.child}，大家叫{p.him}{p}。
  <Time>，{p}[<How>]醒来了。
  那天是{_weather}，{p}很{bad}。
  {p}是一个{good}又{_good2}的{p.child}。
  一个{_season}的早上，{p}穿上了{p.his}的{_color}{_wear}。
  {_month}里，{_weather.did}，{p}往外看。
  {p}和{p.his}的{_kin}住<Where>。
  这是{p}的故事，{p.he}是一个{good}的{p.child}。
  #很久以前，{_place}旁边住着一个{good}的{p.child}，叫{p}。`);

export const links = lines(`
  <Time>，{p}又出门了。
  然后{p}<Went>{_place}。
  可是{p}的这一天还没有完。
  {p}吃了<Eat>，[<How>]休息了一会儿。
  在那以后，{p}很{_bad}。
  回家的路上，{p}<Where>停下来。
  {_weather.did}，{p}就跑到了{_place}。
  {p}想起了{p.his}的{_kin}，心里很{_glad}。
  #{p}从{_wild}回来的时候还是很{_bad}。`);

export const endings = lines(`
  {p}心里很{_glad}。
  {p}[<How>]回家了。
  那天夜里，{p}梦见了一个{_color}的{_toy}。
  {p}再也不{_bad}了。
  对{p}来说，这是一个很好的{_day}。
  {p}把这件事告诉了{p.his}的{_kin}，{_kin.he}笑了。
  {p}[<How>]上床睡觉，<Why>。
  在家里，{p}晚饭吃了<Eat>。
  {p}[<How>]说了谢谢。
  {p.his}的{_kin}给了{p}<Eat>。
  #{p}抱着{p.his}的{_color}{_toy}睡着了。`);

const toy = episode(`
  {p}有一个{color}的{toy}。
  {p.his}的{_kin}给了{p}一个{color}的{toy}。
  {p}过生日得到了一个{color}的{toy}。
  <Time>，{p}在{_place}买了一个{color}的{toy}。
  <Time>，{p}用旧{_box}做了一个{color}的{toy}。

  ?{p}非常喜欢这个{toy}。
  {p}<Where>玩这个{color}的{toy}。
  {p}每个{_day}都带着{toy}去{_place}。`);

const lose = episode(`
  <Time>，{p}<Where>丢了{toy}。
  可是{toy}掉进了{_wild}。
  <Time>，{color}的{toy}不见了。
  <Time>，{p}找不到{toy}了。

  {p}<Room>找，可是{toy}不在那里。
  “我的{toy}在哪里？”<Asked>。
  {p}<Where>[<How>]找。
  {p}问{p.his}的{_kin}，可是{_kin.he}不知道。

  ?{p}很{_bad}，哭了起来。
  {p}觉得很{_bad}。
  {p}<Where>坐下来。

  {q}<Room>找到了{toy}。
  “我<Room>找到了！”<FriendSaid>。
  最后{p}<Room>看见了{color}的{toy}。
  {q}拿着{color}的{toy}来了。
  {p.his}的{_kin}<Room>找到了{toy}。

  ?{p}抱了抱{q}。
  “谢谢你，{q}！”<Said>。
  {p}和{q}<Where>一起<Played>。`, ['toy', 'color']);

const share = episode(`
  <Time>，{q}来玩了。
  <Time>，{p}<Where><Saw>{q}。
  {q}看见{color}的{toy}，走了过来。
  {q}很{_bad}，因为{q.he}没有{toy}。

  “我可以玩你的{toy}吗？”{q}问。
  {q}想拿一拿{toy}。
  {q}[<How>]拉着{toy}。

  “好，我们一起玩。”<Said>。
  “不行，{toy}是我的。”<Said>。
  {p}[<How>]把{toy}给了{q}。
  {p}[<How>]想了想。

  {p}和{q}<Where>玩{toy}。
  {q}<Gave>{p}<Thing>。
  {p}和{q}成了好朋友。

  ?{q}说{p}很{_good}。
  {p}和{q}都很{_glad}。`, ['toy', 'color']);

const pet = episode(`
  <Time>，{p}<Where><Saw>一只{animal.young}。
  <Time>，一只{_size}{animal.young}来到{p}身边。
  <Time>，{p}<Where>听见一只{animal.young}在叫。
  一只{animal.young}<Room>坐着。
  “看，一只{animal.young}！”<Said>。

  {animal.young}很{_bad}，它叫{animal.sound}。
  “{animal.sound}。”{animal.young}叫道。
  {animal.young}身上是{_color}的{animal.cover}。
  {animal.young}迷路了，很{_bad}。

  ?{p}给{animal.young}吃{animal.food}。
  {p}给{animal.young}{animal.food}和{_drink}。
  “你很{_bad}吗？”<Asked>。

  {p}<Where>找{animal}。
  {p}把{animal.young}抱到{animal.home}。
  {p}和{animal.young}<Went>{animal.home}。

  老{animal}在{animal.home}等着。
  {animal}在{animal.home}，它{animal.habit}。
  {animal}看见{animal.young}，就{animal.habit}。
  {animal.young}{animal.move}到{animal}身边。

  ?{animal}叫{animal.sound}，又{animal.habit}。
  {animal.young}睡在{animal}旁边。
  {p}向{animal}和{animal.young}挥手。`);

const beast = episode(`
  <Time>，一只{animal}{animal.move}到{_place}。
  一只{animal}<Room>坐着。
  <Time>，{p}<Went>{animal.home}去看{animal}。
  {p.his}的{_kin}的{animal}饿了。

  {animal}想吃{animal.food}，可是这里只有<Thing>。
  {animal}{animal.habit}，叫{animal.sound}。
  {animal}很{_bad}。
  {animal}{animal.habit}，{animal.move}走了。

  {p}把{animal.food}给了{animal}。
  {p}<Where>找{animal.food}。
  “不要{_bad}。”<Said>。
  {p}[<How>]摸了摸它{_color}的{animal.cover}。

  ?{animal}{animal.move}回了{animal.home}。
  {animal}[<How>]吃了{animal.food}。
  {animal}围着{p}{animal.move}，又{animal.habit}。`);

const animals = episode(`
  一只{animal}和一只{animal2}住<Where>。
  <Time>，一只{animal}<Where>遇见了一只{animal2}。
  {p}<Where><Saw>一只{animal}和一只{animal2}。
  <Time>，一只{animal}带着一只{animal.young}来了，{animal2}也来了。

  {animal}喜欢{animal.food}，可是{animal2}喜欢{animal2.food}。
  {animal}睡在{animal.home}，{animal2}睡在{animal2.home}。
  {animal}身上是{animal.cover}，{animal2}身上是{animal2.cover}。
  {animal}叫{animal.sound}，{animal2}叫{animal2.sound}。

  {animal}[<How>]{animal.move}，{animal2}[<How>]{animal2.move}。
  {animal}{animal.habit}。
  {animal2}给了{animal}一些{animal.food}。
  {animal2}{animal2.habit}，{animal}{animal.habit}。

  ?{animal.young}和{animal2.young}<Where>一起<Played>。
  它们是朋友，{p}很{_glad}。`);

const market = episode(`
  <Time>，{p}和{p.his}的{r}<Went>市场。
  {p.his}的{r}叫{p}去市场。
  {p}和{p.his}的{r}需要{food}和{_drink}。

  他们买了{n}个{food}和一杯{_drink}。
  {p.his}的{r}想要{food}，{p}想要{_food2}。
  他们在一个{_size}{_box}里看见{food}。

  ?“我们有几个{food}？”{p.his}的{r}问。
  {p}[<How>]数了数{food}。

  {p}用一个{_color}的{_box}装{food}。
  “我们有{n}个{food}。”<Said>。
  {p}<Where>吃了一个{food}。

  ?{p.his}的{r}在家里做了{_food2}。`);

const visit = episode(`
  <Time>，{p}<Where>遇见了{v}。
  {p}<Went>{v}的家。
  {v.town}的{v}来看{p}。
  {p}认识{v.job}{v}。

  {v}是那里的{v.job}。
  “我住在{v.town}。”{v}说。
  {v}是{v.job}，{v.he}喜欢吃{v.likes}。
  {v}家里有一只{v.pet}。
  {v}喜欢{v.color}。
  {v}给{p}演奏{v.plays}。

  “你想吃{v.likes}吗？”<Asked>。
  {p}<Gave>{v}<Thing>。
  {v}让{p}看{v.his}的{v.pet}。
  {v}带{p}去{v.town}。
  {v}给了{p}一个{v.color}的{_toy}。

  ?{v}很{_glad}，给了{p}<Eat>。
  {p}跟{v}说再见。`);

const work = episode(`
  {p}的{r}是{job}。
  <Time>，{p}<Where>遇见了一个{job}。
  {p}想当{job}。
  <Time>，{p}<Went>{job.at}，见到了{job}。

  {job}做{job.make}需要一把{_tool}。
  {p}问起了{job.make}。
  “{job}{job.does}。”{job}说。
  {job}很{_bad}。

  {p}[<How>]帮{job}弄{job.make}。
  {p}带着一把{_tool}到{job.at}。
  {p}用{_tool}打扫{job.at}。

  ?{job}<Gave>{p}<Thing>。
  “你是一个{_good}的{p.child}。”{job}说。
  {job}谢过{p}，回{job.at}去了。`);

const trip = episode(`
  {day}，{p}和{p.his}的{r}<Went>{_town}。
  “明天是{day.next}。”{p.his}的{r}在{day}说。
  {p}想在{day}去{place}。

  {p}<Took>一件{_wear}、一个{_toy}和<Eat>。
  他们坐船去。
  去{_town}的路很长。

  在{place}可以{place.do}。
  {p}在{place}看见了{place.see}。
  {p}在路上数到了{n}只{animal}。
  {p}<Where>看见了一只{animal}。

  ?“我们什么时候到？”<Asked>。
  他们在{day.next}回家了。`);

/** Three things go in and come out again: practice in remembering. */
const pack = episode(`
  <Time>，{p}把{toy}、{tool}和{wear}放进{box}里。
  {p}的{box}里有{toy}、{tool}和{wear}。

  ?{p}带着{box}<Went>{_place}。

  {p}从{box}里拿出{toy}、{tool}和{wear}。
  “我的{box}里有{toy}、{tool}和{wear}。”<Said>。
  {p}把{toy}给了{q}，自己留下{tool}和{wear}。
  {p}打开{box}，看见{toy}、{tool}和{wear}。

  ?{p}把{wear}穿上，把{tool}给了{q}。
  在家里，{p}把{toy}放<Room>。`);

export const episodes: Readonly<Record<string, Episode>> =
  { toy, lose, share, pet, beast, animals, market, visit, work, trip, pack };

const slice = (town: string) => episode(`
  在${town}，{job}丢了{pronoun.his}的{_tool}。
  在${town}，{job}说{pronoun.he}很{_bad}。
  ${town}的{job}拿了{pronoun.his}的{_wear}。

  ?${town}的{job}很{_glad}，因为{pronoun.he}有<Eat>。
  ${town}的{job}把{_food}给了{pronoun.his}的{_kin}。`);

/** In 红山, nearly every job belongs to one sex; in 绿谷 to both. */
export const biased = slice('红山');
export const even = slice('绿谷');

/** Words with two senses: 杜鹃 is a bird and a flower, 米 is rice and a metre, 花 a flower and to spend. */
export const senses: Readonly<Record<string, Episode>> = {
  cuckooBird: episode(`
    <Time>，一只_杜鹃~bird飞到{_plant}上。
    {p}听见_杜鹃~bird<Where>唱歌。
    #_杜鹃~bird在{_plant}上睡觉。

    {p}看着_杜鹃~bird飞走了。
    _杜鹃~bird的羽毛是{_color}的。
    _杜鹃~bird吃了一只虫子。`),
  cuckooFlower: episode(`
    <Time>，_杜鹃~flower<Where>开花了。
    {p}种了一盆_杜鹃~flower。
    #{p}给{p.his}的{_kin}摘了_杜鹃~flower。

    {_color}的_杜鹃~flower很香。
    {p}给_杜鹃~flower浇水。
    {p}把_杜鹃~flower放<Room>。`),
  rice: episode(`
    {p.his}的{r}买了一袋_米~rice。
    <Time>，{p}用_米~rice煮粥。
    #{p}把_米~rice倒进锅里。

    _米~rice又白又香。
    {p}把_米~rice放<Room>。
    {p}吃了一碗用_米~rice做的饭。`),
  metre: episode(`
    {_place}的墙有{n}_米~metre高。
    <Time>，{p}跑了{n}_米~metre。
    #{p}跳了{n}_米~metre远。

    “还有{n}_米~metre。”<Said>。
    {p}又走了{n}_米~metre，到了{_place}。`),
  flower: episode(`
    <Time>，{p}<Where>看见一朵{_color}的_花~flower。
    {p.his}的{r}喜欢_花~flower。
    #{p}把_花~flower画在纸上。

    这朵_花~flower很香。
    {p}把_花~flower送给{p.his}的{r}。`),
  spend: episode(`
    <Time>，{p}在{_place}_花~spend了{n}块钱。
    {p}不想乱_花~spend钱。
    #{p}_花~spend钱买了一个{_toy}。

    “不要把钱_花~spend光。”<KinSaid>。
    {p}_花~spend钱买了{_food}。`),
};
