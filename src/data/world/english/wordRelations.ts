// What can be asked about words and things: opposites, colours, meanings, fruits.
import { relation, type Relation } from '../Language.ts';

export const wordRelations: readonly Relation[] = [
  relation('opposite', 'opposite', 'of', {
    ask: `
      what is the opposite of {opposite}?
      what is the opposite of the word {opposite}?
      which word is the opposite of {opposite}?
      what do you call something that is not {opposite}?
      <Know> the opposite of {opposite}?
      <Tell> the opposite of {opposite}.
      <Tell> what is not {opposite}.
      #which word means not {opposite}?
      #<Know> which word is the opposite of {opposite}?`,
    say: 'the opposite of {opposite} is {opposite.of}.',
    tell: 'what is not {opposite} is {opposite.of}.\n{opposite.of} is the opposite of {opposite}.\nif it is not {opposite}, it is {opposite.of}.',
  }),
  relation('example', 'opposite', 'thing', {
    ask: `
      what is {opposite}?
      what can be {opposite}?
      which thing is {opposite}?
      <Know> what is {opposite}?
      <Tell> something that is {opposite}.
      <Tell> a thing that is {opposite}.
      #<Know> a thing that is {opposite}?
      #<Know> something that is {opposite}?`,
    say: '{opposite.thing.a} is {opposite}.',
    tell: 'something that is {opposite} is {opposite.thing.a}.\n{opposite.thing.a} can be very {opposite}.\nit is as {opposite} as {opposite.thing.a}.',
  }),
  relation('tint', 'tint', 'color', {
    ask: `
      what color is {tint}?
      which color does {tint} have?
      what is the color of {tint}?
      what color does {tint} have?
      <Know> what color {tint} has?
      <Tell> the color of {tint}.
      <Tell> what color {tint} has.
      #<Know> the color of {tint}?
      #which color is {tint}?`,
    say: '{tint} is {tint.color}.',
    tell: 'the color of {tint} is {tint.color}.\n{tint} has the color {tint.color}.\nit is as {tint.color} as {tint}.',
    more: 'what color is it?\nwhat is its color?',
  }),
  relation('kind', 'tint', 'kind', {
    ask: `
      what kind of thing is {tint}?
      what is {tint}?
      <Know> what kind of thing {tint} is?
      <Know> what {tint} is?
      <Tell> what {tint} is.
      #<Tell> what kind of thing {tint} is.
      #which kind of thing is {tint}?`,
    say: '{tint} is a kind of {tint.kind}.',
    tell: 'everyone knows that {tint} is a kind of {tint.kind}.\n{tint} belongs to the kind {tint.kind}.',
    more: 'what kind of thing is it?\nwhat is it?',
  }),
  relation('meaning', 'thing', 'is', {
    ask: `
      what is {thing.a}?
      what does the word {thing} mean?
      what is the meaning of {thing}?
      <Know> what {thing.a} is?
      <Know> what the word {thing} means?
      <Tell> what {thing.a} is.
      #<Tell> what the word {thing} means.
      #<Tell> the meaning of the word {thing}.`,
    say: '{thing.a} is {thing.is}.',
    tell: 'you know that {thing.a} is {thing.is}.\nthe word {thing} means {thing.is}.\npeople call {thing.is} {thing.a}.',
    more: 'what does it mean?\nwhat is it?',
  }),
  relation('user', 'thing', 'user', {
    ask: `
      who uses {thing.a}?
      who needs {thing.a}?
      who works with {thing.a}?
      <Know> who uses {thing.a}?
      <Tell> who uses {thing.a}.
      <Tell> who needs {thing.a}.
      #<Know> who needs {thing.a}?
      #<Know> who works with {thing.a}?`,
    say: '{thing.user.a} uses {thing.a}.',
    tell: '{thing.user.a} needs {thing.a}.\n{thing.a} is used by {thing.user.a}.\n{thing.a} is good for {thing.user.a}.',
    more: 'who uses it?\nwho needs it?',
  }),
  relation('kept', 'thing', 'kept', {
    ask: `
      where do people keep {thing.a}?
      where is {thing.a} kept?
      where should I put {thing.a}?
      <Know> where people keep {thing.a}?
      <Tell> where people keep {thing.a}.
      <Tell> where I should put {thing.a}.
      #<Know> where I should put {thing.a}?
      #<Know> where {thing.a} is kept?`,
    say: 'people keep {thing.a} in the {thing.kept}.',
    tell: '{thing.a} is kept in the {thing.kept}.\nput {thing.a} in the {thing.kept}.\nin the {thing.kept}, there is {thing.a}.',
    more: 'where is it kept?\nwhere do people keep it?',
  }),
  relation('taste', 'crop', 'taste', {
    ask: `
      how does {crop.a} taste?
      what is the taste of {crop.a}?
      what taste does {crop.a} have?
      <Know> how {crop.a} tastes?
      <Tell> how {crop.a} tastes.
      <Tell> the taste of {crop.a}.
      #<Know> the taste of {crop.a}?
      #<Tell> what taste {crop.a} has.`,
    say: '{crop.a} tastes {crop.taste}.',
    tell: 'the taste of {crop.a} is {crop.taste}.\n{crop.a} has a {crop.taste} taste.',
    more: 'how does it taste?\nwhat is its taste?',
  }),
  relation('grow', 'crop', 'grow', {
    ask: `
      where does {crop.a} grow?
      where do {crop.s} grow?
      where do {crop.s} come from?
      <Know> where {crop.a} grows?
      <Tell> where {crop.s} grow.
      <Tell> where {crop.a} grows.
      #<Know> where {crop.s} grow?
      #<Know> where {crop.s} come from?`,
    say: '{crop.a} grows in the {crop.grow}.',
    tell: '{crop.s} come from the {crop.grow}.\nin the {crop.grow}, you can find {crop.s}.',
    more: 'where does it grow?',
  }),
];
