import { describe, expect, test } from 'vitest';
import { createJudge, splitSentences } from '../../../src/data/world/index.ts';
import { chinese, english } from './sample.ts';

const judge = createJudge(english);

describe('a sentence', () => {
  test.each([
    ['Mia was very happy.', 'true'],
    ['Tom lost his kite.', 'bad'],
    ['"Where is my kite?" asked Tom.', 'true'],
    ['A dog says woof.', 'true'],
    ['A dog says meow.', 'false'],
    ['A puppy is a young dog.', 'true'],
    ['A puppy is a young cat.', 'false'],
    ['Two plus three is five.', 'true'],
    ['Two plus three is six.', 'false'],
    ['mia was very happy.', 'bad'],
    ['Mia was very happy', 'bad'],
    ['Mia was very very happy.', 'bad'],
    ['Tom went to bed while her mother made soup.', 'bad'],
    ['Tom ate an apple and rested.', 'true'],
    ['Tom ate a apple and rested.', 'bad'],
    ['Tom was an honest and kind boy.', 'true'],
    ['Tom was a honest and kind boy.', 'bad'],
    ['', 'bad'],
  ])('%s is %s', (text, verdict) => expect(judge.sentence(text).verdict).toBe(verdict));

  test('most sentences with one word changed for another, doubled or dropped are bad or false', () => {
    let changed = 0, accepted = 0;
    const words = ['happy', 'Mia', 'kite', 'the', 'went', 'his', 'dog', 'in', 'is', 'red'];
    for (let i = 0; i < 120; i++) {
      for (const [k, sentence] of splitSentences(english.document(i).text, 'en').entries()) {
        const parts = sentence.split(' '), at = (i * 7 + k * 3) % parts.length;
        const wrecks = [parts.toSpliced(at, 1), parts.toSpliced(at, 0, parts[at]!), parts.with(at, words[(i + k) % words.length]!)];
        for (const wreck of wrecks.map((one) => one.join(' '))) {
          if (wreck === sentence) continue;
          changed++;
          if (judge.sentence(wreck).verdict === 'true') accepted++;
        }
      }
    }
    expect(changed).toBeGreaterThan(1000);
    expect(accepted / changed).toBeLessThan(0.08); // "the old red door" without "old" is still a sentence
  });
});

describe('a story', () => {
  test('counts sentences, children and contradictions', () => {
    const story = judge.story('Mia had a red ball. Mia loved the ball very much. One day, the blue ball was gone. '
      + 'She sat under the chair. Tom found the ball under the bed. Mia was very');
    expect(story.sentences).toBe(5);
    expect(story.grammatical).toBe(4);
    expect(story.bad).toEqual(['She sat under the chair.']);
    expect(story.clashes).toEqual(['One day, the blue ball was gone.']);
    expect(story.cast).toEqual(['Mia', 'Tom']);
  });

  test('a quotation stays with its speaker', () => {
    expect(splitSentences('"Who is there?" asked Tom. "Thank you, Mia!" said Tom. It was only a dog.', 'en'))
      .toEqual(['"Who is there?" asked Tom.', '"Thank you, Mia!" said Tom.', 'It was only a dog.']);
    expect(splitSentences('“谁？”汤姆问。狗叫道。', 'zh')).toEqual(['“谁？”汤姆问。', '狗叫道。']);
  });
});

describe('an answer', () => {
  test.each([
    ['What does a dog say?', 'A dog says woof.', 'right'],
    ['What does a dog say?', 'It says woof.', 'right'],
    ['What does a dog say?', 'A dog says meow.', 'wrong'],
    ['What does a dog say?', 'A cat says meow.', 'wrong'],
    ['What does a dog say?', 'A dog eats bones.', 'wrong'],
    ['What does a dog say?', 'I do not know that.', 'refused'],
    ['What does a dog say?', 'A dog dog says.', 'bad'],
    ['What does a dog say?', '', 'bad'],
    ['Can you say how much two plus three is?', 'Two plus three is five.', 'right'],
    ['What is the opposite of hot?', 'The opposite of hot is cold.', 'right'],
    ['What is the opposite of hot?', 'The opposite of hot is hot.', 'wrong'],
    ['How are you?', 'I am well, thank you.', null],
  ])('%s %s: %s', (question, reply, grade) => expect(judge.answer(question, reply)).toBe(grade));

  test('in Chinese', () => {
    const zh = createJudge(chinese);
    expect(zh.answer('狗怎么叫？', '狗的叫声是汪汪。')).toBe('right');
    expect(zh.answer('狗怎么叫？', '狗的叫声是喵喵。')).toBe('wrong');
    expect(zh.answer('狗怎么叫？', '我不知道。')).toBe('refused');
    expect(zh.sentence('汤姆问她的妈妈，可是她不知道。').verdict).toBe('bad');
    expect(zh.sentence('汤姆问他的妈妈，可是她不知道。').verdict).toBe('true');
  });
});
