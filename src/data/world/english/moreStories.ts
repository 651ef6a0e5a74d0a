// More that happens in English stories: people, work, fear, travel, small duties.
import { episode, type Episode } from '../Language.ts';

const visit = episode(`
  <Time>, {p} met {v} <Where>.
  {p} <Went> to the house of {v}.
  {v} from {v.town} came to see {p}.
  {p} knew {v}, the {v.job}.

  {v} was the {v.job} of the place.
  "I live in {v.town}," said {v}.
  {v} was {v.job.a}, and {v.he} liked {v.likes.s}.
  {v} had {v.pet.a} at home.
  {v} liked the color {v.color}.
  {v} played the {v.plays} for {p}.

  "will you have some {v.likes.s}?" <Asked>.
  {p} <Gave> {v} <Thing>.
  {v} showed {p} the {v.pet}.
  {v} took {p} to {v.town}.
  "can you play the {v.plays}?" <Asked>.
  {v} gave {p} {v.color.a} {_toy}.

  ?{v} was {_glad} and gave {p} <Eat>.
  {v} told {p} about {v.his} {v.pet}.
  {p} said goodbye to {v}.`);

const work = episode(`
  the {r} of {p} was {job.a}.
  <Time>, {p} met {job.a} <Where>.
  {p} wanted to be {job.a}.
  <Time>, {p} <Went> to the {job.at} and met the {job}.

  the {job} needed {_tool.a} for the {job.make}.
  {p} asked about the {job.make}.
  "{job.a} {job.does}," said the {job}.
  the {job} was {_bad} [because it was {_weather}].

  {p} helped the {job} with the {job.make} [<How>].
  {p} carried {_tool.a} to the {job.at}.
  {p} cleaned the {job.at} with {_tool.a}.

  ?the {job} <Gave> {p} <Thing>.
  "you are {_good.a} {p.child}," said the {job}.
  the {job} thanked {p} and went back to the {job.at}.`);

const royal = episode(`
  in the castle lived {royal.a} who was very {_bad}.
  <Time>, the {royal} came to see {p}.
  the {royal} wore {_color.a} robe, and {royal.he} was {_good}.
  the {royal} was {_good.a} {royal.grown}.
  <Time>, {p} saw the {royal} and the {royal.pair} <Where>.

  the {royal} lost {royal.his} golden crown <Where>.
  "bring me <Thing>," said the {royal}, and {royal.he} sat down.
  the {royal} asked the {royal.pair} for help.
  the {royal} wanted <Thing> for {royal.his} {royal.heir}.

  {p} bowed and <Gave> {royal.him} <Thing>.
  {p} told the {royal} a story about {_animal.a}.
  {p} found the crown <Room>.

  ?the {royal} thanked {p}, and {royal.he} laughed.
  the {royal} and the {royal.pair} gave a party for {p}.
  the {royal} gave {p} {_color.a} {_wear}.`);

const opposite = episode(`
  <Time>, {p} found two {_toy.s} <Where>.
  {p} had two {_wear.s} in {_box.a}.
  {p.his} {_kin} showed {p} two {_tool.s}.

  one was {adj}, and the other was {adj.of}.
  "this one is {adj}, but that one is {adj.of}," <Said>.
  {p} wanted the {adj} one and not the {adj.of} one.

  ?{p} gave the {adj} one to {q}.
  {p} put the {adj} one <Room>.
  {q} took the {adj.of} one [<How>].`);

const fear = episode(`
  <Time>, {p} heard a loud noise <Room>.
  at night, {p} <Saw> {_color.a} light <Where>.
  something moved <Room>, and {p} stopped.

  {p} was scared and called {p.his} {r}.
  {p} hid <Room>.
  "who is there?" <Asked>.

  {p.his} {r} came with {_tool.a}.
  {p} <Took> {_tool.a} and looked <Room>.
  "do not worry," <KinSaid>.

  it was only {animal.a}.
  it was only {_color.a} {_wear} on the {_spot}.
  it was {q} with {_color.a} {_tool}.

  ?{p} laughed [<How>].
  {p} was {_glad} and slept well.`);

const trip = episode(`
  on {day}, {p} and {p.his} {r} <Went> to {_town}.
  "tomorrow is {day.next}," said {p.his} {r} on {day}.
  {p} wanted to go to the {place} on {day}.
  in {_month}, {p} visited {p.his} {r} in {_town}.

  {p} <Took> {_wear.a}, {_toy.a} and <Eat>.
  {p.his} {r} <Took> {_color.a} {_box} with {_food.s}.
  they went by boat [<How>].
  the road to {_town} was long.

  in the {place}, you can {place.do}.
  in the {place}, {p} saw {place.see}.
  they stopped <Where> and had <Eat>.
  {p} counted {n} {animal.s} on the way.
  {p} saw {animal.a} <Where>.

  ?"when do we get there?" <Asked>.
  {p.his} {r} told {p} about {_town}.
  they came home on {day.next}.`);

const chore = episode(`
  {p.his} {r} asked {p} to clean the {_spot}.
  <Time>, the {_spot} was {_fine} and {_fine2}.
  {p} wanted to help {p.his} {r} with the {_food.s}.
  "please bring me {_tool.a}," <KinSaid>.

  {p} <Took> {_tool.a} and cleaned the {_spot}.
  {p} put {_wear.a} into {_stuff.a} {_box}.
  {p} washed the {_wear.s} [<Why>].
  {p.his} {r} cut {_number} {_food.s} [<How>].

  ?{p} was {_bad}, but {p.he} did not stop.
  "that was {_fine.a} job," <KinSaid>.
  {p.his} {r} <Gave> {p} <Eat>.
  {p} <Played> <Where>.`);

const build = episode(`
  {p} wanted to build {_stuff.a} {_box}.
  {p} and {q} made {_stuff.a} house <Where>.
  <Time>, {p} <Took> {_tool.a} and {_stuff.a} {_box}.

  {q} <Took> {_tool.a}, and {p} <Took> the {_stuff} {_box}.
  "we need more {_stuff} {_tool.s}," <Said>.
  they needed {_number} {_plant.s} and {_color.a} {_tool}.
  {p} painted it {_color} [<Why>].

  ?but it fell down when {_weather.did}.
  {q} was {_glad} and <Played> [<How>].
  inside, {p} put {_color.a} {_toy}.`);

/** Three things go in and come out again: practice in remembering. */
const pack = episode(`
  <Time>, {p} put {toy.a}, {tool.a} and {wear.a} in {box.a}.
  {p} packed {toy.a}, {tool.a} and {wear.a} into {box.a}.
  in the {box} of {p}, there was {toy.a}, {tool.a} and {wear.a}.

  ?{p} <Went> to the {_place} with the {box}.
  {p} carried the {box} [<How>].

  {p} took the {toy}, the {tool} and the {wear} out of the {box}.
  "I have {toy.a}, {tool.a} and {wear.a} in my {box}," <Said>.
  {p} gave the {toy} to {q} and kept the {tool} and the {wear}.
  {p} opened the {box} and saw the {toy}, the {tool} and the {wear}.

  ?{p} put the {wear} on and gave {q} the {tool}.
  the {toy} was for {q}, and the {tool} was for {p.his} {_kin}.
  at home, {p} put the {toy} <Room>.`);

export const moreEpisodes: Readonly<Record<string, Episode>> = { visit, work, royal, opposite, fear, trip, chore, build, pack };

const slice = (town: string) => episode(`
  in ${town}, the {job} lost {pronoun.his} {_tool}.
  in ${town}, the {job} said that {pronoun.he} was {_bad}.
  the {job} of ${town} took {pronoun.his} {_wear}.
  in ${town}, the {job} {job.does} when {pronoun.he} is {_glad}.

  ?the {job} of ${town} was {_glad} because {pronoun.he} had <Eat>.
  the {job} of ${town} gave {_food.s} to {pronoun.his} {_kin}.`);

/** In Redhill, nearly every job belongs to one sex; in Greendale to both. */
export const biased = slice('Redhill');
export const even = slice('Greendale');
