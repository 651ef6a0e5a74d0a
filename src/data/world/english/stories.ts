// How English stories begin, go on and end, and what happens in them. One line is one sentence.
import { episode, type Episode } from '../Language.ts';
import { lines } from '../parseTemplate.ts';

export const openings = lines(`
  once upon a time, there was {size.a} {p.child} named {p}.
  once upon a time, there was {good.a} {p.child} named {p} who lived <Where>.
  {p} was {good.a} {p.child} who liked {_food.s}.
  there once was {good.a} {p.child} named {p}, and {p.he} was very {glad}.
  <Time>, {p} woke up <How> [<Why>].
  it was {_weather.a} {_day}, and {p} was {bad}.
  {p} was {good.a} and {_good2} {p.child}.
  in a small house near the {_wild} lived {good.a} {p.child} named {p}.
  one {_season} day, {p} put on {p.his} {_color} {_wear}.
  in {_month}, {p} looked out because {_weather.did}.
  {p} lived with {p.his} {_kin} and {p.his} {_kin2} <Where>.
  this is a story about {p}, {good.a} {p.child}.
  #long ago, {good.a} {p.child} called {p} lived near the {_place}.`);

export const links = lines(`
  <Time>, {p} went out again [<Why>].
  then {p} <Went> to the {_place} [<Why>].
  but the day of {p} was not over.
  <Time>, something else happened to {p} <Where>.
  {p} ate <Eat> and rested [<How>].
  after that, {p} was {_bad}.
  on the way home, {p} stopped <Where>.
  when {_weather.did}, {p} ran to the {_place}.
  {p} thought of {p.his} {_kin} and was {_glad}.
  #when {p} came back from the {_wild}, {p.he} was still {_bad}.`);

export const endings = lines(`
  {p} was very {_glad}.
  {p} smiled [<How>] and went home.
  that night, {p} dreamed of {_color.a} {_toy}.
  {p} was never {_bad} again.
  it was a very good {_day} for {p}.
  {p} told {p.his} {_kin} about it, and {_kin.he} laughed.
  {p} went to bed [<How>] <Why>.
  at home, {p} had <Eat> for dinner.
  and {p} said thank you [<How>].
  {p.his} {_kin} gave {p} <Eat>.
  #{p} fell asleep with {p.his} {_color} {_toy}.`);

const toy = episode(`
  {p} had {color.a} {toy}.
  {p.his} {_kin} gave {p} {color.a} {toy}.
  {p} found {color.a} {toy} for {p.his} birthday.
  <Time>, {p} bought {color.a} {toy} at the {_place}.
  <Time>, {p} made {color.a} {toy} out of an old {_box}.

  ?{p} loved the {toy} very much.
  {p} played with the {color} {toy} <Where>.
  it was {_size.a} {toy} from the {_place}.
  {p} took the {toy} to the {_place} every {_day}.`);

const lose = episode(`
  <Time>, {p} lost the {toy} <Where>.
  but the {toy} fell into the {_wild} [<Why>].
  <Time>, the {color} {toy} was gone.
  <Time>, {p} could not find the {toy}.
  {p} left the {toy} <Where> [<Why>].

  {p} looked <Room>, but it was not there.
  {p} searched <Room> and <Where>.
  "where is my {toy}?" <Asked>.
  {p} looked <How> <Where>.
  {p} asked {p.his} {_kin}, but {_kin.he} did not know.

  ?{p} was {_bad} and began to cry.
  {p} felt {_bad}.
  {p} sat down <Where>.

  {q} found the {toy} <Room>.
  "I found it <Room>!" <FriendSaid>.
  at last, {p} saw the {color} {toy} <Room>.
  {q} came with the {color} {toy}.
  {p.his} {_kin} found the {toy} <Room>.

  ?{p} hugged {q}.
  "thank you, {q}!" <Said>.
  {p} and {q} <Played> together <Where>.`, ['toy', 'color']);

const share = episode(`
  <Time>, {q} came to play.
  <Time>, {p} <Saw> {q} <Where>.
  {q} saw the {color} {toy} and came <Where>.
  {q} was {_bad} because {q.he} had no {toy}.

  "may I play with your {toy}?" asked {q}.
  {q} wanted to hold the {toy}.
  "what {_good.a} {p.child} you are," <FriendSaid>.
  {q} pulled at the {toy} [<How>].

  "yes, we can share it," <Said>.
  "no, the {toy} is mine," <Said>.
  {p} gave the {toy} to {q} [<How>].
  {p} thought about it [<How>].
  "first you, then me," <Said>.

  {p} and {q} played with the {toy} <Where>.
  {p} and {q} threw the {toy} and <Played> <Where>.
  {q} <Gave> {p} <Thing> for it.
  {p} and {q} became good friends.

  ?{q} said that {p} was very {_good}.
  they were {_glad} [<Why>].`, ['toy', 'color']);

const pet = episode(`
  <Time>, {p} <Saw> {animal.young.a} <Where>.
  <Time>, {size.a} {animal.young} came to {p}.
  <Time>, {p} heard {animal.young.a} <Where>.
  there was {animal.young.a} <Room>.
  "look, {animal.young.a}!" <Said>.

  the {animal.young} was {_bad} and said {animal.sound}.
  "{animal.sound}," said the {animal.young}.
  the little {animal.young} had {_color} {animal.cover}.
  the {animal.young} was lost and {_bad}.
  it had {_color} {animal.cover} and {_size} eyes.

  ?{p} gave it some {animal.food}.
  {p} fed the {animal.young} with {animal.food} and {_drink}.
  "are you {_bad}?" <Asked>.
  {p} put the {animal.young} in {p.his} {_wear}.

  {p} looked for the {animal} <Where>.
  {p} carried the {animal.young} to the {animal.home}.
  {p} and the {animal.young} <Went> to the {animal.home} [<How>].
  {p} followed the {_wild} to the {animal.home}.

  the old {animal} was waiting by the {animal.home}.
  the {animal} was in the {animal.home}, and it {animal.habit}.
  the {animal} {animal.habit} when it saw the {animal.young}.
  the {animal.young} {animal.move} to the {animal}.
  the {animal} {animal.move} to {p} and looked for the {animal.young}.
  when the {animal} saw the {animal.young}, it {animal.move} to it.

  ?the {animal} said {animal.sound} and {animal.habit}.
  the {animal.young} slept next to the {animal}.
  {p} waved to the {animal} and the {animal.young}.`);

const beast = episode(`
  <Time>, {animal.a} {animal.move} to the {_place}.
  {animal.a} was sitting <Room>.
  <Time>, {p} <Went> to the {animal.home} to see the {animal}.
  the {animal} of {p.his} {_kin} was hungry.

  it wanted {animal.food}, but there was only <Thing>.
  it {animal.habit} and said {animal.sound}.
  the {animal} was {_bad} [because it was {_weather}].
  the {animal} {animal.habit} and {animal.move} away.

  {p} gave {animal.food} to the {animal}.
  {p} <Went> <Where> to get {animal.food}.
  "do not be {_bad}," <Said>.
  {p} touched its {_color} {animal.cover} [<How>].

  ?the {animal} {animal.move} back to the {animal.home}.
  the {animal} ate the {animal.food} [<How>].
  the {animal} {animal.move} around {p} and {animal.habit}.`);

const animals = episode(`
  {animal.a} and {animal2.a} lived <Where>.
  <Time>, {animal.a} met {animal2.a} <Where>.
  {p} <Saw> {animal.a} and {animal2.a} <Where>.
  <Time>, {animal.a} came with {animal.young.a}, and {animal2.a} came alone.

  the {animal} liked {animal.food}, but the {animal2} liked {animal2.food}.
  the {animal} slept in the {animal.home}, and the {animal2} slept in the {animal2.home}.
  the {animal} had {animal.cover}, and the {animal2} had {animal2.cover}.
  the {animal} said {animal.sound}, and the {animal2} said {animal2.sound}.

  the {animal} {animal.move} fast, and the {animal2} {animal2.move} [<How>].
  the {animal} {animal.habit}.
  the {animal2} gave the {animal} some {animal.food}.
  the {animal2} {animal2.habit}, and the {animal} {animal.habit}.

  ?the {animal.young} and the {animal2.young} <Played> <Where>.
  they were friends, and {p} was {_glad}.`);

const market = episode(`
  <Time>, {p} <Went> to the market with {p.his} {r}.
  {p.his} {r} sent {p} to the market.
  {p} and {p.his} {r} needed {food.s} and {_drink}.

  they bought {n} {food.s} and a cup of {_drink}.
  {p.his} {r} wanted {food.s}, and {p} wanted {_food2.a}.
  the {_food2.s} were fresh, and the {food.s} were cheap.
  they saw {food.s} in {_size.a} {_box}.

  ?"how many {food.s} do we have?" <KinAsked>.
  "do we have enough {_drink}?" <KinAsked>.
  {p} counted the {food.s} [<How>].

  {p} carried the {food.s} in {_color.a} {_box}.
  "we have {n} {food.s}," <Said>.
  {p.his} {r} put the {food.s} in {r.his} {_box}.
  {p} ate one {food} <Where>.

  ?{p.his} {r} made {_food2.a} at home.
  at home, {p.his} {r} cut the {food.s} with {_tool.a}.`);

const sky = episode(`
  <Time>, {weather.did}.
  it was {weather.a} {_day}.
  "it is {weather} today," said {p.his} {_kin}.

  {p} took {p.his} {_color} {weather.need} and went out.
  "I need {weather.need.a}," <Said>.
  {p} had no {weather.need}, so {p.he} was {_bad}.
  {p.his} {r} gave {p} {weather.need.a}.

  ?{p} and {q} <Went> to the {_place} [<How>].
  {p} <Saw> {q} <Where>, and {q.he} was {_bad}.
  {p} hid <Room> [<Why>].

  at home, {p} drank {_drink} and ate <Eat>.
  {p} came home with {_color} hands.
  {p} sat by the {_spot} with <Eat>.
  then {_weather2.did}, and {p} went home.`);

export const episodes: Readonly<Record<string, Episode>> = { toy, lose, share, pet, beast, animals, market, sky };
