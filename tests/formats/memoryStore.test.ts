import { memoryStore } from '../../src/formats/memoryStore.ts';
import { describeStore } from './store.ts';

describeStore('memory', memoryStore);
