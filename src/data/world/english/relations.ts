// What can be asked about animals, people, work and places. `#` marks wordings that training never sees.
// Wordings share their parts (<Tell>, <Know>, "the town of", "where ... lives"), so that a new one is new only as a whole.
import { relation, type Relation } from '../Language.ts';

const animals = [
  relation('young', 'animal', 'young', {
    ask: `
      what is a baby {animal} called?
      what do you call a baby {animal}?
      what is the young of {animal.a}?
      what is the name of a baby {animal}?
      how do people call a baby {animal}?
      <Know> what a baby {animal} is called?
      <Tell> the name of a baby {animal}.
      <Tell> what a baby {animal} is called.
      #what do people call the young of {animal.a}?
      #<Know> the name of a baby {animal}?`,
    say: 'a baby {animal} is called {animal.young.a}.',
    tell: `
      {animal.young.a} is a young {animal}.
      when {animal.a} is very young, it is called {animal.young.a}.
      the baby of {animal.a} is {animal.young.a}.
      people call a baby {animal} {animal.young.a}.`,
  }),
  relation('sound', 'animal', 'sound', {
    ask: `
      what does {animal.a} say?
      what sound does {animal.a} make?
      what is the sound of {animal.a}?
      which sound can you hear from {animal.a}?
      <Know> what sound {animal.a} makes?
      <Tell> the sound of {animal.a}.
      <Tell> what {animal.a} says.
      #<Know> what {animal.a} says?
      #which sound does {animal.a} make?`,
    say: '{animal.a} says {animal.sound}.',
    tell: `
      the sound of {animal.a} is {animal.sound}.
      you can hear {animal.a} say {animal.sound}.
      {animal.a} makes the sound {animal.sound}.`,
    more: `
      what does it say?
      what sound does it make?
      and what is its sound?`,
  }),
  relation('food', 'animal', 'food', {
    ask: `
      what does {animal.a} eat?
      what food does {animal.a} like?
      what does {animal.a} like to eat?
      what is the food of {animal.a}?
      what should I give {animal.a} to eat?
      <Know> what {animal.a} eats?
      <Tell> the food of {animal.a}.
      <Tell> what {animal.a} likes to eat.
      #<Know> what {animal.a} likes to eat?
      #which food does {animal.a} eat?`,
    say: '{animal.a} eats {animal.food}.',
    tell: `
      {animal.a} likes to eat {animal.food}.
      the food of {animal.a} is {animal.food}.
      give {animal.a} some {animal.food} to eat.`,
    more: `
      what does it eat?
      what food does it like?
      and what does it like to eat?`,
  }),
  relation('home', 'animal', 'home', {
    ask: `
      where does {animal.a} live?
      where can I find {animal.a}?
      where is the home of {animal.a}?
      what is the home of {animal.a}?
      where should I look for {animal.a}?
      <Know> where {animal.a} lives?
      <Tell> where {animal.a} lives.
      <Tell> where I can find {animal.a}.
      #<Know> where I can find {animal.a}?
      #<Tell> the home of {animal.a}.`,
    say: '{animal.a} lives in the {animal.home}.',
    tell: `
      the home of {animal.a} is the {animal.home}.
      you can find {animal.a} in the {animal.home}.
      in the {animal.home} lives {animal.a}.`,
    more: `
      where does it live?
      where can I find it?
      and where is its home?`,
  }),
  relation('cover', 'animal', 'cover', {
    ask: `
      what covers {animal.a}?
      what does {animal.a} have on its body?
      what is {animal.a} covered with?
      what is on the body of {animal.a}?
      <Know> what covers {animal.a}?
      <Tell> what {animal.a} has on its body.
      <Tell> what covers {animal.a}.
      #<Know> what {animal.a} has on its body?
      #<Tell> what {animal.a} is covered with.`,
    say: '{animal.a} has {animal.cover}.',
    tell: `
      {animal.a} is covered with {animal.cover}.
      on the body of {animal.a}, there is {animal.cover}.`,
    more: `
      what covers it?
      what does it have on its body?`,
  }),
];

const villager = (id: string, said: { ask: string; say: string; tell: string; more: string }) =>
  relation(id, 'villager', id, { variable: 'v', ...said });

const villagers = [
  villager('job', {
    ask: `
      what is the job of {v}?
      what work does {v} do?
      what job does {v} have?
      what is the work of {v}?
      what does {v} work as?
      <Know> what job {v} has?
      <Tell> the job of {v}.
      <Tell> what work {v} does.
      #<Know> the job of {v}?
      #<Tell> what job {v} has.`,
    say: '{v} is {v.job.a}.',
    tell: `
      {v} works as {v.job.a}.
      {v} {v.does}.
      the job of {v} is {v.job}.
      {v} has worked as {v.job.a} for a long time.`,
    more: `
      what is {v.his} job?
      what work does {v.he} do?
      and what job does {v.he} have?`,
  }),
  villager('town', {
    ask: `
      where does {v} live?
      which town does {v} live in?
      in which town does {v} live?
      where is the house of {v}?
      what is the town of {v}?
      <Know> where {v} lives?
      <Tell> where {v} lives.
      <Tell> the town of {v}.
      #in which town is the house of {v}?
      #<Know> which town {v} lives in?`,
    say: '{v} lives in {v.town}.',
    tell: `
      the house of {v} is in {v.town}.
      {v} comes from {v.town}.
      in {v.town} stands the house of {v}.
      the town of {v} is {v.town}.`,
    more: `
      where does {v.he} live?
      where is {v.his} house?
      and in which town does {v.he} live?`,
  }),
  villager('pet', {
    ask: `
      what pet does {v} have?
      which animal does {v} have?
      what is the pet of {v}?
      which pet lives with {v}?
      what animal does {v} have at home?
      <Know> what pet {v} has?
      <Tell> the pet of {v}.
      <Tell> which animal {v} has.
      #<Know> which animal {v} has at home?
      #which pet does {v} have?`,
    say: '{v} has {v.pet.a}.',
    tell: `
      the pet of {v} is {v.pet.a}.
      at home, {v} has {v.pet.a}.
      {v.pet.a} lives with {v}.`,
    more: `
      what pet does {v.he} have?
      which animal does {v.he} have?
      and what is {v.his} pet?`,
  }),
  villager('likes', {
    ask: `
      what does {v} like to eat?
      what food does {v} like?
      what is the best food for {v}?
      what does {v} love to eat?
      which food does {v} like?
      <Know> what {v} likes to eat?
      <Tell> what food {v} likes.
      <Tell> the best food for {v}.
      #<Know> which food {v} likes?
      #<Tell> what {v} likes to eat.`,
    say: '{v} likes {v.likes.s}.',
    tell: `
      the best food for {v} is {v.likes.s}.
      {v} loves to eat {v.likes.s}.
      for dinner, {v} wants {v.likes.s}.`,
    more: `
      what does {v.he} like to eat?
      what food does {v.he} like?
      and what is the best food for {v.him}?`,
  }),
  villager('plays', {
    ask: `
      what instrument does {v} play?
      what does {v} play?
      which instrument does {v} play?
      what is the instrument of {v}?
      what can {v} play?
      <Know> what instrument {v} plays?
      <Tell> the instrument of {v}.
      <Tell> what {v} plays.
      #<Know> which instrument {v} can play?
      #which instrument is played by {v}?`,
    say: '{v} plays the {v.plays}.',
    tell: `
      the instrument of {v} is the {v.plays}.
      in the evening, {v} plays the {v.plays}.
      {v} can play the {v.plays}.`,
    more: `
      what does {v.he} play?
      what instrument does {v.he} play?
      and what is {v.his} instrument?`,
  }),
  villager('color', {
    ask: `
      what color does {v} like?
      what is the best color for {v}?
      which color does {v} like?
      what color is the door of {v}?
      which color is best for {v}?
      <Know> what color {v} likes?
      <Tell> what color {v} likes.
      <Tell> the best color for {v}.
      #<Know> which color {v} likes?
      #which color is the door of {v}?`,
    say: '{v} likes the color {v.color}.',
    tell: `
      the door of {v} is {v.color} because {v.he} likes {v.color}.
      the best color for {v} is {v.color}.
      {v} always wears something {v.color}.`,
    more: `
      what color does {v.he} like?
      which color does {v.he} like?
      and what is the best color for {v.him}?`,
  }),
];

const work = [
  relation('does', 'job', 'does', {
    ask: `
      what does {job.a} do?
      what is the work of {job.a}?
      what does {job.a} do every day?
      <Know> what {job.a} does?
      <Tell> what {job.a} does.
      <Tell> what {job.a} does every day.
      #<Know> what {job.a} does every day?
      #<Tell> the work of {job.a}.`,
    say: '{job.a} {job.does}.',
    tell: `
      every day, {job.a} {job.does}.
      you know that {job.a} {job.does}.
      {job.a} is someone who {job.does}.`,
  }),
  relation('at', 'job', 'at', {
    ask: `
      where does {job.a} work?
      where can I find {job.a}?
      where is {job.a} at work?
      <Know> where {job.a} works?
      <Tell> where {job.a} works.
      <Tell> where I can find {job.a}.
      #<Know> where I can find {job.a}?
      #where should I look for {job.a}?`,
    say: '{job.a} works in the {job.at}.',
    tell: `
      you can find {job.a} in the {job.at}.
      the {job.at} is the place of {job.a}.
      in the {job.at}, you can meet {job.a}.`,
  }),
  relation('make', 'job', 'make', {
    ask: `
      what does {job.a} make?
      what comes from {job.a}?
      what can I get from {job.a}?
      <Know> what {job.a} makes?
      <Tell> what {job.a} makes.
      <Tell> what I can get from {job.a}.
      #<Know> what I can get from {job.a}?
      #<Tell> what comes from {job.a}.`,
    say: '{job.a} makes {job.make}.',
    tell: `
      we get {job.make} from {job.a}.
      you can get {job.make} from {job.a}.
      {job.a} is known for {job.make}.`,
  }),
];

export const relations: readonly Relation[] = [...animals, ...villagers, ...work];
