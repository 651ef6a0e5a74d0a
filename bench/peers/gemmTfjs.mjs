// TensorFlow.js with its Wasm backend (SIMD; in Node it has one thread). Its transposed products are slow (1 to 3 GFLOP/s),
// so factors are turned round first, which is part of the time.
import { giveUp, peer, servePeer } from './gemmPeer.mjs';

try {
  const tf = peer('@tensorflow/tfjs-core');
  peer('@tensorflow/tfjs-backend-wasm');
  if (!await tf.setBackend('wasm')) throw new Error('its Wasm backend does not start');
  await servePeer('tfjs-wasm', tf.version_core, ({ ta, tb, M, N, K, a, b }) => {
    const x = tf.tensor2d(a, ta ? [K, M] : [M, K]), w = tf.tensor2d(b, tb ? [N, K] : [K, N]);
    const product = () => tf.tidy(() => tf.matMul(ta ? tf.transpose(x) : x, tb ? tf.transpose(w) : w));
    let y = product();
    return {
      run() {
        y.dispose();
        y = product();
      },
      result: () => y.dataSync(),
      free: () => tf.dispose([x, w, y]),
    };
  });
} catch (error) {
  giveUp(error);
}
