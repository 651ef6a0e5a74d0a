// The small phrases that Chinese sentences are made of. A time stands first, a place before the verb.
import { lines } from '../parseTemplate.ts';

export const rules: Readonly<Record<string, readonly string[]>> = {
  Where: lines(`
    在[{_fine}的]{_place}里
    在[{_fine}的]{_place}旁边
    在去{_place}的路上
    在{_wild}附近
    在[{_fine}的]{_wild}边上
    在{_fine}的{_color}{_spot}旁边
    在{_place}和{_wild}之间
    在一棵{_size}的{_plant}下面
    在一辆{_color}的{_ride}旁边
    在{_place}前面`),
  Room: lines(`
    在[{_fine}的]{_spot}下面
    在[{_color}的]{_spot}后面
    在{_fine}的{_spot}旁边
    在{_color}的{_box}里
    在[{_stuff}]{_spot}上面
    在一个{_stuff}{_box}里面`),
  Time: lines(`
    有一天
    有一天早上
    一个{_weather}
    后来
    第二天
    {_day}
    那天下午
    到了晚上
    过了一会儿
    一个{_season}的早上
    午饭以后
    晚饭以前
    清早`),
  Then: lines('然后\n不久\n马上\n突然\n这一次\n最后\n现在\n<Time>'),
  How: lines(`
    慢慢地
    飞快地
    悄悄地
    小心地
    微笑着
    又一次
    默默地
    大声地
    轻轻地
    自豪地
    有礼貌地
    像{_animal}一样
    {_glad}地`),
  Why: lines(`
    因为那天是{_weather}
    因为{p.he}很{_bad}
    为了让{p.his}的{_kin}{_glad}
    虽然那天是{_weather}
    趁{p.his}的{_kin}在做<Eat>
    好去拿<Eat>`),
  Eat: lines(`
    一个{_food}
    一个{_taste}的{_food}
    几个{_taste}的{_food}
    一些{_drink}
    {_food}和{_food2}
    两个{_food}
    一个{_size}{_food}
    一杯{_taste}的{_drink}
    三个{_food}和{_drink}`),
  Thing: lines(`
    一个{_fine}的{_toy}
    一个{_stuff}{_toy}
    一把{_fine}的{_tool}
    一株{_plant}
    {_number}株{_plant}
    一个{_color}的{_toy}
    一件{_color}的{_wear}
    一个{_size}{_box}
    一个{_taste}的{_food}`),
  Saw: lines('看见了\n发现了\n注意到\n遇见了'),
  Went: lines('走到\n跑到\n赶到\n坐{_ride}去\n来到'),
  Gave: lines('送给\n递给\n带给\n拿给'),
  Took: lines('拿了\n抓起\n提着\n带上'),
  Played: lines('玩耍\n跳舞\n唱歌\n休息\n聊天\n等着'),
  Said: lines('{p}[<How>]说\n{p}小声说\n{p}喊道\n{p}回答'),
  Asked: lines('{p}[<How>]问\n{p}小声问'),
  FriendSaid: lines('{q}[<How>]说\n{q}回答\n{q}笑着说'),
  KinSaid: lines('{p.his}的{r}说\n{p.his}的{r}回答'),
  // frames of questions
  Tell: lines('请告诉我\n告诉我\n我想知道'),
  Know: lines('你知道\n你能说出\n你能告诉我'),
};
