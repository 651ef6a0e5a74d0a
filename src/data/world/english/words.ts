// English words: how they change (articles, plurals) and the small phrases that sentences are made of.
import { lines } from '../parseTemplate.ts';

const IRREGULAR: Readonly<Record<string, string>> = {
  mouse: 'mice', goose: 'geese', sheep: 'sheep', deer: 'deer', calf: 'calves', child: 'children', knife: 'knives',
  shelf: 'shelves', leaf: 'leaves', fish: 'fish', scarf: 'scarves', tomato: 'tomatoes', potato: 'potatoes',
};

function plural(word: string): string {
  const irregular = IRREGULAR[word];
  if (irregular) return irregular;
  if (/(sh|ch|s|x)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** `a`: with its article; `s`: more than one. */
export const forms: Readonly<Record<string, (word: string) => string>> = {
  a: (word) => (/^(the|an?) /.test(word) ? word : /^([aeiou]|honest)/i.test(word) ? `an ${word}` : `a ${word}`),
  s: plural,
};

/** The rules that templates use as <Where>, <Time> ...; `p` is always the child that the sentence is about. */
export const rules: Readonly<Record<string, readonly string[]>> = {
  Where: lines(`
    in the [{_fine} ]{_place}
    near the [{_fine} ]{_place}
    behind the [{_fine} ]{_place}
    by the [{_fine} ]{_wild}
    on the way to the [{_fine} ]{_place}
    at the {_fine} {_place}
    not far from the [{_fine} ]{_wild}
    in the [{_fine} ]{_wild}
    next to the {_fine} {_color} {_spot}
    between the {_place} and the {_wild}
    beside {_fine.a} {_stuff} wall
    in front of the [{_fine} ]{_place}
    under {_size.a} {_plant}
    among the [{_fine} ]{_plant.s}
    beside {_color.a} {_ride}`),
  Room: lines(`
    under the [{_fine} ]{_spot}
    behind the [{_color} ]{_spot}
    near the {_fine} {_spot}
    in the {_color} {_box}
    on top of the [{_stuff} ]{_spot}
    under {_size.a} {_spot}
    inside {_stuff.a} {_box}`),
  Time: lines(`
    one day
    one morning
    one {_weather} day
    later
    the next day
    on {_day}
    that afternoon
    in the evening
    a little later
    one {_season} morning
    after lunch
    before dinner
    early in the morning
    at noon`),
  Then: lines(`
    then
    soon
    at once
    after a while
    suddenly
    this time
    of course
    all the same
    in the end
    now
    for a moment
    <Time>`),
  How: lines(`
    slowly
    quickly
    quietly
    carefully
    with a smile
    once more
    with both hands
    for a long time
    at last
    without a word
    loudly
    softly
    proudly
    politely
    as fast as {_animal.a}
    like {_animal.young.a}
    with {_glad} eyes
    for {_number} minutes
    all {_day}
    again and again`),
  Why: lines(`
    because it was {_weather}
    so that {p.his} {_kin} was {_glad}
    while {p.his} {_kin} made <Eat>
    while {_weather.did}
    to get <Eat>
    when it was {_day}
    because {p.he} was {_bad}
    even though it was {_weather}
    until it was dark
    before {p.his} {_kin} came
    like {_good.a} {p.child}
    and {p.he} felt {_glad}`),
  Eat: lines(`
    {_food.a}
    {_taste.a} {_food}
    {_taste} {_food.s}
    some {_drink}
    {_food.a} and {_taste.a} {_food2}
    two [{_taste} ]{_food.s}
    {_size.a} {_food}
    a cup of {_taste} {_drink}
    three {_food.s} with {_drink}`),
  Thing: lines(`
    {_fine.a} {_toy}
    {_stuff.a} {_toy}
    {_fine.a} {_tool}
    {_plant.a}
    {_number} {_plant.s}
    {_color.a} {_toy}
    {_color.a} {_wear}
    {_stuff.a} {_tool}
    {_size.a} {_box}
    {_taste.a} {_food}`),
  Saw: lines('saw\nfound\nnoticed\ndiscovered\nmet\nspotted'),
  Went: lines('went\nwalked\nran\nhurried\nwandered\nrode {_ride.a}\nmarched'),
  Gave: lines('gave\nhanded\nshowed\nbrought\noffered'),
  Took: lines('took\ngrabbed\npicked\ncarried\nlifted'),
  Played: lines('played\ndanced\nsang\nrested\nsat\nlaughed\ntalked\nwaited'),
  Said: lines('said {p} [<How>]\nwhispered {p}\ncried {p}\nanswered {p}'),
  Asked: lines('asked {p} [<How>]\nwhispered {p}'),
  FriendSaid: lines('said {q} [<How>]\nanswered {q}\nlaughed {q}'),
  KinSaid: lines('said {p.his} {r}\nanswered {p.his} {r}\nsaid the {r}'),
  KinAsked: lines('asked {p.his} {r}\nasked the {r}'),
  // frames of questions
  Tell: lines('tell me\nplease tell me\nI want to know\nI would like to know'),
  Know: lines('do you know\ncan you tell me\ncould you tell me\ncan you say'),
};
