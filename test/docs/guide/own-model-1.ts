import { formatSummary, layers, sequential, summarize } from '../../../src/index.ts';

const { conv2d, dense, dropout, flatten, maxPooling2d } = layers;
const small = sequential({ name: 'small', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 8, kernelSize: 5, activation: 'relu' }),
  maxPooling2d({ poolSize: 2 }),
  flatten(),
  dropout({ rate: 0.3 }),
  dense({ units: 10, activation: 'softmax', name: 'answer' }),
]);
console.log(formatSummary(summarize(small)));
console.log(JSON.stringify(small).length < 2000); // a model is data: this is its file
