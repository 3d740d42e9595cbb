import { input, layers, model } from '../../../src/index.ts';

const { add, concatenate, conv2d, dense, flatten } = layers;
const picture = input({ shape: [28, 28, 1] });
const facts = input({ shape: [4] });

const first = conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' })(picture);
const second = conv2d({ filters: 8, kernelSize: 3, padding: 'same' })(first);
const seen = flatten()(add()(first, second)); // a shortcut, as in a residual network
const both = concatenate()(seen, facts);

export const spec = model({
  inputs: { picture, facts },
  outputs: {
    kind: dense({ units: 3, activation: 'softmax' })(both),
    weight: dense({ units: 1 })(both),
  },
});
console.log(spec.outputs?.map(({ name }) => name));
