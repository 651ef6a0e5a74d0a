// jax-js: kernels that it writes in Wasm itself (in Node on one thread).
import { giveUp, peer, servePeer, versionOf } from './gemmPeer.mjs';

try {
  const jax = peer('@jax-js/jax'), { numpy: np } = jax;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  await servePeer('jax-js', versionOf('@jax-js/jax'), async ({ ta, tb, M, N, K, a, b }) => {
    const x = np.array(a, { shape: ta ? [K, M] : [M, K] }), w = np.array(b, { shape: tb ? [N, K] : [K, N] });
    const product = jax.jit((p, q) => np.matmul(ta ? p.transpose() : p, tb ? q.transpose() : q));
    let y = product(x.ref, w.ref);
    return {
      async run() {
        y.dispose();
        y = product(x.ref, w.ref);
        await y.blockUntilReady();
      },
      result: async () => (await y.ref.data()),
      free() {
        for (const t of [x, w, y]) t.dispose();
      },
    };
  });
} catch (error) {
  giveUp(error);
}
