// onnxruntime-web, the Wasm backend. A graph of one Gemm whose factors lie in the model and whose result stays inside,
// but for its first and last row: what is timed is the product, not the copies in and out of its memory.
import { giveUp, peer, servePeer, threads, versionOf } from './gemmPeer.mjs';

// just enough of Protocol Buffers, https://protobuf.dev/programming-guides/encoding/, for an ONNX model,
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const varint = (n) => {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return Buffer.from([...bytes, n]);
};
const int = (field, n) => Buffer.concat([varint(field * 8), varint(n)]);
const bytes = (field, ...parts) => {
  const all = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([varint(field * 8 + 2), varint(all.length), all]);
};
const FLOAT = 1, INT64 = 7;
const tensor = (name, type, dims, data) => bytes(5, ...dims.map((n) => int(1, n)), int(2, type), bytes(8, name), bytes(9, Buffer.from(data.buffer)));
const attribute = (name, value) => bytes(5, bytes(1, name), int(3, value), int(20, 2));
const node = (type, inputs, output, ...attributes) => bytes(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type), ...attributes);

function model({ ta, tb, M, N, K, a, b }) {
  const graph = bytes(7,
    node('Gemm', ['a', 'b'], 'y', attribute('transA', Number(ta)), attribute('transB', Number(tb))),
    node('Gather', ['y', 'rows'], 'corners', attribute('axis', 0)),
    bytes(2, 'product'),
    tensor('a', FLOAT, ta ? [K, M] : [M, K], a), tensor('b', FLOAT, tb ? [N, K] : [K, N], b),
    tensor('rows', INT64, [2], BigInt64Array.of(0n, BigInt(M - 1))),
    bytes(12, bytes(1, 'corners'), bytes(2, bytes(1, int(1, FLOAT), bytes(2, bytes(1, int(1, 2)), bytes(1, int(1, N)))))));
  return Buffer.concat([int(1, 8), graph, bytes(8, bytes(1, ''), int(2, 13))]);
}

try {
  const ort = peer('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  await servePeer('onnxruntime-web', versionOf('onnxruntime-web'), async (product) => {
    const session = await ort.InferenceSession.create(model(product), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'disabled', // or the product of two constants is computed once and for all
      extra: { session: { disable_prepacking: '1', force_spinning_stop: '1' } },
    });
    let corners = null;
    return {
      run: async () => void ({ corners } = await session.run({})),
      result: () => corners.data,
      free: () => session.release(),
    };
  });
} catch (error) {
  giveUp(error);
}
