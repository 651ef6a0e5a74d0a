/** What is asked where nobody is there to ask: one question of each kind that the world can answer, and one that it cannot. */
export const questions: readonly string[] = [
  'Hello!',
  'Who are you?',
  'What is a baby cow called?',
  'What does a cow eat?',
  'My name is Rosa.',
  'What is my name?',
  'What is 3 plus 4?',
  'What is the opposite of hot?',
  'How old is the moon?',
  'Please tell me a story.',
];
