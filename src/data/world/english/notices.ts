// Things that are only true in this conversation or this text: said first, asked later. Here the answer must be copied.
import type { Notice } from '../Language.ts';
import { lines } from '../parseTemplate.ts';

/** What a listener answers to anything. */
export const listening = ['I see.', 'thank you for telling me.'];

type Questions = readonly (readonly [ask: string, say: string])[];

function notice(id: string, scene: boolean, tell: string, reply: string, questions: Questions): Notice {
  // the first wording, which is that of the answer, is told twice as often
  const [first, ...others] = lines(tell);
  return {
    id, scene, tell: [first!, first!, ...others], reply: [...lines(reply), ...listening],
    questions: questions.map(([ask, say]) => ({ ask: lines(ask), say: lines(say) })),
  };
}

/** About the one who speaks. */
const mine = [
  notice('name', false,
    'my name is {p}.\nI am {p}.\nhi, my name is {p}.\nyou can call me {p}.\nhello, I am {p}.',
    'hello, {p}!\nnice to meet you, {p}.', [
      [`what is my name?
        who am I?
        do you know my name?
        can you tell me my name?
        <Tell> who I am.
        #tell me my name.
        #<Know> who I am?`, 'your name is {p}.'],
    ]),
  notice('my toy', false,
    'I have {color.a} {toy}.\nmy {toy} is {color}.\nI got {color.a} {toy} today.\nI play with my {color} {toy}.',
    'you have {color.a} {toy}.', [
      [`what color is my {toy}?
        which color does my {toy} have?
        <Tell> what color my {toy} is.
        do you know the color of my {toy}?
        #what is the color of my {toy}?`, 'your {toy} is {color}.'],
      [`what toy do I have?
        which toy do I have?
        #<Know> what toy I have?`, 'you have {color.a} {toy}.'],
    ]),
  notice('my pet', false,
    'I have {animal.a} at home.\nmy pet is {animal.a}.\n{animal.a} lives with me.\nI got {animal.a} for my birthday.',
    'you have {animal.a}.', [
      [`what pet do I have?
        which animal do I have?
        what is my pet?
        <Tell> which animal I have.
        <Know> what pet I have?
        #which pet do I have?
        #tell me what pet I have.`, 'you have {animal.a}.'],
    ]),
  notice('pet name', false,
    'my {animal} is called {p}.\nthe name of my {animal} is {p}.\nI have {animal.a} named {p}.',
    '{p} is a nice name.', [
      [`what is the name of my {animal}?
        what is my {animal} called?
        do you know the name of my {animal}?
        #how is my {animal} called?`, 'your {animal} is called {p}.'],
    ]),
  notice('friend', false,
    'my friend is called {p}.\n{p} is my friend.\nI have a friend named {p}.\nI play with my friend {p}.',
    'say hello to {p}.', [
      [`who is my friend?
        what is my friend called?
        what is the name of my friend?
        <Tell> the name of my friend.
        #<Know> who my friend is?`, 'your friend is {p}.'],
    ]),
  notice('home', false,
    'I live in {town}.\nmy house is in {town}.\nI come from {town}.',
    '{town} is a nice town.', [
      [`where do I live?
        where is my house?
        which town do I live in?
        <Tell> where I live.
        <Know> where I live?
        #in which town do I live?`, 'you live in {town}.'],
    ]),
  notice('my food', false,
    'I like {food.s}.\nI love to eat {food.s}.\nthe best food for me is {food.s}.',
    'so you like {food.s}.', [
      [`what do I like to eat?
        what food do I like?
        <Tell> what food I like.
        <Know> what food I like?
        #which food do I like?`, 'you like {food.s}.'],
    ]),
  notice('my color', false,
    'I like the color {color}.\nthe best color for me is {color}.\n{color} is the color that I like.',
    '{color} is a nice color.', [
      [`what color do I like?
        which color do I like?
        what is the best color for me?
        <Tell> the best color for me.
        #<Know> what color I like?`, 'you like the color {color}.'],
    ]),
  notice('count', false,
    'I have {n} {food.s}.\nthere are {n} {food.s} in my bag.\nI bought {n} {food.s}.',
    '{n} {food.s} are a lot.', [
      [`how many {food.s} do I have?
        <Know> how many {food.s} I have?
        #tell me how many {food.s} I have.`, 'you have {n} {food.s}.'],
    ]),
  notice('my job', false,
    'I am {job.a}.\nI work as {job.a}.\nmy job is {job}.',
    'you are {job.a}.', [
      [`what is my job?
        what work do I do?
        <Tell> what my job is.
        <Know> what my job is?
        #what job do I have?`, 'you are {job.a}.'],
    ]),
];

/** About children and things; these also stand in texts. */
const theirs = [
  notice('has', true,
    '{p} has {color.a} {toy}.\n{p} found {color.a} {toy}.\n{p} got {color.a} {toy} for {p.his} birthday.\n{p} made {color.a} {toy}.',
    'that is nice for {p}.', [
      [`who has the {toy}?
        who has the {color} {toy}?
        <Tell> who has the {toy}.
        <Know> who has the {toy}?
        #who is the one with the {toy}?`, '{p} has the {toy}.\n{p} has the {color} {toy}.'],
      [`what color is the {toy} of {p}?
        which color does the {toy} have?
        #what is the color of the {toy}?`, 'the {toy} of {p} is {color}.\nthe {toy} is {color}.'],
      [`what does {p} have?
        <Know> what {p} has?
        #tell me what {p} has.`, '{p} has {color.a} {toy}.'],
    ]),
  notice('put', true,
    '{p} put the {toy} in the {box}.\nthe {toy} of {p} is in the {box}.\n{p} keeps the {toy} in the {box}.\n{p} hid the {toy} in the {box}.',
    'so the {toy} is in the {box}.', [
      [`where is the {toy}?
        where is the {toy} of {p}?
        where can I find the {toy}?
        <Tell> where I can find the {toy}.
        <Know> where the {toy} is?
        #tell me where the {toy} is.`, 'the {toy} is in the {box}.\nthe {toy} of {p} is in the {box}.'],
      [`what is in the {box}?
        what can I find in the {box}?
        <Tell> what is in the {box}.
        #what did {p} put in the {box}?`, 'the {toy} of {p} is in the {box}.\nthe {toy} is in the {box}.'],
    ]),
  notice('likes', true,
    '{p} likes {food.s}.\n{p} loves to eat {food.s}.\nfor dinner, {p} wants {food.s}.',
    'so {p} likes {food.s}.', [
      [`what does {p} like?
        what does {p} like to eat?
        what food does {p} like?
        <Tell> what {p} likes to eat.
        <Know> what {p} likes?
        #which food does {p} like?`, '{p} likes {food.s}.'],
      [`who likes {food.s}?
        who wants {food.s}?
        #<Know> who likes {food.s}?`, '{p} likes {food.s}.'],
    ]),
  notice('bought', true,
    '{p} bought {wear.a} at the {place}.\nat the {place}, {p} bought {wear.a}.\n{p} went to the {place} and bought {wear.a}.',
    '{wear.a} is a good thing to have.', [
      [`what did {p} buy?
        <Know> what {p} bought?
        what did {p} get at the {place}?
        <Tell> what {p} bought.
        #what was bought by {p}?`, '{p} bought {wear.a}.'],
      [`where did {p} buy the {wear}?
        where did {p} go?
        #<Know> where {p} went?`, '{p} went to the {place}.\n{p} bought the {wear} at the {place}.'],
    ]),
  notice('met', true,
    '{p} met {q} at the {place}.\nat the {place}, {p} saw {q}.\n{p} went to the {place} with {q}.',
    'I hope that {p} and {q} had a good day.', [
      [`who was at the {place}?
        who went to the {place}?
        #<Know> who was at the {place}?`, '{p} and {q} were at the {place}.'],
      [`where were {p} and {q}?
        where was {p}?
        where was {q}?
        <Know> where {p} was?
        #tell me where {p} was.`, '{p} and {q} were at the {place}.'],
    ]),
  notice('lost', true,
    '{p} lost the {color} {wear}.\nthe {color} {wear} of {p} is gone.\n{p} cannot find the {color} {wear}.',
    'I hope that {p} finds the {wear}.', [
      [`what did {p} lose?
        <Know> what {p} lost?
        #tell me what {p} lost.`, '{p} lost the {color} {wear}.'],
      [`who lost the {wear}?
        who lost the {color} {wear}?
        #<Know> who lost the {wear}?`, '{p} lost the {wear}.\n{p} lost the {color} {wear}.'],
    ]),
  notice('pet of', true,
    '{p} has {animal.a} at home.\nthe pet of {p} is {animal.a}.\n{animal.a} lives with {p}.',
    'that is nice for {p}.', [
      [`what pet does {p} have?
        which animal does {p} have?
        <Tell> which animal {p} has.
        what is the pet of {p}?
        #<Know> what pet {p} has?`, '{p} has {animal.a}.'],
      [`who has {animal.a}?
        who has {animal.a} at home?
        #<Know> who has {animal.a}?`, '{p} has {animal.a}.'],
    ]),
];

export const notices: readonly Notice[] = [...mine, ...theirs];
