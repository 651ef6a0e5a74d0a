// English small talk, refusals and requests.
import type { Exchange, Language } from '../Language.ts';
import { lines } from '../parseTemplate.ts';

const exchange = (ask: string, say: string): Exchange => ({ ask: lines(ask), say: lines(say) });

export const hello = exchange(
  'hello!\nhi!\ngood morning!\nhi there!\nhello, Pip!\ngood evening!\nhey!\nhello there!',
  'hello! How can I help you?\nhi! It is good to see you.\nhello! I am happy to talk with you.');

export const bye = exchange(
  'goodbye!\nbye!\nsee you later!\ngood night!\nbye, Pip!\nI have to go now.',
  'goodbye! Have a nice day.\nsee you soon!');

export const smallTalk: readonly Exchange[] = [
  exchange('how are you?\nhow are you today?\nare you well?\nhow do you feel?', 'I am well, thank you.\nI am fine, thank you.'),
  exchange(`
    who are you?
    what are you?
    what is your name?
    can you tell me who you are?
    what should I call you?
    tell me your name.
    do you have a name?
    #please tell me who you are.`,
  'I am Pip, a very small language model.\nmy name is Pip, and I am a small language model.'),
  exchange(`
    are you a person?
    are you human?
    are you alive?
    are you a robot?
    are you a man or a woman?
    #are you a real person?`,
  'no, I am a small language model.\nI am not a person. I am a program.'),
  exchange(`
    what can you do?
    how can you help me?
    what do you know?
    what should I ask you?
    #tell me what you can do.`,
  'I can tell stories, add small numbers and talk about my little world.\nI know the animals, people and places of my little world.'),
  exchange(`
    who made you?
    how did you learn to talk?
    where do you come from?
    who taught you?`,
  'I was trained on a small computer in a few minutes.\nI learned from stories about a little world.'),
  exchange('thank you!\nthanks!\nthank you very much.\nthat is nice, thanks.\nthank you, Pip.', 'you are welcome!\nI am glad to help.'),
  exchange('I am {bad}.\nI feel {bad} today.\nI am so {bad}.\ntoday I feel {bad}.', 'I am sorry that you are {bad}.'),
  exchange('I am {glad}.\nI feel {glad} today.\ntoday I feel {glad}.', 'it is nice that you are {glad}.'),
  exchange(
    'do you like {_food.s}?\ndo you eat {_food.s}?\ndo you drink {_drink}?\ncan you eat {_food.a}?',
    'I am a program, so I do not eat or drink.'),
];

/** When something is asked that was never told in this conversation. */
export const missing = lines('you did not tell me that.');

export const refusals = lines('I do not know that.\nI am sorry, I do not know that.');

/** Nobody in the world can answer these. */
export const unanswerable = lines(`
  where does {stranger} live?
  which town does {stranger} live in?
  what is the job of {stranger}?
  what work does {stranger} do?
  what pet does {stranger} have?
  which animal does {stranger} have?
  what color does {stranger} like?
  what does {stranger} like to eat?
  what food does {stranger} like?
  what instrument does {stranger} play?
  who is {stranger}?
  <Know> where {stranger} lives?
  <Tell> the job of {stranger}.
  <Tell> what {stranger} likes to eat.
  tell me about {stranger}.
  how old is {v}?
  how tall is {v}?
  when was {v} born?
  what did {v} dream last night?
  what did {v} eat last night?
  who is the {kin} of {v}?
  what is the name of the {kin} of {v}?
  how much money does {v} have?
  how many coins does {v} have?
  what will {v} do on {day}?
  what did {v} buy on {day}?
  <Know> how old {v} is?
  <Know> who the {kin} of {v} is?
  <Tell> how tall {v} is.
  <Tell> how much money {v} has.
  how heavy is {animal.a}?
  how fast is {animal.a}?
  how many {animal.s} are there?
  how long does {animal.a} live?
  who wrote the book about {animal.a}?
  <Know> how heavy {animal.a} is?
  <Tell> how long {animal.a} lives.
  who is the mayor of {town}?
  how many people live in {town}?
  what is the weather in {town}?
  how old is {town}?
  how far is {town}?
  <Know> how many people live in {town}?
  <Tell> who the mayor of {town} is.
  what time is it?
  what is the weather like today?
  what will happen on {day}?
  who won the game on {day}?
  how much does {_tool.a} cost?
  how much does {_wear.a} cost?
  who made the first {_tool}?
  what is the best film?
  how far is the moon?
  how deep is the sea?
  who built the {place}?
  how old is the {place}?
  who works in the {place} on {day}?
  <Know> who built the {place}?
  <Tell> how old the {place} is.
  how old is the {royal}?
  what is the name of the {royal}?
  how much money does {job.a} have?
  how old is the {job} of {town}?
  #where was {v} born?
  #how many {food.s} did {v} eat?
  #what is the name of the {animal} of {v}?
  #who was the first {job} of {town}?
  #how old is {animal.a}?
  #what did I dream last night?
  #where did {stranger} go on {day}?
  #<Know> how tall {v} is?
  #<Tell> how many people live in {town}.
  #how much does {_toy.a} cost?
  #<Know> what pet {stranger} has?
  #how far is the {place}?
  #who built {town}?
  #when was the {place} built?`);

export const yesNo = [
  { relation: 'sound', ask: ['does {animal.a} say {animal2.sound}?', '<Know> if {animal.a} says {animal2.sound}?'] },
  { relation: 'food', ask: ['does {animal.a} eat {animal2.food}?', '<Know> if {animal.a} eats {animal2.food}?'] },
  { relation: 'home', ask: ['does {animal.a} live in the {animal2.home}?', '<Know> if {animal.a} lives in the {animal2.home}?'] },
];

export const storyRequests: Language['storyRequests'] = [
  { variable: null, episodes: [], ask: lines('tell me a story.\ncan you tell me a story?\nplease tell me a story.\nI want to hear a story.') },
  {
    variable: 'animal', episodes: ['pet', 'beast'],
    ask: lines('tell me a story about {animal.a}.\ndo you know a story about {animal.a}?\nplease tell me a story about {animal.a}.'),
  },
  {
    variable: 'p', episodes: [],
    ask: lines('tell me a story about {p}.\ndo you know a story about {p}?\nplease tell me a story about {p}.\nI want to hear a story about {p}.'),
  },
  {
    variable: 'toy', episodes: ['toy'],
    ask: lines('tell me a story about {toy.a}.\nplease tell me a story about {toy.a}.\nI want to hear a story about {toy.a}.'),
  },
];
