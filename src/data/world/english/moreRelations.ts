// What can be asked about places, days, families and numbers.
import { relation, type Relation } from '../Language.ts';
import { wordRelations } from './wordRelations.ts';

const places = [
  relation('do', 'place', 'do', {
    ask: `
      what can you do in the {place}?
      why do people go to the {place}?
      what can I do in the {place}?
      what is the {place} for?
      <Know> what people do in the {place}?
      <Tell> what I can do in the {place}.
      <Tell> why people go to the {place}.
      #<Know> why people go to the {place}?
      #what do people do in the {place}?`,
    say: 'in the {place}, you can {place.do}.',
    tell: `
      people go to the {place} to {place.do}.
      the {place} is a place where you can {place.do}.
      if you want to {place.do}, go to the {place}.`,
  }),
  relation('see', 'place', 'see', {
    ask: `
      what can you see in the {place}?
      what is there in the {place}?
      what can I find in the {place}?
      <Know> what there is in the {place}?
      <Tell> what I can see in the {place}.
      <Tell> what there is in the {place}.
      #<Know> what I can see in the {place}?
      #what do people see in the {place}?`,
    say: 'in the {place}, there are {place.see}.',
    tell: `
      the {place} has many {place.see}.
      you can see {place.see} in the {place}.
      look at the {place.see} of the {place}.`,
  }),
  relation('near', 'town', 'near', {
    ask: `
      where is {town}?
      where can I find {town}?
      where does {town} lie?
      what is near {town}?
      <Know> where {town} is?
      <Tell> where {town} is.
      <Tell> what is near {town}.
      #<Know> where I can find {town}?
      #<Tell> where {town} lies.`,
    say: '{town} is near {town.near}.',
    tell: `
      the town of {town} lies near {town.near}.
      near {town.near}, there is the town of {town}.
      from {town}, you can walk to {town.near}.`,
    more: 'where is it?\nwhere can I find it?',
  }),
  relation('famous', 'town', 'famous', {
    ask: `
      what is {town} known for?
      what do people buy in {town}?
      what can I buy in {town}?
      what is the best food of {town}?
      <Know> what {town} is known for?
      <Tell> what {town} is known for.
      <Tell> what people buy in {town}.
      #<Know> what people buy in {town}?
      #<Tell> what I can buy in {town}.`,
    say: '{town} is known for its {town.famous.s}.',
    tell: `
      people come to {town} for the {town.famous.s}.
      in {town}, people buy {town.famous.s}.
      the {town.famous.s} of {town} are very good.`,
    more: 'what is it known for?\nwhat do people buy there?',
  }),
  relation('open', 'town', 'open', {
    ask: `
      when is the market of {town}?
      on which day is the market of {town}?
      when is there a market in {town}?
      <Know> when the market of {town} is?
      <Tell> when the market of {town} is.
      <Tell> the market day of {town}.
      #<Know> the market day of {town}?
      #on which day is there a market in {town}?`,
    say: 'the market of {town} is on {town.open}.',
    tell: `
      on {town.open}, there is a market in {town}.
      the market day of {town} is {town.open}.
      every {town.open}, people go to the market of {town}.`,
    more: 'when is its market?\nwhen is there a market?',
  }),
];

const calendar = [
  relation('nextDay', 'day', 'next', {
    ask: `
      what day comes after {day}?
      which day follows {day}?
      what is the day after {day}?
      if today is {day}, what is tomorrow?
      <Know> what day comes after {day}?
      <Tell> the day after {day}.
      #<Know> which day follows {day}?
      #which day comes after {day}?`,
    say: 'after {day} comes {day.next}.',
    tell: 'if today is {day}, tomorrow is {day.next}.\n{day.next} follows {day}.\nthe day after {day} is {day.next}.',
  }),
  relation('previousDay', 'day', 'prev', {
    ask: `
      what day comes before {day}?
      what is the day before {day}?
      if today is {day}, what was yesterday?
      <Know> what day comes before {day}?
      <Tell> the day before {day}.
      #which day comes before {day}?
      #<Tell> what day comes before {day}.`,
    say: 'before {day} comes {day.prev}.',
    tell: 'if today is {day}, yesterday was {day.prev}.\nthe day before {day} is {day.prev}.',
  }),
  relation('plan', 'day', 'plan', {
    ask: `
      what do people do on {day}?
      what can I do on {day}?
      <Know> what people do on {day}?
      <Tell> what people do on {day}.
      #<Tell> what I can do on {day}.
      #what do the people do on {day}?`,
    say: 'on {day}, people {day.plan}.',
    tell: 'every {day}, people {day.plan}.\n{day} is the day when people {day.plan}.',
  }),
  relation('nextMonth', 'month', 'next', {
    ask: `
      what month comes after {month}?
      which month follows {month}?
      what is the month after {month}?
      <Know> what month comes after {month}?
      <Tell> the month after {month}.
      #<Know> which month follows {month}?
      #which month comes after {month}?`,
    say: 'after {month} comes {month.next}.',
    tell: 'when {month} ends, {month.next} begins.\n{month.next} follows {month}.\nthe month after {month} is {month.next}.',
  }),
  relation('season', 'month', 'season', {
    ask: `
      in which season is {month}?
      which season is it in {month}?
      what is the season of {month}?
      <Know> in which season {month} is?
      <Tell> the season of {month}.
      #<Know> the season of {month}?
      #what season is it in {month}?`,
    say: '{month} is in {month.season}.',
    tell: 'in {month}, it is {month.season}.\nthe season of {month} is {month.season}.',
  }),
];

const family = [
  relation('grown', 'kin', 'grown', {
    ask: `
      is {kin.a} a man or a woman?
      <Know> if {kin.a} is a man or a woman?
      <Tell> if {kin.a} is a man or a woman.
      #is every {kin} a man or a woman?`,
    say: '{kin.a} is a {kin.grown}.',
    tell: 'every {kin} is a {kin.grown}.\nyou know that {kin.a} is a {kin.grown}.',
  }),
  relation('kinPair', 'kin', 'pair', {
    ask: `
      who makes a pair with the {kin}?
      who belongs to the {kin}?
      <Know> who belongs to the {kin}?
      <Tell> who makes a pair with the {kin}.
      #<Tell> who belongs to the {kin}.`,
    say: 'the {kin} and the {kin.pair} are a pair.',
    tell: 'the {kin.pair} belongs to the {kin}.\nthe {kin} makes a pair with the {kin.pair}.',
  }),
  relation('rank', 'royal', 'grown', {
    ask: `
      is {royal.a} a man or a woman?
      <Know> if {royal.a} is a man or a woman?
      <Tell> if {royal.a} is a man or a woman.
      #is every {royal} a man or a woman?`,
    say: '{royal.a} is a {royal.grown}.',
    tell: 'every {royal} is a {royal.grown}.\nyou know that {royal.a} is a {royal.grown}.',
  }),
  relation('royalPair', 'royal', 'pair', {
    ask: `
      who makes a pair with the {royal}?
      who belongs to the {royal}?
      <Know> who belongs to the {royal}?
      <Tell> who makes a pair with the {royal}.
      #<Tell> who belongs to the {royal}.`,
    say: 'the {royal} and the {royal.pair} are a pair.',
    tell: 'the {royal.pair} belongs to the {royal}.\nthe {royal} makes a pair with the {royal.pair}.',
  }),
];

const arithmetic = (table: 'sum' | 'difference') => relation(table, table, 'total', {
  ask: `
    what is {${table}}?
    how much is {${table}}?
    what do I get for {${table}}?
    <Know> how much {${table}} is?
    <Tell> how much {${table}} is.
    what does {${table}} make?
    #<Know> what {${table}} makes?
    #<Tell> what {${table}} is.`,
  say: `{${table}} is {${table}.total}.`,
  tell: `{${table}} makes {${table}.total}.\nyou get {${table}.total} for {${table}}.`,
});

const numbers = [
  arithmetic('sum'),
  arithmetic('difference'),
  relation('after', 'after', 'next', {
    ask: `
      what number comes after {after}?
      which number follows {after}?
      what is the number after {after}?
      <Know> what number comes after {after}?
      <Tell> the number after {after}.
      #<Know> which number follows {after}?
      #which number comes after {after}?`,
    say: 'after {after} comes {after.next}.',
    tell: '{after.next} follows {after}.\nthe number after {after} is {after.next}.\nyou count from {after} to {after.next}.',
  }),
  relation('before', 'after', 'prev', {
    ask: `
      what number comes before {after}?
      what is the number before {after}?
      <Know> what number comes before {after}?
      <Tell> the number before {after}.
      #which number comes before {after}?
      #<Tell> what number comes before {after}.`,
    say: 'before {after} comes {after.prev}.',
    tell: 'the number before {after} is {after.prev}.\nyou count down from {after} to {after.prev}.',
  }),
];

export const moreRelations: readonly Relation[] = [...places, ...calendar, ...wordRelations, ...family, ...numbers];

/** "And a cat?", after a question about another animal. */
export const followUp: Readonly<Record<string, readonly string[]>> = {
  animal: ['and {animal.a}?', 'what about {animal.a}?'],
  villager: ['and {v}?', 'what about {v}?'],
  job: ['and {job.a}?', 'what about {job.a}?'],
  place: ['and the {place}?', 'what about the {place}?'],
  town: ['and {town}?', 'what about {town}?'],
  day: ['and {day}?'],
  month: ['and {month}?'],
  opposite: ['and {opposite}?', 'what about {opposite}?'],
  tint: ['and {tint}?', 'what about {tint}?'],
  thing: ['and {thing.a}?', 'what about {thing.a}?'],
  crop: ['and {crop.a}?', 'what about {crop.a}?'],
  sum: ['and {sum}?'],
  difference: ['and {difference}?'],
  after: ['and {after}?'],
};

/** Questions for everything about something. */
export const about: Readonly<Record<string, readonly string[]>> = {
  animal: ['tell me about {animal.a}.', 'what do you know about {animal.a}?', 'tell me something about {animal.a}.'],
  villager: ['tell me about {v}.', 'what do you know about {v}?', 'who is {v}?', 'tell me something about {v}.'],
  job: ['tell me about {job.a}.', 'what do you know about {job.a}?'],
  place: ['tell me about the {place}.', 'what do you know about the {place}?'],
  town: ['tell me about {town}.', 'what do you know about {town}?'],
  day: ['tell me about {day}.', 'what do you know about {day}?'],
  month: ['tell me about {month}.', 'what do you know about {month}?'],
  opposite: ['tell me about the word {opposite}.', 'what do you know about the word {opposite}?'],
  tint: ['tell me about {tint}.', 'what do you know about {tint}?'],
  thing: ['tell me about {thing.a}.', 'what do you know about {thing.a}?'],
  crop: ['tell me about {crop.a}.', 'what do you know about {crop.a}?'],
  after: ['tell me about the number {after}.', 'what do you know about the number {after}?'],
};
