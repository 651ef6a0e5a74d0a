/** What is asked where nobody is there to ask: questions of each kind that the world can answer, and one that it cannot. */
export const questions: readonly string[] = [
  'Hello!',
  'Who are you?',
  'What is a baby cow called?',
  'Where does a frog live?',
  'My name is Emma.',
  'What is my name?',
  'What is three plus four?',
  'What is the opposite of hot?',
  'Where does Gordon live?',
  'Please tell me a story about a dog.',
];
