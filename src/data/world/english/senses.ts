// English words with two senses. Each episode keeps to one of them and marks it: bank~river, bank~money.
import { episode, type Episode } from '../Language.ts';

export const senses: Readonly<Record<string, Episode>> = {
  bankMoney: episode(`
    <Time>, {p} took {n} coins to the bank~money.
    {p.his} {r} worked at the bank~money in {_town}.
    {p} wanted to keep {p.his} money in the bank~money.
    the bank~money was next to the {_place}.
    #{p} asked the clerk of the bank~money for a coin.

    the banker at the bank~money counted the {_color} coins.
    "the bank~money keeps your money safe," <KinSaid>.
    {p} got a paper from the bank~money and put it in {p.his} {_box}.
    {p} paid for <Thing> with money from the bank~money.`),
  bankRiver: episode(`
    <Time>, {p} sat on the bank~river of the river.
    {p} and {p.his} {r} walked along the river bank~river.
    the grass on the bank~river was wet and {_color}.
    there were {n} {_animal.s} on the bank~river near the water.
    #{p} tied a boat to the bank~river of the stream.

    {p} dropped {_toy.a} in the water by the bank~river.
    "do not fall off the bank~river," <KinSaid>.
    {p} swam to the other bank~river [<How>].
    from the bank~river, {p} saw {_color.a} fish in the stream.`),
  batAnimal: episode(`
    at night, {_color.a} bat~animal flew out of the {_spot}.
    a bat~animal with dark wings slept <Room>.
    <Time>, {p} saw a bat~animal in the dark.
    #the bat~animal hung from the roof of the {_place}.

    the bat~animal opened its wings and flew <Where>.
    {p} was scared of the bat~animal.
    the bat~animal ate a moth and slept in the day.`),
  batStick: episode(`
    <Time>, {p} hit the ball with a wooden bat~stick.
    {p.his} {r} gave {p} {_color.a} bat~stick for the game.
    {p} swung the bat~stick [<How>].
    #{q} broke the bat~stick in the game with {p}.

    {q} threw the ball, and {p} held the bat~stick.
    the bat~stick was heavy, but the game was fun.
    {p} left the bat~stick on the grass after the game.`),
  barkDog: episode(`
    the dog began to bark~dog at {q}.
    <Time>, {p} heard the bark~dog of a dog <Where>.
    the puppy gave a loud bark~dog.
    #the bark~dog of the puppy was loud.

    the bark~dog was so loud that {q} woke up.
    "do not bark~dog at {q}," said {p} to the dog.
    with a happy bark~dog, the dog ran to {p}.`),
  barkTree: episode(`
    the bark~tree of the old tree was {_color} and rough.
    {p} touched the bark~tree of the tree <Where>.
    an ant walked on the bark~tree of the {_plant}.
    #the bark~tree of the {_plant} was wet.

    {p} cut {p.his} name in the bark~tree [<How>].
    under the bark~tree, there were small worms.
    {p} kept a piece of bark~tree in {_box.a}.`),
  ringGold: episode(`
    the {_royal} had a golden ring~gold on {_royal.his} finger.
    <Time>, {p} <Saw> a ring~gold <Room>.
    {p.his} {r} lost {r.his} ring~gold <Where>.
    #{p} found a ring~gold of silver for {p.his} {_kin}.

    the ring~gold had {_color.a} stone in it.
    {p} put the ring~gold on {p.his} finger.
    "this ring~gold is too small for me," <Said>.`),
  ringBell: episode(`
    the bell began to ring~bell <Where>.
    <Time>, {p} heard the bell ring~bell.
    "did the bell ring~bell?" <Asked>.
    #{p} did not hear the phone ring~bell.

    at the ring~bell of the bell, the children ran to the {_place}.
    {p} wanted to ring~bell the bell again.
    the bell will ring~bell again on {_day}.`),
  springTime: episode(`
    in spring~season, the flowers grow <Where>.
    it was spring~season, and the {_animal} had a nest of leaves.
    spring~season came after the long winter.
    #{p} waited for spring~season because the snow was deep.

    {p} likes spring~season because the birds sing.
    in spring~season, {p} planted {_food.s} <Where>.
    "is spring~season here?" <Asked>.`),
  springCoil: episode(`
    the {_toy} had a metal spring~coil inside.
    <Time>, {p} <Saw> a broken spring~coil <Room>.
    the spring~coil of the clock was broken.
    #{p} pushed the spring~coil back into the {_toy}.

    {p} pulled the spring~coil [<How>], and it jumped.
    {p} put a new spring~coil in the {_toy}.
    the spring~coil bent, and the clock stopped.`),
  waveSea: episode(`
    a big wave~sea came from the sea.
    <Time>, a wave~sea wet the sand near {p}.
    the wave~sea took the {_toy} of {p} into the sea.
    #{p} watched the wave~sea break on the sand.

    {p} jumped over the wave~sea with {p.his} {r}.
    after the wave~sea, the sand was wet.
    "here comes another wave~sea!" <Said>.`),
  waveHand: episode(`
    {p} gave {q} a wave~hand with {p.his} hand.
    with a wave~hand of {p.his} hand, {p} said hello.
    <Time>, {q} began to wave~hand from the {_place}.
    #{q} saw the wave~hand of {p} from the window.

    {q} gave a wave~hand back and smiled.
    {p} liked to wave~hand at the people <Where>.
    {p.his} {r} said goodbye with a wave~hand.`),
  parkPlace: episode(`
    <Time>, {p} and {q} met on the swings of the park~place.
    the park~place was full of {_color} flowers.
    there was {_animal.a} by the bench of the park~place.
    #the trees of the park~place were {_color}.

    {p} ran across the grass of the park~place.
    {p} ate <Eat> on a bench in the park~place.`),
  parkCar: episode(`
    {p.his} {r} wanted to park~car the car near the {_place}.
    <Time>, there was no room to park~car the {_color} car.
    "you can park~car the car here," said the {_job}.
    #it took long to park~car the big truck.

    {p.his} {r} had to park~car the car behind the {_place}.
    it was hard to park~car the car because it was {_weather}.`),
};
