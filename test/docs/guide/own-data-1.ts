import { fit, layers, openDataset, openSession, sequential } from '../../../src/index.ts';

const small = sequential({ name: 'small', inputShape: [28, 28, 1] }, [
  layers.conv2d({ filters: 4, kernelSize: 5, strides: 2, activation: 'relu' }),
  layers.flatten(),
  layers.dense({ units: 3, activation: 'softmax' }),
]);
const pictures = await openDataset('folder:pictures', { imageShape: [28, 28, 1] });
console.log(pictures.classes, pictures.train.count, pictures.test.count);

const session = await openSession();
for await (const event of fit(session, small, pictures, { epochs: 3, batchSize: 16 })) {
  if (event.type === 'epoch') console.log(event.epoch, event.train.loss);
}
await session.close();
