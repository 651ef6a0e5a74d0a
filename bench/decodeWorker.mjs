// Our decoding in a worker of a page: { open: { build, threads } }, then { decode: format, times }, answered in seconds.
import { openModel } from './decodeModel.mjs';

let model = null;
const sides = new Map();
const answer = async ({ open, decode, times }) => {
  if (open) {
    model = await openModel(open);
    return model.formats.map(({ name }) => name);
  }
  if (!sides.has(decode)) sides.set(decode, model.decode(model.formats.find(({ name }) => name === decode)).side);
  return sides.get(decode)(times);
};
onmessage = ({ data }) => {
  answer(data).then((value) => postMessage({ value }), (error) => postMessage({ error: String(error) }));
};
