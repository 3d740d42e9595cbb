import { fit, layers, openSession, score, sequential } from '../../../src/index.ts';

const count = 200;
const numbers = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i));
const labels = Int32Array.from({ length: count }, (_, n) =>
  numbers[2 * n] > numbers[2 * n + 1] ? 1 : 0,
);
const train = { count, inputs: { input: numbers }, targets: { output: labels } };

const larger = sequential({ name: 'larger', inputShape: [2] }, [
  layers.dense({ units: 2, activation: 'softmax' }),
]);
const session = await openSession();
for await (const event of fit(session, larger, { train }, { epochs: 30, batchSize: 20 })) {
  if (event.type === 'done') console.log(event.reason);
}
console.log((await score(session, larger, train)).accuracy);
await session.close();
