// ONNX Runtime on one file with input x [n,1,28,28]: one measurement a run, printed as a number.
// usage: onnxruntime_peer.js FILE.onnx infer_256|infer_1 THREADS
const ort = require('onnxruntime-node');

const [file, work, threads] = process.argv.slice(2);
const batch = work === 'infer_1' ? 1 : 256;

(async () => {
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: Number(threads) });
  const x = new ort.Tensor('float32', Float32Array.from({ length: batch * 784 }, Math.random), [batch, 1, 28, 28]);
  const feeds = { x };
  const seconds = [];
  for (let i = 0; i < (batch === 1 ? 505 : 25); i++) {
    const start = process.hrtime.bigint();
    await session.run(feeds);
    if (i >= 5) seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
  }
  seconds.sort((a, b) => a - b);
  const median = seconds[seconds.length >> 1];
  console.log(batch === 1 ? median * 1e6 : batch / median);
})();
